import { derivedId, TOPICS } from '@throughline/contracts';
import type { ChainChanged } from '@throughline/contracts';
import { kindOf, parseUrn } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import type { OutgoingMessage, Unit } from '@throughline/persistence';
import { canonicalJson } from '../domain/canonical.js';
import { contextOf, HOLDING_KINDS } from '../domain/context.js';
import type { Context } from '../domain/context.js';
import type { Graph } from '../domain/graph.js';
import type { Link } from '../domain/links.js';
import { modelOf } from '../domain/model.js';
import type { Model } from '../domain/model.js';
import { agreedRepository, claimedCommit, resolveOrigins } from '../domain/origins.js';
import { wholeRepository } from '../domain/owners.js';
import { serviceStates } from '../domain/service-state.js';
import { formerNamesOf, markResolved, referringTo, successorsOf } from '../persistence/assets.repository.js';
import { loadModelParts } from '../persistence/definitions.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { addAllPending, addPending, loadContexts, loadDependents, loadOrigins, loadPairs, loadServicesOf, loadStatesOf, saveContexts, saveOrigins, saveStates, takePending } from '../persistence/judgement.repository.js';
import type { ImageOrigin } from '../persistence/judgement.repository.js';
import { affectedBy, collectForward } from './affected.js';
import type { Change } from './apply-facts.js';
import { measureExposure, measureImages, measureOwners, measureServices, touchesExposure } from './measure.js';

export const RECOMPUTE = 'chain.recompute';

/** What one unit of work judges at most; the rest waits as pending rows that due work takes in batches. */
const INLINE = { image: 500, service: 200, asset: 500 } as const;

export async function loadModel(unit: Unit, tenant: TenantId): Promise<Model> {
  const { definitions, teams, runtimeComplete } = await loadModelParts(unit, tenant);
  return modelOf(definitions, runtimeComplete, teams);
}

/** Judges again what a change reaches and announces the contexts that differ. */
export async function recompute(unit: Unit, tenant: TenantId, change: Change, now: Date): Promise<void> {
  if (change.links.length + change.nodes.length === 0) return;
  const graph = postgresGraph(unit, tenant, null);
  const affected = await affectedBy(graph, change, {
    referringTo: (refs) => referringTo(unit, tenant, refs),
    servicesOf: (members) => loadServicesOf(unit, tenant, members),
  });
  // who a team is decides about owners anywhere
  if (change.nodes.some((node) => kindOf(node) === 'team')) {
    await addAllPending(unit, tenant);
    await scheduleRecompute(unit, tenant, now);
  }
  const dependent = await loadDependents(unit, tenant, affected.repositories);
  const renamed = await successorsOf(unit, tenant, change.nodes.filter(isRepository));
  await judge(unit, tenant, { ...affected, assets: [...affected.assets, ...dependent, ...renamed], history: touchesExposure(change) }, now);
}

/** One batch of what waits; true when more is left. */
export async function recomputePending(unit: Unit, tenant: TenantId, now: Date): Promise<boolean> {
  for (const stage of ['image', 'service', 'asset'] as const) {
    const urns = await takePending(unit, tenant, stage, INLINE[stage]);
    if (urns.length === 0) continue;
    await judge(unit, tenant, { images: [], services: [], assets: [], history: true, [`${stage}s`]: urns }, now);
    return true;
  }
  return false;
}

interface Todo {
  readonly images: readonly Urn[];
  readonly services: readonly Urn[];
  readonly assets: readonly Urn[];
  /** Whether the past exposure of the services may differ, too. */
  readonly history: boolean;
}

async function judge(unit: Unit, tenant: TenantId, todo: Todo, now: Date): Promise<void> {
  const graph = postgresGraph(unit, tenant, null);
  const model = await loadModel(unit, tenant);
  const images = await inline(unit, tenant, 'image', todo.images, now);
  const origins = await judgeOrigins(unit, tenant, graph, images);
  const services = await inline(unit, tenant, 'service', [...todo.services, ...origins.services], now);
  const { states, facts } = await serviceStates(graph, services, model);
  await measureServices(unit, tenant, states, facts);
  await measureExposure(unit, tenant, states, todo.history, now);
  const members = await saveStates(unit, tenant, states);
  const wanted = [...todo.assets, ...origins.assets, ...members];
  const assets = await inline(unit, tenant, 'asset', wanted.filter((node) => HOLDING_KINDS.has(kindOf(node))), now);
  await judgeContexts(unit, tenant, graph, { assets, model, now });
}

/** The first ones are done at once, in a stable order; what is over the limit is left to due work. */
async function inline(unit: Unit, tenant: TenantId, stage: keyof typeof INLINE, urns: readonly Urn[], now: Date): Promise<Urn[]> {
  const sorted = [...new Set(urns)].sort();
  const rest = sorted.slice(INLINE[stage]);
  if (rest.length > 0) {
    await addPending(unit, tenant, stage, rest);
    await scheduleRecompute(unit, tenant, now);
  }
  return sorted.slice(0, INLINE[stage]);
}

export async function scheduleRecompute(unit: Unit, tenant: TenantId, now: Date): Promise<void> {
  await scheduleDue(unit, { kind: RECOMPUTE, key: tenant, tenantId: tenant, dueAt: now });
}

async function judgeOrigins(unit: Unit, tenant: TenantId, graph: Graph, images: readonly Urn[]): Promise<{ services: Urn[]; assets: Urn[] }> {
  if (images.length === 0) return { services: [], assets: [] };
  const [resolved, stored] = [await resolveOrigins(graph, images), await loadOrigins(unit, tenant, images)];
  const changed = images.flatMap((image): ImageOrigin[] => {
    const origins = resolved.get(image) ?? [];
    const name = parseUrn(`image-name:${image.slice('image:'.length).split('@')[0] ?? ''}`);
    if (!name) return [];
    const next: ImageOrigin = {
      image, imageName: name, repository: agreedRepository(origins), commit: claimedCommit(origins)?.commit ?? '',
      subPath: origins.find((origin) => !origin.candidate && origin.subPath !== '')?.subPath ?? '',
    };
    return canonicalJson(next) === canonicalJson(stored.get(image)) ? [] : [next];
  });
  await saveOrigins(unit, tenant, changed);
  await measureImages(unit, tenant, graph, resolved);
  await markResolved(unit, tenant, images.filter((image) => (resolved.get(image)?.length ?? 0) > 0));
  const services = new Set<Urn>();
  await collectForward(graph, changed.map((origin) => origin.image), services);
  const before = changed.flatMap((origin) => stored.get(origin.image) ?? []);
  const assets = [...changed, ...before].flatMap((origin) => [origin.imageName, origin.repository, origin.subPath]).filter((node): node is Urn => node !== '');
  return { services: [...services], assets };
}

async function judgeContexts(unit: Unit, tenant: TenantId, graph: Graph, todo: { assets: readonly Urn[]; model: Model; now: Date }): Promise<void> {
  const { assets, model, now } = todo;
  if (assets.length === 0) return;
  const stored = await loadContexts(unit, tenant, assets);
  const states = await loadStatesOf(unit, tenant, assets);
  const pairs = await loadPairs(unit, tenant, assets);
  const code = [...assets, ...pairs.flatMap((pair) => [pair.repository, ...(pair.subPath ? [pair.subPath] : [])])];
  const nodes = [...new Set([...code, ...code.map(wholeRepository)])];
  const { links } = await graph.links({ nodes, direction: 'out', kinds: ['owned-by', 'member-of'], perNode: 200 });
  const applications = [...links.filter((link) => kindOf(link.to) === 'application').map((link) => link.to), ...[...states.values()].flat()
    .flatMap((state) => state.applications.map((slug) => parseUrn(`application:${slug}`)))].filter((node): node is Urn => node !== undefined);
  const facts = await graph.assets([...new Set([...nodes, ...applications])]);
  const byNode = groupByFrom(links);
  const former = await formerNamesOf(unit, tenant, assets.filter(isRepository));
  const contexts = assets.map((asset) => contextOf({
    asset, states: states.get(asset) ?? [], pairs, facts, links: byNode, model, renamed: former.get(asset) ?? [], endTold: stored.get(asset)?.body.decommissionedAt ?? '',
  }));
  const changed = contexts.flatMap((context) => {
    const before = stored.get(context.asset);
    return before && canonicalJson(before.body) === canonicalJson(context) ? [] : [{ version: (before?.version ?? 0) + 1, body: context }];
  });
  await measureOwners(unit, tenant, contexts, facts);
  await saveContexts(unit, tenant, changed, now);
  unit.announce(...changed.map((item) => chainChanged(tenant, item.body, item.version, now)));
}

const isRepository = (node: Urn): boolean => kindOf(node) === 'repository';

function groupByFrom(links: readonly Link[]): Map<Urn, Link[]> {
  const found = new Map<Urn, Link[]>();
  for (const link of links) found.set(link.from, [...(found.get(link.from) ?? []), link]);
  return found;
}

function chainChanged(tenant: TenantId, context: Context, version: number, now: Date): OutgoingMessage {
  const value: ChainChanged = { ...mutable(context), tenantId: tenant, version, changedAt: now.toISOString() };
  return { topic: TOPICS.chainChanged, key: [tenant, context.asset], value, tenantId: tenant, eventId: derivedId(`${tenant}|${context.asset}`, 'chain.changed', version) };
}

/** Avro has no readonly arrays and no brands. */
function mutable(context: Context): Omit<ChainChanged, 'tenantId' | 'version' | 'changedAt'> {
  return {
    asset: context.asset, kind: context.kind, lineage: [...context.lineage], running: context.running.map((item) => ({ ...item })), deployed: context.deployed,
    exposure: context.exposure, exposurePath: [...context.exposurePath], environments: [...context.environments], services: [...context.services],
    applications: [...context.applications], owners: context.owners.map((owner) => ({ ...owner })), criticality: context.criticality, dataClass: context.dataClass, gaps: [...context.gaps],
    formerly: [...context.formerly], decommissionedAt: context.decommissionedAt,
  };
}
