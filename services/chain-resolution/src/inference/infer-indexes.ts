import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { INDEX_SOURCE, indexClaims, isConcluded } from '../domain/inference/indexes.js';
import type { Link } from '../domain/links.js';
import { digestOf } from '../domain/structure.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import type { Change } from '../resolution/apply-facts.js';
import { restate } from '../resolution/restate.js';
import { inSlices } from './touched.js';

const PER_NODE = 100;

/** Links of indexes that follow from what is known of their platform images, in whichever order it came. */
export async function inferForIndexes(unit: Unit, tenant: TenantId, changes: readonly Change[], now: Date): Promise<Change[]> {
  const links = changes.flatMap((change) => change.links);
  const opened = links.filter(isPlatform).map((link) => link.from);
  const produced = [...new Set(links.filter((link) => link.kind === 'produced' && !isConcluded(link)).map((link) => link.to))];
  const parents = await postgresGraph(unit, tenant, null).links({ nodes: produced, direction: 'in', kinds: ['contains'], perNode: PER_NODE });
  return inSlices([...new Set([...opened, ...parents.links.filter(isPlatform).map((link) => link.from)])], (indexes) => inferSlice(unit, tenant, indexes, now));
}

async function inferSlice(unit: Unit, tenant: TenantId, indexes: readonly Urn[], now: Date): Promise<Change> {
  const graph = postgresGraph(unit, tenant, null);
  const platforms = (await graph.links({ nodes: indexes, direction: 'out', kinds: ['contains'], perNode: PER_NODE })).links.filter(isPlatform);
  const produced = (await graph.links({ nodes: [...new Set(platforms.map((link) => link.to))], direction: 'in', kinds: ['produced'], perNode: PER_NODE })).links;
  const byImage = Map.groupBy(produced, (link) => link.to);
  const claims = indexes.flatMap((index) => indexClaims(index, platforms.filter((link) => link.from === index).flatMap((link) => byImage.get(link.to) ?? [])));
  return restate(unit, tenant, indexes.map((index) => ({ source: INDEX_SOURCE, scope: index })), claims, now);
}

/** From an index to one of its platforms; copies of one digest contain each other, too. */
const isPlatform = (link: Link): boolean => link.kind === 'contains' && kindOf(link.from) === 'image' && kindOf(link.to) === 'image' && digestOf(link.from) !== digestOf(link.to);
