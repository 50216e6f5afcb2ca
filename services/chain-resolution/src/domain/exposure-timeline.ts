import { kindOf } from '@throughline/domain';
import type { Exposure, Urn } from '@throughline/domain';
import { referencesOf } from './assets.js';
import type { Asset } from './assets.js';
import type { Json } from './claims.js';
import { serviceExposure } from './exposure.js';
import type { ServiceExposure, Surroundings } from './exposure.js';
import type { Link } from './links.js';
import { exposureRank } from './verdict.js';
import { leadsOutwards, silentSteps, waysFrom } from './ways.js';

/** Exposure of a service over one interval of valid time; `to` null: still. */
export interface ExposurePeriod {
  readonly service: Urn;
  readonly exposure: Exposure;
  readonly from: number;
  readonly to: number | null;
}

/** What was known of a node from a time on. */
export interface AssetVersion {
  readonly from: number;
  readonly attributes: Json;
  readonly retired: boolean;
}

/** Links of all valid times that lead outwards from services or join runtimes to them, and all versions of the nodes on the way. */
export interface ExposureHistory {
  readonly links: readonly Link[];
  readonly versions: ReadonlyMap<Urn, readonly AssetVersion[]>;
}

/** Changes of one service that are looked at; older ones are part of its first period. */
const MAX_MOMENTS = 1000;

/**
 * The periods of a service's exposure: a pure function of everything that is believed of its way outwards, so that the
 * order in which facts arrive cannot matter, and a late one changes the past and not the present. The truth table is
 * asked at each moment at which a link began or ended or a node's facts changed; equal neighbours are one period.
 */
export function exposurePeriods(service: Urn, history: ExposureHistory, now: number): ExposurePeriod[] {
  const links = reachable(service, history.links);
  const nodes = new Set<Urn>([service, ...links.flatMap((link) => [link.from, link.to])]);
  const versions = referredTo(nodes, history.versions);
  const times = [...links.flatMap((link) => [link.validFrom, ...(link.validTo === null ? [] : [link.validTo])]), ...[...versions.values()].flat().map((version) => version.from)];
  const moments = [...new Set(times)].filter((at) => at <= now).sort((a, b) => a - b).slice(-MAX_MOMENTS);
  const periods: ExposurePeriod[] = [];
  for (const at of moments) {
    const { exposure } = exposureAt(service, links, versions, at);
    const last = periods.at(-1);
    if (last?.exposure === exposure) continue;
    if (last) periods[periods.length - 1] = { ...last, to: at };
    periods.push({ service, exposure, from: at, to: null });
  }
  return periods;
}

/**
 * Makes the last period say what is judged now, where the timeline cannot know (addresses of tasks, history that was
 * cut): since when is then what was kept before, else the time at which it was noticed.
 */
export function endingIn(present: Exposure, service: Urn, periods: readonly ExposurePeriod[], kept: ExposurePeriod | undefined, now: number): readonly ExposurePeriod[] {
  const last = periods.at(-1);
  if (last?.exposure === present) return periods;
  const from = Math.max(kept?.exposure === present ? kept.from : now, (last?.from ?? 0) + 1);
  return [...periods.slice(0, -1), ...(last ? [{ ...last, to: from }] : []), { service, exposure: present, from, to: null }];
}

function exposureAt(service: Urn, links: readonly Link[], versions: ReadonlyMap<Urn, readonly AssetVersion[]>, at: number): ServiceExposure {
  const valid = links.filter((link) => link.validFrom <= at && (link.validTo === null || link.validTo > at));
  const runtimes = valid.filter((link) => link.kind === 'member-of' && link.to === service).map((link) => link.from);
  const outwards = valid.filter((link) => link.kind !== 'member-of');
  const [next, silent] = [Map.groupBy(outwards, (link) => link.from), silentSteps(outwards)];
  const facts = new Map([...versions].flatMap(([node, own]) => {
    const asset = assetAt(node, own, at);
    return asset ? [[node, asset] as const] : [];
  }));
  return exposureOfGroup(service, runtimes, new Map([service, ...runtimes].map((node) => [node, { ways: waysFrom(node, next), silent }])), facts);
}

/** A node as it was; before it was first observed, as it was then, since facts arrive after the thing. */
function assetAt(urn: Urn, versions: readonly AssetVersion[], at: number): Asset | undefined {
  const version = versions.findLast((item) => item.from <= at) ?? versions[0];
  return version && { urn, attributes: version.attributes, resolved: true, firstSeen: version.from, lastSeen: version.from, retiredAt: version.retired ? version.from : null };
}

/** The versions of nodes and of what any version of them refers to (security groups name each other: one step is enough for a verdict). */
function referredTo(nodes: ReadonlySet<Urn>, all: ReadonlyMap<Urn, readonly AssetVersion[]>): Map<Urn, readonly AssetVersion[]> {
  const found = new Map<Urn, readonly AssetVersion[]>();
  for (const node of nodes) {
    const versions = inOrder(all.get(node));
    found.set(node, versions);
    for (const ref of versions.flatMap((version) => referencesOf(node, version.attributes))) found.set(ref, inOrder(all.get(ref)));
  }
  return found;
}

const inOrder = (versions: readonly AssetVersion[] = []): AssetVersion[] => [...versions].sort((a, b) => a.from - b.from);

function reachable(service: Urn, links: readonly Link[]): Link[] {
  const runtimes = links.filter((link) => link.kind === 'member-of' && link.to === service && kindOf(link.from) === 'service');
  const next = Map.groupBy(links.filter((link) => link.kind !== 'member-of' && leadsOutwards(link)), (link) => link.from);
  const seen = new Set<Urn>([service, ...runtimes.map((link) => link.from)]);
  const found: Link[] = [...runtimes];
  for (const node of seen) {
    for (const link of next.get(node) ?? []) {
      found.push(link);
      seen.add(link.to);
    }
  }
  return found;
}

const NO_WAYS: Surroundings = { ways: [] };

/** A durable service has no way of its own: the widest of what is known of its runtimes decides. */
export function exposureOfGroup(service: Urn, runtimes: readonly Urn[], around: ReadonlyMap<Urn, Surroundings>, facts: ReadonlyMap<Urn, Asset>): ServiceExposure {
  const own = serviceExposure(service, around.get(service) ?? NO_WAYS, facts);
  if (runtimes.length === 0) return own;
  const others = runtimes.map((runtime) => serviceExposure(runtime, around.get(runtime) ?? NO_WAYS, facts)).map((item) => ({ ...item, path: [service, ...item.path] }));
  const judged = own.path.length > 1 ? [own, ...others] : others;
  return judged.reduce((best, item) => (exposureRank(item.exposure) > exposureRank(best.exposure) ? item : best));
}
