import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { Tristate, Urn } from '@throughline/domain';
import { text } from './assets.js';
import type { Asset } from './assets.js';
import { applicationsOf, environmentsOf, placesOf } from './belonging.js';
import { exposureOfGroup } from './exposure-timeline.js';
import type { ServiceExposure, Way } from './exposure.js';
import { cachedGraph } from './cached-graph.js';
import type { Graph } from './graph.js';
import type { Link } from './links.js';
import { worstCriticality } from './model.js';
import type { Model } from './model.js';
import { agreedRepository, claimedCommit, resolveOrigins } from './origins.js';
import type { Origin } from './origins.js';
import { byPrecedence, ownersOf, ownersOfCode, wholeRepository } from './owners.js';
import type { Owner } from './owners.js';
import { runningImages } from './running.js';
import type { RunningImage } from './running.js';
import { collectWays, factsOf } from './ways.js';

/** An image of a service, with the code it was built from. */
export interface RunningCode extends RunningImage {
  readonly imageName: Urn | '';
  readonly repository: Urn | '';
  readonly subPath: Urn | '';
  readonly commit: Urn | '';
  readonly origins: readonly Origin[];
}

/** Everything that is judged of one service: what it runs, who reaches it, whose it is, where it belongs. */
export interface ServiceState {
  readonly service: Urn;
  /** Services that a durable service runs as. */
  readonly runtimes: readonly Urn[];
  readonly deployed: Tristate;
  readonly running: readonly RunningCode[];
  /** Repositories that a definition maps to the service without an image. */
  readonly mapped: readonly Urn[];
  readonly exposure: ServiceExposure;
  readonly ways: readonly Way[];
  readonly environments: readonly string[];
  readonly applications: readonly string[];
  /** The strongest method by which environments and applications are known; empty: neither is. */
  readonly belongsBy: { readonly environment: string; readonly application: string };
  readonly accounts: readonly Urn[];
  readonly owners: readonly Owner[];
  readonly criticality: string;
  readonly dataClass: string;
}

const PER_NODE = 200;
const MAX_TASKS = 20;

interface Surroundings {
  readonly aliases: ReadonlyMap<Urn, readonly Urn[]>;
  readonly out: ReadonlyMap<Urn, readonly Link[]>;
  readonly places: ReadonlyMap<Urn, readonly Link[]>;
  readonly mapped: readonly Link[];
}

export interface ServiceStates {
  readonly states: readonly ServiceState[];
  /** Links and facts that the states rest on, for those who draw them. */
  readonly links: readonly Link[];
  readonly facts: ReadonlyMap<Urn, Asset>;
}

/** States of services, in a number of queries that does not depend on how many services are asked for. */
export async function serviceStates(stored: Graph, services: readonly Urn[], model: Model): Promise<ServiceStates> {
  const asked = [...new Set(services)];
  if (asked.length === 0) return { states: [], links: [], facts: new Map() };
  // the parts below ask for much of the same
  const graph = cachedGraph(stored);
  const around = await surroundings(graph, asked);
  const all = [...new Set([...asked, ...[...around.aliases.values()].flat()])];
  const running = await runningImages(graph, await groupsOf(graph, asked, around));
  const { ways, links, silent } = await collectWays(graph, all);
  const tasks = await tasksOf(graph, all);
  const origins = await resolveOrigins(graph, [...running.values()].flat().map((item) => item.image));
  const repositories = repositoriesOf(origins, around);
  const owned = repositories.length
    ? grouped((await graph.links({ nodes: repositories, direction: 'out', kinds: ['owned-by', 'member-of'], perNode: PER_NODE })).links) : new Map<Urn, Link[]>();
  const nodes = [...all, ...[...tasks.values()].flat(), ...[...ways.values()].flat(2), ...memberOf([...around.out.values(), ...around.places.values(), ...owned.values()].flat()), ...around.places.keys(), ...repositories];
  const facts = await factsOf(graph, nodes);
  const branches = await branchesOf(graph, origins, model);
  const states = asked.map((service) => stateOf(service, { branches, tasks, silent, around, running, ways, origins, owned, facts, model }));
  return { states, links, facts };
}

/**
 * Whose statements about images count for a service: its runtimes' for a durable one, and the records that name the
 * durable one for its only runtime (of several, a record does not say which it means).
 */
async function groupsOf(graph: Graph, asked: readonly Urn[], around: Surroundings): Promise<Map<Urn, readonly Urn[]>> {
  const durable = new Map(asked.map((service) => [service, (around.out.get(service) ?? []).filter((link) => link.kind === 'member-of' && kindOf(link.to) === 'service').map((link) => link.to)]));
  const slugs = [...new Set([...durable.values()].flat())];
  const members = slugs.length ? (await graph.links({ nodes: slugs, direction: 'in', kinds: ['member-of'], perNode: PER_NODE })).links : [];
  const runtimes = Map.groupBy(members.filter((link) => kindOf(link.from) === 'service'), (link) => link.to);
  return new Map(asked.map((service) => {
    const single = (durable.get(service) ?? []).filter((slug) => runtimes.get(slug)?.length === 1);
    return [service, [service, ...(around.aliases.get(service) ?? []), ...single]];
  }));
}

function repositoriesOf(origins: ReadonlyMap<Urn, readonly Origin[]>, around: Surroundings): Urn[] {
  const found = [...origins.values()].flat().flatMap((origin) => [origin.repository, origin.subPath]);
  return [...new Set([...found, ...around.mapped.map((link) => link.from)])].filter((node): node is Urn => node !== '');
}

async function surroundings(graph: Graph, services: readonly Urn[]): Promise<Surroundings> {
  const runtimes = (await graph.links({ nodes: services, direction: 'in', kinds: ['member-of', 'runs-as'], perNode: PER_NODE })).links;
  const members = runtimes.filter((link) => link.kind === 'member-of' && kindOf(link.from) === 'service');
  const aliases = new Map(services.map((service) => [service, members.filter((link) => link.to === service).map((link) => link.from)]));
  const all = [...new Set([...services, ...members.map((link) => link.from)])];
  const out = grouped((await graph.links({ nodes: all, direction: 'out', kinds: ['member-of', 'owned-by', 'part-of'], perNode: PER_NODE })).links);
  const slugs = [...out.values()].flat().filter((link) => kindOf(link.to) === 'service').map((link) => link.to);
  const further = [...new Set([...slugs, ...placesOf([...out.values()].flat())])];
  const second = further.length
    ? grouped((await graph.links({ nodes: further, direction: 'out', kinds: ['member-of', 'owned-by', 'part-of'], perNode: PER_NODE })).links) : new Map<Urn, Link[]>();
  const accounts = placesOf([...second.values()].flat()).filter((node) => !second.has(node));
  const third = accounts.length
    ? grouped((await graph.links({ nodes: accounts, direction: 'out', kinds: ['member-of'], perNode: PER_NODE })).links) : new Map<Urn, Link[]>();
  const places = new Map([...further, ...accounts].map((node) => [node, [...(second.get(node) ?? []), ...(third.get(node) ?? [])]]));
  const mapped = runtimes.filter((link) => link.kind === 'runs-as' && kindOf(link.from) === 'repository');
  return { aliases, out, places, mapped };
}

const memberOf = (links: readonly Link[]): Urn[] => links.filter((link) => link.kind === 'member-of').map((link) => link.to);

interface Gathered {
  readonly branches: ReadonlyMap<Urn, readonly string[]>;
  readonly around: Surroundings;
  readonly running: ReadonlyMap<Urn, readonly RunningImage[]>;
  readonly ways: ReadonlyMap<Urn, readonly Way[]>;
  readonly silent: ReadonlySet<string>;
  readonly tasks: ReadonlyMap<Urn, readonly Urn[]>;
  readonly origins: ReadonlyMap<Urn, readonly Origin[]>;
  readonly owned: ReadonlyMap<Urn, readonly Link[]>;
  readonly facts: ReadonlyMap<Urn, Asset>;
  readonly model: Model;
}

function stateOf(service: Urn, all: Gathered): ServiceState {
  const runtimes = all.around.aliases.get(service) ?? [];
  const group = [service, ...runtimes];
  const own = group.flatMap((node) => all.around.out.get(node) ?? []);
  const slugs = own.filter((link) => link.from === service && kindOf(link.to) === 'service').map((link) => link.to);
  const inherited = slugs.flatMap((slug) => all.around.places.get(slug) ?? []);
  const links = [...own, ...inherited];
  const images = all.running.get(service) ?? [];
  const place = { service, facts: all.facts.get(service), links };
  const inEnvironments = environmentsOf({
    ...place, places: all.around.places, model: all.model, records: images.map((item) => item.environment), branches: images.filter((item) => !item.candidate).flatMap((item) => claimedCommit(all.origins.get(item.image) ?? [])?.commit || []).flatMap((commit) => all.branches.get(commit) ?? []),
  });
  const environments = inEnvironments.slugs;
  const running = unique(images.map((item) => withCode(item, environments, all)));
  const mapped = all.around.mapped.filter((link) => link.to === service).map((link) => link.from);
  const code = [...new Set([...running.filter((item) => !item.candidate).flatMap((item) => item.subPath || item.repository || []), ...mapped])];
  const inApplications = applicationsOf({ ...place, code: code.flatMap((node) => [...(all.owned.get(node) ?? []), ...(all.owned.get(wholeRepository(node)) ?? [])]) });
  const applications = inApplications.slugs;
  const model = [service, ...slugs, ...applications.map((slug) => parseUrn(`application:${slug}`))];
  const facts = model.flatMap((node) => (node ? all.facts.get(node) ?? [] : []));
  return {
    service, runtimes: [...runtimes].sort(), running, mapped, environments, applications,
    exposure: exposureOfGroup(service, runtimes, new Map(group.map((node) => [node, { ways: all.ways.get(node) ?? [], silent: all.silent, tasks: all.tasks.get(node) ?? [] }])), all.facts), belongsBy: { environment: inEnvironments.method, application: inApplications.method },
    deployed: deployedOf(service, runtimes, running, all.facts),
    ways: group.flatMap((node) => all.ways.get(node) ?? []),
    accounts: [...new Set([...placesOf(links), ...placesOf([...all.around.places.values()].flat().filter((link) => placesOf(links).includes(link.from)))])]
      .filter((node) => kindOf(node) === 'account').sort(),
    owners: serviceOwners(service, ownership(service, links), code, applications, all),
    criticality: worstCriticality(facts.map((item) => text(item.attributes['criticality']))),
    dataClass: facts.map((item) => text(item.attributes['dataClass'])).find((word) => word !== '') ?? '',
  };
}

/** Some tasks of each service: one of them with a public address is enough. */
async function tasksOf(graph: Graph, services: readonly Urn[]): Promise<Map<Urn, readonly Urn[]>> {
  const { links } = await graph.links({ nodes: services, direction: 'in', kinds: ['part-of'], perNode: PER_NODE });
  return new Map([...Map.groupBy(links, (link) => link.to)].map(([service, own]) => [service, own.map((link) => link.from).filter((node) => kindOf(node) === 'task').slice(0, MAX_TASKS)]));
}

/** Branches that commits were said to be on; asked for only where a rule of an environment names one. */
async function branchesOf(graph: Graph, origins: ReadonlyMap<Urn, readonly Origin[]>, model: Model): Promise<ReadonlyMap<Urn, readonly string[]>> {
  const wanted = model.environments.some((environment) => environment.match.some((rule) => typeof rule !== 'string' && rule.branch !== undefined));
  const commits = wanted ? [...origins.values()].flat().flatMap((origin) => (origin.candidate ? [] : origin.commit || [])) : [];
  if (commits.length === 0) return new Map();
  const { links } = await graph.links({ nodes: [...new Set(commits)], direction: 'in', kinds: ['contains'], perNode: 20 });
  return new Map([...Map.groupBy(links, (link) => link.to)].map(([commit, own]) => [commit, own.flatMap((link) => text(link.evidence['branch']) || [])]));
}

/** Owners of the service and of the code that it runs, by the precedence of their sources; at equal rank the service's own. */
function serviceOwners(service: Urn, links: readonly Link[], code: readonly Urn[], applications: readonly string[], all: Gathered): Owner[] {
  const { ownershipRules: rules, teams } = all.model;
  const own = ownersOf({ asset: service, facts: all.facts.get(service), links, rules, teams, applications });
  const behind = code.flatMap((node) => ownersOfCode(node, { links: all.owned, facts: all.facts, rules, teams, applications }));
  return byPrecedence([...own, ...behind].filter((owner) => owner.pathPrefix === ''));
}

/** Own links first, then those of the durable service that it is a runtime of. */
function ownership(service: Urn, links: readonly Link[]): Link[] {
  const owned = links.filter((link) => link.kind === 'owned-by');
  return [...owned.filter((link) => link.from === service), ...owned.filter((link) => link.from !== service)];
}

function deployedOf(service: Urn, runtimes: readonly Urn[], running: readonly RunningImage[], facts: ReadonlyMap<Urn, Asset>): Tristate {
  const judged = [service, ...runtimes].map((node) => stoppedOf(facts.get(node)));
  const live = runtimes.length ? judged.slice(1) : judged;
  if (live.length > 0 && live.every((state) => state === 'stopped')) return 'no';
  if (running.some((item) => !item.candidate) || live.includes('runs')) return 'yes';
  return 'unknown';
}

function stoppedOf(facts: Asset | undefined): 'stopped' | 'runs' | 'unknown' {
  if (!facts) return 'unknown';
  const { desiredCount, runningCount, status } = facts.attributes;
  if (facts.retiredAt !== null || text(status).toUpperCase() === 'INACTIVE') return 'stopped';
  if (typeof runningCount === 'number' && runningCount > 0) return 'runs';
  return desiredCount === 0 ? 'stopped' : 'unknown';
}

function withCode(item: RunningImage, environments: readonly string[], all: Gathered): RunningCode {
  const origins = all.origins.get(item.image) ?? [];
  const claimed = claimedCommit(origins);
  const name = item.image.includes('@') ? parseUrn(`image-name:${urnRest(item.image).split('@')[0] ?? ''}`) ?? '' : '';
  const repository = agreedRepository(origins);
  const environment = item.environment || (environments.length === 1 ? (environments[0] ?? '') : '');
  return {
    ...item, environment, imageName: name, repository, commit: claimed?.commit ?? '', origins,
    subPath: origins.find((origin) => !origin.candidate && origin.subPath !== '')?.subPath ?? '',
    confidence: claimed ? Math.min(item.confidence, claimed.confidence) : item.confidence,
  };
}

function unique(running: readonly RunningCode[]): RunningCode[] {
  const kept = new Map<string, RunningCode>();
  for (const item of running) {
    const key = `${item.image}|${item.environment}`;
    const other = kept.get(key);
    if (!other || other.confidence < item.confidence) kept.set(key, item);
  }
  return [...kept.values()];
}

function grouped(links: readonly Link[]): Map<Urn, Link[]> {
  const found = new Map<Urn, Link[]>();
  for (const link of links) {
    const own = found.get(link.from);
    if (own) own.push(link);
    else found.set(link.from, [link]);
  }
  return found;
}
