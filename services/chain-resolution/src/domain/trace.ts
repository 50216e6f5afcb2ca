import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { Exposure, Urn } from '@throughline/domain';
import { isRecord } from './assets.js';
import type { Asset } from './assets.js';
import { cachedGraph } from './cached-graph.js';
import { gap } from './gaps.js';
import type { Gap } from './gaps.js';
import type { Graph } from './graph.js';
import type { Link } from './links.js';
import { CANDIDATE_BELOW } from './method.js';
import type { Model } from './model.js';
import { resolveOrigins, sourceOf } from './origins.js';
import type { Origin } from './origins.js';
import { ownersOf, ownersOfCode, wholeRepository } from './owners.js';
import { digestOf } from './structure.js';
import type { Owner } from './owners.js';
import { restrict } from './restrict.js';
import type { RestrictedTrace, Visibility } from './restrict.js';
import { serviceStates } from './service-state.js';
import type { ServiceState } from './service-state.js';
import { isChainLink, keyOf, pathsOf, TRACE_LIMITS, walk } from './walk.js';
import type { Direction, Walk, WalkLimits } from './walk.js';

export interface TraceRequest {
  readonly from: readonly Urn[];
  readonly direction: Direction;
  readonly model: Model;
  /** Versions that are known to run, so that the cap on a repository's commits does not cut them off. */
  readonly seeds?: readonly Urn[];
  readonly limits?: WalkLimits;
  /** Whose nodes the reader may see; absent: all. */
  readonly visible?: Visibility;
}

export interface TraceServiceExposure {
  readonly service: Urn;
  readonly exposure: Exposure;
  readonly path: readonly Urn[];
  readonly reasons: readonly string[];
  readonly audience: readonly string[];
  readonly assumed: readonly string[];
  readonly owner: string | null;
}

export interface Trace {
  readonly nodes: readonly Urn[];
  readonly facts: ReadonlyMap<Urn, Asset>;
  readonly links: readonly Link[];
  readonly paths: readonly (readonly Urn[])[];
  readonly gaps: readonly Gap[];
  readonly exposure: Exposure;
  readonly owner: string | null;
  readonly services: readonly TraceServiceExposure[];
  readonly partial: boolean;
}

const MAX_SERVICES = 200;

/** The answer of a walk, with what is judged along it: rivals shown as such, exposure and owner of each service, gaps. */
export async function trace(stored: Graph, request: TraceRequest): Promise<RestrictedTrace> {
  const graph = cachedGraph(stored);
  const limits = request.limits ?? TRACE_LIMITS;
  const walked = await walk(graph, request.from, request.direction, limits, request.seeds);
  const met = [...walked.nodes].filter((node) => kindOf(node) === 'service');
  const states = await serviceStates(graph, met.slice(0, MAX_SERVICES), request.model);
  const origins = await resolveOrigins(graph, [...walked.nodes].filter((node) => kindOf(node) === 'image'));
  const code = codeOf(request.from, walked, origins);
  const owned = code.length ? (await graph.links({ nodes: code, direction: 'out', kinds: ['owned-by'], perNode: 50 })).links : [];
  const owners = ownerLinks(states.states, owned, states.facts);
  const links = judged([...walked.links, ...states.links, ...owned.filter((link) => walked.nodes.has(link.from)), ...owners], states.states, origins);
  const nodes = [...new Set([...walked.nodes, ...links.flatMap((link) => [link.from, link.to])])];
  const facts = new Map([...states.facts, ...await graph.assets([...new Set([...nodes, ...code])].filter((node) => !states.facts.has(node)))]);
  const services = claimedServices(states.states, links, request);
  const context = { request, nodes, links, facts, states: states.states, origins, code, owned };
  const answer = {
    nodes, facts, links, paths: pathsOf(links, request.from), gaps: gapsOf(context, services),
    exposure: overallExposure(context, services), owner: overallOwner(context, services),
    services: states.states.map(present), partial: walked.partial || met.length > MAX_SERVICES,
  };
  return restrict(answer, request.visible ?? null, request.visible ? teamsByNode(context) : new Map());
}

/** Teams that own the services and repositories of a trace. Of a repository all that own any path in it: what it makes is theirs, too. */
function teamsByNode(all: Gathered): Map<Urn, string[]> {
  const { ownershipRules: rules, teams } = all.request.model;
  const owned = Map.groupBy(all.owned, (link) => link.from);
  const named = (owners: readonly Owner[]): string[] => [...new Set(owners.map((owner) => owner.team))].filter((team) => team !== '');
  return new Map([
    ...all.states.map((state) => [state.service, named(state.owners)] as const),
    ...all.code.map((node) => [node, named(node.includes('#')
      ? ownersOfCode(node, { links: owned, facts: all.facts, rules, teams, applications: [] })
      : ownersOf({ asset: node, facts: all.facts.get(node), links: owned.get(node) ?? [], rules, teams, applications: [] }))] as const),
  ]);
}

interface Gathered {
  readonly request: TraceRequest;
  readonly nodes: readonly Urn[];
  readonly links: readonly Link[];
  readonly facts: ReadonlyMap<Urn, Asset>;
  readonly states: readonly ServiceState[];
  readonly origins: ReadonlyMap<Urn, readonly Origin[]>;
  readonly code: readonly Urn[];
  readonly owned: readonly Link[];
}

const present = (state: ServiceState): TraceServiceExposure => {
  const { exposure, path, reasons, audience, assumed } = state.exposure;
  return { service: state.service, exposure, path, reasons, audience, assumed, owner: state.owners[0]?.team ?? null };
};

/** Repositories (and sub-paths) that the walk met or starts below. */
function codeOf(from: readonly Urn[], walked: Walk, origins: ReadonlyMap<Urn, readonly Origin[]>): Urn[] {
  const met = [...walked.nodes].filter((node) => kindOf(node) === 'repository');
  const started = from.flatMap((node) => [sourceOf(node).repository, sourceOf(node).subPath, repositoryOfRun(node)]);
  const built = from.flatMap((node) => (origins.get(node) ?? []).filter((origin) => !origin.candidate).flatMap((origin) => [origin.repository, origin.subPath]));
  const found = [...met, ...started, ...built].filter((node): node is Urn => node !== '' && node !== undefined);
  return [...new Set([...found, ...found.map(wholeRepository)])];
}

function repositoryOfRun(node: Urn): Urn | undefined {
  const found = kindOf(node) === 'build' ? /^(.+)\/actions\/runs\/\d+/.exec(urnRest(node))?.[1] : undefined;
  return found ? parseUrn(`repo:${found}`) : undefined;
}

/** The owner that was judged for a service, as an edge, where no source stated that very edge. */
function ownerLinks(states: readonly ServiceState[], stated: readonly Link[], facts: ReadonlyMap<Urn, Asset>): Link[] {
  return states.flatMap((state) => {
    const owner = state.owners[0];
    const team = owner ? parseUrn(`team:${owner.team}`) : undefined;
    if (!owner || !team || stated.some((link) => link.from === state.service && link.to === team)) return [];
    return [{
      from: state.service, kind: 'owned-by', to: team, method: owner.source, verified: false, confidence: 0.9,
      evidence: { source: owner.source, evidence: owner.evidence }, validFrom: facts.get(state.service)?.firstSeen ?? 0, validTo: null,
    }];
  });
}

/** Confidence after judgement: rivals and superseded statements are shown as the candidates that they are. */
function judged(links: readonly Link[], states: readonly ServiceState[], origins: ReadonlyMap<Urn, readonly Origin[]>): Link[] {
  const lowered = new Map<string, { confidence: number; rivals: string[] }>();
  for (const found of origins.values()) {
    for (const origin of found.filter((item) => item.candidate)) {
      const rivals = found.filter((item) => item.link.from !== origin.link.from).map((item) => item.link.from);
      lowered.set(keyOf(weakLink(origin, found)), { confidence: origin.confidence, rivals });
    }
    for (const origin of found.filter((item) => !item.candidate)) lowered.delete(keyOf(origin.link));
  }
  for (const item of states.flatMap((state) => state.running)) {
    if (item.candidate) lowered.set(keyOf(item.link), { confidence: item.confidence, rivals: [] });
  }
  const unique = new Map(links.map((link) => [keyOf(link), link]));
  return [...unique].map(([key, link]) => {
    const lower = lowered.get(key);
    if (!lower) return link;
    const evidence = { ...link.evidence, candidate: true, methodConfidence: link.confidence, ...(lower.rivals.length ? { rivals: lower.rivals } : {}) };
    return { ...link, confidence: Math.min(link.confidence, lower.confidence), evidence };
  });
}

/** The link that makes an origin a candidate: into the image, or, where another commit of the same build is claimed, into the build. */
const weakLink = (origin: Origin, all: readonly Origin[]): Link =>
  (origin.commitLink && all.some((other) => !other.candidate && keyOf(other.link) === keyOf(origin.link)) ? origin.commitLink : origin.link);

/** Services that claimed links lead to; what only candidates lead to is shown and never claimed. */
function claimedServices(states: readonly ServiceState[], links: readonly Link[], request: TraceRequest): ServiceState[] {
  const forward = request.direction === 'forward';
  const start = new Set(request.from);
  const next = new Map<Urn, Urn[]>();
  const step = (from: Urn, to: Urn): void => { next.set(from, [...(next.get(from) ?? []), to]); };
  for (const link of links.filter((item) => item.confidence >= CANDIDATE_BELOW)) {
    if (start.has(link.to) && !isChainLink(link)) step(link.to, link.from);
    else if (isChainLink(link) && link.kind === 'member-of') { step(link.to, link.from); step(link.from, link.to); }
    else if (isChainLink(link)) step(forward ? link.from : link.to, forward ? link.to : link.from);
  }
  const seen = new Set<Urn>(request.from);
  const queue = [...request.from];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const other of next.get(node) ?? []) {
      if (!seen.has(other)) queue.push(other);
      seen.add(other);
    }
  }
  return states.filter((state) => seen.has(state.service));
}

const WIDEST: readonly Exposure[] = ['internet', 'limited', 'unknown', 'internal', 'none'];
const DOWNSTREAM: ReadonlySet<string> = new Set(['service', 'target-group', 'listener', 'listener-rule', 'load-balancer', 'endpoint']);

function overallExposure(all: Gathered, services: readonly ServiceState[]): Exposure {
  const found = new Set(services.map((state) => state.exposure.exposure));
  const widest = WIDEST.find((word) => found.has(word));
  if (widest) return widest;
  const runsSomewhere = all.request.from.some((node) => DOWNSTREAM.has(kindOf(node)));
  const built = all.nodes.some((node) => kindOf(node) === 'image');
  return !runsSomewhere && built && all.request.model.runtimeComplete && all.states.length === 0 ? 'none' : 'unknown';
}

function overallOwner(all: Gathered, services: readonly ServiceState[]): string | null {
  const own = all.request.from.filter((node) => kindOf(node) === 'team').map((node) => urnRest(node))[0];
  if (own) return own;
  const started = services.find((state) => all.request.from.includes(state.service));
  const code = all.request.from.some((node) => DOWNSTREAM.has(kindOf(node))) ? undefined : codeOwner(all);
  const widest = [...services].sort((a, b) => WIDEST.indexOf(a.exposure.exposure) - WIDEST.indexOf(b.exposure.exposure));
  return started?.owners[0]?.team ?? code?.team ?? widest.find((state) => state.owners.length > 0)?.owners[0]?.team ?? codeOwner(all)?.team ?? null;
}

function codeOwner(all: Gathered): Owner | undefined {
  const { ownershipRules: rules, teams } = all.request.model;
  const links = new Map<Urn, Link[]>();
  for (const link of all.owned) links.set(link.from, [...(links.get(link.from) ?? []), link]);
  const subPaths = all.code.filter((node) => node.includes('#'));
  const candidates = subPaths.length === 1 ? subPaths : all.code.filter((node) => !node.includes('#'));
  if (candidates.length !== 1) return undefined;
  return ownersOfCode(candidates[0] as Urn, { links, facts: all.facts, rules, teams, applications: [] })[0];
}

const CODE_KINDS: ReadonlySet<string> = new Set(['repository', 'commit', 'pull-request', 'build', 'image', 'image-name']);

function gapsOf(all: Gathered, services: readonly ServiceState[]): Gap[] {
  const found = [...imageGaps(all), ...buildGaps(all), ...serviceGaps(all, services)];
  const startsInCode = all.request.from.every((node) => CODE_KINDS.has(kindOf(node)));
  if (startsInCode && services.length === 0 && all.request.direction === 'forward') {
    const built = all.nodes.some((node) => ['image', 'image-name'].includes(kindOf(node)));
    const start = all.request.from[0] as Urn;
    if (!built) found.push({ ...gap.noBuild(start), at: start, reason: 'no image is known to be built from it' });
    else if (!all.request.model.runtimeComplete) found.push(gap.noRuntime(start));
  }
  if (overallOwner(all, services) === null) found.push(gap.noOwner(all.request.from[0] as Urn));
  return found;
}

function imageGaps(all: Gathered): Gap[] {
  return all.nodes.filter((node) => kindOf(node) === 'image').flatMap((image) => {
    const origins = all.origins.get(image) ?? [];
    // a platform image inherits from its index, and an index from nobody else: one gap for the logical image
    if (origins.length === 0) return isIndexed(all, image) ? [] : [gap.noBuild(image)];
    const rivals = [...new Set(origins.filter((origin) => origin.candidate).map((origin) => origin.link.from))];
    if (origins.every((origin) => origin.candidate) && rivals.length > 1) return [gap.contested(image, rivals)];
    return origins.some((origin) => origin.build !== '') ? [] : [gap.unnamedBuild(image)];
  });
}

const isIndexed = (all: Gathered, image: Urn): boolean =>
  all.links.some((link) => link.kind === 'contains' && link.to === image && kindOf(link.from) === 'image' && digestOf(link.from) !== digestOf(image));

function buildGaps(all: Gathered): Gap[] {
  const builds = new Set([...all.origins.values()].flat().filter((origin) => origin.build !== '' && origin.commit === '').map((origin) => origin.build as Urn));
  return [...builds].filter((build) => all.nodes.includes(build)).map(gap.noCommit);
}

function serviceGaps(all: Gathered, services: readonly ServiceState[]): Gap[] {
  return services.flatMap((state) => {
    const found: Gap[] = [];
    if (state.deployed !== 'no' && !state.running.some((item) => !item.candidate) && state.mapped.length === 0) found.push(gap.noImage(state.service));
    if (state.exposure.exposure === 'unknown') found.push(gap.noExposure(state.service, state.exposure.reasons));
    if (state.owners.length === 0) found.push(gap.noOwner(state.service));
    return found;
  });
}

/** Long texts (a CODEOWNERS file) stay out of answers that are drawn. */
export function shownAttributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { codeowners, ...rest } = attributes;
  return isRecord(codeowners) ? { ...rest, codeowners: { path: codeowners['path'], commit: codeowners['commit'] } } : rest;
}
