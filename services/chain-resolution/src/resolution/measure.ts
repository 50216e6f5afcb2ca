import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/assets.js';
import type { Context } from '../domain/context.js';
import { endingIn, exposurePeriods } from '../domain/exposure-timeline.js';
import type { Graph } from '../domain/graph.js';
import { IMAGE_HOPS, imageHops, ownerHop, SERVICE_HOPS, serviceHops } from '../domain/hops.js';
import type { Origin } from '../domain/origins.js';
import type { ServiceState } from '../domain/service-state.js';
import { digestOf } from '../domain/structure.js';
import { leadsOutwards } from '../domain/ways.js';
import { loadExposureHistory, loadExposurePeriods, saveExposurePeriods } from '../persistence/exposure-periods.repository.js';
import { saveHops } from '../persistence/hops.repository.js';
import type { Change } from './apply-facts.js';

/** Which hops of images are known. A platform image counts with the index that holds it: they are one logical image. */
export async function measureImages(unit: Unit, tenant: TenantId, graph: Graph, origins: ReadonlyMap<Urn, readonly Origin[]>): Promise<void> {
  const images = [...origins.keys()];
  if (images.length === 0) return;
  const { links } = await graph.links({ nodes: images, direction: 'in', kinds: ['contains'], perNode: 20 });
  const inner = new Set(links.filter((link) => kindOf(link.from) === 'image' && digestOf(link.from) !== digestOf(link.to)).map((link) => link.to));
  const gone = goneAmong(await graph.assets(images));
  const counted = images.filter((image) => !inner.has(image) && !gone.has(image));
  await saveHops(unit, tenant, { hops: IMAGE_HOPS, assets: images }, counted.flatMap((image) => imageHops(image, origins.get(image) ?? [])));
}

export async function measureServices(unit: Unit, tenant: TenantId, states: readonly ServiceState[], facts: ReadonlyMap<Urn, Asset>): Promise<void> {
  const gone = goneAmong(facts);
  const counted = states.filter((state) => !gone.has(state.service));
  await saveHops(unit, tenant, { hops: SERVICE_HOPS, assets: states.map((state) => state.service) }, counted.flatMap(serviceHops));
}

export async function measureOwners(unit: Unit, tenant: TenantId, contexts: readonly Context[], facts: ReadonlyMap<Urn, Asset>): Promise<void> {
  const gone = goneAmong(facts);
  const counted = contexts.filter((context) => !gone.has(context.asset));
  await saveHops(unit, tenant, { hops: ['owner'], assets: contexts.map((context) => context.asset) }, counted.map(ownerHop));
}

const goneAmong = (facts: ReadonlyMap<Urn, Asset>): Set<Urn> => new Set([...facts.values()].filter((asset) => asset.retiredAt !== null).map((asset) => asset.urn));

const EXPOSURE_KINDS: ReadonlySet<string> = new Set(['service', 'target-group', 'listener', 'listener-rule', 'load-balancer', 'endpoint', 'cloud-resource']);

/** Whether a change may concern the past or present exposure of services: most changes are builds and deployments, which do not. */
export function touchesExposure(change: Change): boolean {
  return change.nodes.some((node) => EXPOSURE_KINDS.has(kindOf(node)))
    || change.links.some((link) => ['routes-to', 'listens-on', 'resolves-to'].includes(link.kind) || (link.kind === 'part-of' && leadsOutwards(link))
      || (link.kind === 'member-of' && kindOf(link.to) === 'service'));
}

/**
 * Keeps the exposure periods of services. `all`: a fact on some way changed, so that history may differ; else only
 * services are looked at whose present differs from their last period.
 */
export async function measureExposure(unit: Unit, tenant: TenantId, states: readonly ServiceState[], all: boolean, now: Date): Promise<void> {
  if (states.length === 0) return;
  const stored = await loadExposurePeriods(unit, tenant, states.map((state) => state.service));
  const open = new Map(stored.filter((period) => period.to === null).map((period) => [period.service, period]));
  const judged = all ? states : states.filter((state) => open.get(state.service)?.exposure !== state.exposure.exposure);
  if (judged.length === 0) return;
  const services = judged.map((state) => state.service);
  const history = await loadExposureHistory(unit, tenant, services);
  await saveExposurePeriods(unit, tenant, services, judged.flatMap(({ service, exposure }) =>
    endingIn(exposure.exposure, service, exposurePeriods(service, history, now.getTime()), open.get(service), now.getTime())));
}
