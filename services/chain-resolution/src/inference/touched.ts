import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/assets.js';
import type { Link } from '../domain/links.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import type { Change } from '../resolution/apply-facts.js';

/** What a change touched of that which hints are read from. */
export interface Touched {
  readonly links: readonly Link[];
  readonly commits: readonly Urn[];
  /** Images and repositories whose own facts changed, as they are now. */
  readonly images: ReadonlyMap<Urn, Asset>;
  readonly repositories: ReadonlyMap<Urn, Asset>;
}

export async function touchedBy(unit: Unit, tenant: TenantId, changes: readonly Change[]): Promise<Touched> {
  const links = changes.flatMap((change) => change.links);
  const nodes = changes.flatMap((change) => change.nodes);
  const commits = [...new Set([...nodes, ...links.flatMap((link) => [link.from, link.to])])].filter((node) => kindOf(node) === 'commit');
  const described = [...new Set(nodes)].filter((node) => ['image', 'repository'].includes(kindOf(node)));
  const facts = described.length > 0 ? await postgresGraph(unit, tenant, null).assets(described) : new Map<Urn, Asset>();
  const of = (kind: string): Map<Urn, Asset> => new Map([...facts].filter(([node]) => kindOf(node) === kind));
  return { links, commits, images: of('image'), repositories: of('repository') };
}

const SLICE = 500;

/** Works through images in statements of bounded size. */
export async function inSlices(images: readonly Urn[], work: (slice: readonly Urn[]) => Promise<Change>): Promise<Change[]> {
  const changes: Change[] = [];
  for (let at = 0; at < images.length; at += SLICE) changes.push(await work(images.slice(at, at + SLICE)));
  return changes;
}
