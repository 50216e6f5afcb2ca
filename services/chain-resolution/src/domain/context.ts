import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { Exposure, NodeKind, Tristate, Urn } from '@throughline/domain';
import { text } from './assets.js';
import type { Asset } from './assets.js';
import { decommissionedAt, formerNames } from './fate.js';
import type { Link } from './links.js';
import { worstCriticality } from './model.js';
import type { Model } from './model.js';
import { byPrecedence, ownersOf, ownersOfCode, wholeRepository } from './owners.js';
import type { Owner } from './owners.js';
import type { RunningCode, ServiceState } from './service-state.js';
import { exposureRank } from './verdict.js';

/** Kinds of lasting assets that hold findings, and so get a context. */
export const HOLDING_KINDS: ReadonlySet<NodeKind> = new Set(['repository', 'image-name', 'service', 'endpoint', 'application', 'account']);

export interface RunningVersionOf {
  readonly version: string;
  readonly service: string;
  readonly environment: string;
  readonly exposure: Exposure;
  readonly commit: string;
  readonly confidence: number;
}

/** The whole context of an asset: the body of `aspm.chain.changed.v1` without version and time. */
export interface Context {
  readonly asset: Urn;
  readonly kind: NodeKind;
  readonly lineage: readonly Urn[];
  readonly running: readonly RunningVersionOf[];
  readonly deployed: Tristate;
  readonly exposure: Exposure;
  readonly exposurePath: readonly Urn[];
  readonly environments: readonly string[];
  readonly services: readonly Urn[];
  readonly applications: readonly string[];
  readonly owners: readonly Owner[];
  readonly criticality: string;
  readonly dataClass: string;
  readonly gaps: readonly string[];
  /** Names it had, newest first. */
  readonly formerly: readonly Urn[];
  /** Since when it is no more; empty while it lives. */
  readonly decommissionedAt: string;
}

/** Which image name is built from which repository (and sub-path), from the origins of its images. */
export interface LineagePair {
  readonly imageName: Urn;
  readonly repository: Urn;
  readonly subPath: Urn | '';
}

export interface ContextInput {
  readonly asset: Urn;
  /** States of the services that have the asset among their members (see membersOf). */
  readonly states: readonly ServiceState[];
  readonly pairs: readonly LineagePair[];
  /** The asset, its whole repository, its applications, and the repositories of its images. */
  readonly facts: ReadonlyMap<Urn, Asset>;
  /** `owned-by` and `member-of` links of those. */
  readonly links: ReadonlyMap<Urn, readonly Link[]>;
  readonly model: Model;
  /** Names of nodes that were renamed to the asset, newest first. */
  readonly renamed: readonly Urn[];
  /** What was told last of its end. */
  readonly endTold: string;
}

const MAX_LINEAGE = 500;

/** The lasting assets that a service's state says something about. */
export function membersOf(state: ServiceState): Urn[] {
  const claimed = state.running.filter((item) => !item.candidate);
  const code = [...claimed.flatMap((item) => [item.repository, item.subPath, item.imageName]), ...state.mapped, ...state.mapped.map(wholeRepository)];
  const applications = state.applications.map((slug) => parseUrn(`application:${slug}`));
  const members = [state.service, ...code, ...endpointsOf(state), ...applications, ...state.accounts];
  return [...new Set(members.filter((node): node is Urn => node !== '' && node !== undefined))];
}

export const endpointsOf = (state: ServiceState): Urn[] => [...new Set(state.ways.flat().filter((node) => kindOf(node) === 'endpoint'))];

interface Piece {
  readonly state: ServiceState;
  /** The running code of the service that is of this asset. */
  readonly items: readonly RunningCode[];
}

export function contextOf(input: ContextInput): Context {
  const kind = kindOf(input.asset);
  const pieces = input.states.map((state): Piece => ({ state, items: itemsOf(input.asset, state) }));
  const live = pieces.filter((piece) => runsIn(piece, input.asset) && piece.state.deployed !== 'no');
  const applications = applicationsOf(input, pieces);
  const deployed = deployedOf(input, pieces, live);
  const shown = live.reduce<Piece | undefined>((best, piece) =>
    (best === undefined || exposureRank(piece.state.exposure.exposure) > exposureRank(best.state.exposure.exposure) ? piece : best), undefined);
  const owners = ownersOfAsset(input, live.length > 0 ? live : pieces, applications);
  return {
    asset: input.asset, kind, deployed, applications, owners, lineage: lineageOf(input, pieces).slice(0, MAX_LINEAGE),
    running: runningOf(live), exposure: kind === 'account' ? 'unknown' : shown?.state.exposure.exposure ?? (deployed === 'no' ? 'none' : 'unknown'),
    exposurePath: kind === 'account' ? [] : shown?.state.exposure.path ?? [],
    environments: distinct(live.flatMap((piece) => environmentsOf(piece))),
    services: distinct((live.length > 0 ? live : pieces).map((piece) => piece.state.service)),
    criticality: worstCriticality([...pieces.map((piece) => piece.state.criticality), ...ownFacts(input, applications, 'criticality')]),
    dataClass: [...ownFacts(input, applications, 'dataClass'), ...pieces.map((piece) => piece.state.dataClass)].find((word) => word !== '') ?? '',
    gaps: gapsOf(input, live, deployed, owners),
    formerly: formerNames(input.asset, input.facts.get(input.asset)?.attributes ?? {}, input.renamed),
    decommissionedAt: decommissionedAt(input.facts.get(wholeRepository(input.asset)), input.endTold),
  };
}

function itemsOf(asset: Urn, state: ServiceState): RunningCode[] {
  const claimed = state.running.filter((item) => !item.candidate);
  switch (kindOf(asset)) {
    case 'repository': return claimed.filter((item) => (asset.includes('#') ? item.subPath === asset : item.repository === asset));
    case 'image-name': return claimed.filter((item) => item.imageName === asset);
    default: return claimed;
  }
}

/** Code is in a service when an image of it runs there, or a definition says so; what surrounds a service has all of it. */
function runsIn(piece: Piece, asset: Urn): boolean {
  const kind = kindOf(asset);
  if (kind !== 'repository' && kind !== 'image-name') return true;
  return piece.items.length > 0 || piece.state.mapped.some((node) => node === asset || wholeRepository(node) === asset);
}

function deployedOf(input: ContextInput, pieces: readonly Piece[], live: readonly Piece[]): Tristate {
  const kind = kindOf(input.asset);
  if (kind === 'account') return 'yes';
  const isCode = kind === 'repository' || kind === 'image-name';
  if (live.some((piece) => piece.state.deployed === 'yes' || (isCode && piece.items.length > 0))) return 'yes';
  if (kind === 'service') return pieces[0]?.state.deployed ?? 'unknown';
  if (pieces.length > 0 && pieces.every((piece) => piece.state.deployed === 'no')) return 'no';
  const known = kind === 'image-name' || (kind === 'repository' && pairsOf(input).length > 0);
  return live.length === 0 && known && input.model.runtimeComplete ? 'no' : 'unknown';
}

function pairsOf(input: ContextInput): LineagePair[] {
  const { asset } = input;
  return input.pairs.filter((pair) => pair.imageName === asset || (asset.includes('#') ? pair.subPath === asset : pair.repository === asset));
}

/** Lasting assets of the same code. Applications and accounts gather different code, so they have none. */
function lineageOf(input: ContextInput, pieces: readonly Piece[]): Urn[] {
  const kind = kindOf(input.asset);
  if (kind === 'application' || kind === 'account') return [];
  const code = [
    ...pairsOf(input).flatMap((pair) => (kind === 'repository' ? [pair.imageName] : [pair.repository, pair.subPath])),
    ...pieces.flatMap((piece) => piece.items.flatMap((item) => (kind === 'repository' ? [item.imageName] : [item.repository, item.subPath, item.imageName]))),
    ...(kind === 'service' || kind === 'endpoint' ? pieces.flatMap((piece) => piece.state.mapped) : []),
  ];
  const around = pieces.filter((piece) => runsIn(piece, input.asset)).flatMap((piece) => [piece.state.service, ...endpointsOf(piece.state)]);
  const runtimes = kind === 'service' ? pieces.flatMap((piece) => piece.state.exposure.path.filter((node) => kindOf(node) === 'service')) : [];
  return distinct([...code, ...around, ...runtimes].filter((node): node is Urn => node !== '' && node !== input.asset));
}

/** What runs where. A durable service repeats what its runtimes run: the runtime is where it runs. */
function runningOf(live: readonly Piece[]): RunningVersionOf[] {
  const runs = new Set(live.flatMap((piece) => piece.items.map((item) => `${piece.state.service}|${item.image}`)));
  const repeated = (state: ServiceState, item: RunningCode): boolean => state.runtimes.some((runtime) => runs.has(`${runtime}|${item.image}`));
  const found = live.flatMap((piece) => piece.items.filter((item) => !repeated(piece.state, item)).flatMap((item) => {
    const environments = item.environment ? [item.environment] : piece.state.environments.length > 0 ? piece.state.environments : [''];
    return environments.map((environment): RunningVersionOf => ({
      version: item.image, service: piece.state.service, environment, exposure: piece.state.exposure.exposure,
      commit: item.commit, confidence: item.confidence,
    }));
  }));
  const unique = new Map(found.map((item) => [`${item.version}|${item.service}|${item.environment}`, item]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function environmentsOf(piece: Piece): string[] {
  const own = piece.items.map((item) => item.environment).filter((slug) => slug !== '');
  return own.length > 0 ? own : [...piece.state.environments];
}

function applicationsOf(input: ContextInput, pieces: readonly Piece[]): string[] {
  if (kindOf(input.asset) === 'application') return [urnRest(input.asset)];
  const own = [input.asset, wholeRepository(input.asset)].flatMap((node) => input.links.get(node) ?? [])
    .filter((link) => link.kind === 'member-of' && kindOf(link.to) === 'application').map((link) => urnRest(link.to));
  return distinct([...own, ...pieces.flatMap((piece) => piece.state.applications)]);
}

function ownFacts(input: ContextInput, applications: readonly string[], name: string): string[] {
  const nodes = [input.asset, ...applications.map((slug) => parseUrn(`application:${slug}`))];
  return nodes.map((node) => (node ? text(input.facts.get(node)?.attributes[name]) : ''));
}

function ownersOfAsset(input: ContextInput, pieces: readonly Piece[], applications: readonly string[]): Owner[] {
  const { ownershipRules: rules, teams } = input.model;
  const { asset, facts, links } = input;
  const own = ownersOf({ asset, facts: facts.get(asset), links: links.get(asset) ?? [], rules, teams, applications });
  const services = pieces.flatMap((piece) => piece.state.owners);
  switch (kindOf(asset)) {
    case 'repository': return asset.includes('#') ? ownersOfCode(asset, { facts, links, rules, teams, applications }) : own;
    case 'service': return unique(services);
    case 'account': return own;
    case 'image-name': {
      const code = distinct(pairsOf(input).map((pair) => pair.subPath || pair.repository));
      return unique(byPrecedence([...own, ...services, ...code.flatMap((node) => ownersOfCode(node, { facts, links, rules, teams, applications }))]));
    }
    default: return unique(byPrecedence([...own, ...services]));
  }
}

function unique(owners: readonly Owner[]): Owner[] {
  return [...new Map(owners.map((owner) => [`${owner.pathPrefix}|${owner.team}|${owner.source}`, owner])).values()];
}

function gapsOf(input: ContextInput, live: readonly Piece[], deployed: Tristate, owners: readonly Owner[]): string[] {
  const kind = kindOf(input.asset);
  const found: string[] = [];
  if (kind === 'repository' && pairsOf(input).length === 0 && live.length === 0) found.push('build: no image is known to be built from it');
  if (kind === 'image-name' && pairsOf(input).length === 0) found.push('build: no attestation, record, label or build output names its images');
  if (['service', 'endpoint'].includes(kind) && live.some((piece) => piece.items.length === 0)) found.push('image: no running image is known');
  if (live.some((piece) => piece.items.some((item) => item.commit === ''))) found.push('commit: a running image has no claimed commit');
  if (deployed === 'unknown' && kind !== 'application') found.push('service: nothing says whether it runs');
  if (live.length > 0 && live.every((piece) => piece.state.exposure.exposure === 'unknown') && kind !== 'account') found.push('exposure: the way to the service was not observed');
  if (!owners.some((owner) => owner.team !== '')) found.push('owner: nobody is named');
  return found;
}

const distinct = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].filter((value) => value !== '').sort();
