import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { referencesOf } from './assets.js';
import type { Asset } from './assets.js';
import type { Way } from './exposure.js';
import type { Graph } from './graph.js';
import type { Link } from './links.js';

const MAX_HOPS = 8;
const MAX_WAYS = 100;
const PER_NODE = 100;

export interface Ways {
  readonly ways: ReadonlyMap<Urn, readonly Way[]>;
  readonly silent: ReadonlySet<string>;
  readonly links: readonly Link[];
  readonly cut: boolean;
}

/** Ways outwards from services, by whole levels: six queries for a chain behind a load balancer, however many services. */
export async function collectWays(graph: Graph, services: readonly Urn[]): Promise<Ways> {
  const next = new Map<Urn, Link[]>();
  let frontier: readonly Urn[] = [...new Set(services)];
  let cut = false;
  for (let hop = 0; hop < MAX_HOPS && frontier.length > 0; hop += 1) {
    const found = await graph.links({ nodes: frontier, direction: 'out', kinds: ['routes-to', 'part-of', 'listens-on', 'resolves-to'], perNode: PER_NODE });
    cut ||= found.cut.length > 0;
    for (const link of found.links.filter(leadsOutwards)) next.set(link.from, [...(next.get(link.from) ?? []), link]);
    frontier = [...new Set(found.links.filter(leadsOutwards).map((link) => link.to))].filter((node) => !next.has(node));
  }
  const ways = new Map(services.map((service) => [service, waysFrom(service, next)]));
  const links = [...next.values()].flat();
  return { ways, links, cut, silent: silentSteps(links) };
}

/** Being part of something leads outwards only from a rule to its listener; a service's cluster is no exposure. */
export const leadsOutwards = (link: Link): boolean => link.kind !== 'part-of' || kindOf(link.from) === 'listener-rule';

/** Steps that carry no traffic: forwards of weight 0. */
export const silentSteps = (links: readonly Link[]): Set<string> => new Set(links.filter((link) => link.evidence['weight'] === 0).map((link) => `${link.from}|${link.to}`));

export function waysFrom(service: Urn, next: ReadonlyMap<Urn, readonly Link[]>): Way[] {
  const found: Way[] = [];
  const stack: Urn[][] = [[service]];
  while (stack.length > 0 && found.length < MAX_WAYS) {
    const way = stack.pop() as Urn[];
    const links = (next.get(way.at(-1) as Urn) ?? []).filter((link) => !way.includes(link.to));
    if (links.length === 0 && way.length > 1) found.push(way);
    for (const link of links) stack.push([...way, link.to]);
  }
  return found.sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

/** Facts of the given nodes and of what their attributes refer to (security groups, subnets): two queries. */
export async function factsOf(graph: Graph, nodes: readonly Urn[]): Promise<Map<Urn, Asset>> {
  const facts = new Map(await graph.assets([...new Set(nodes)]));
  const missing = [...facts.values()].flatMap((asset) => referencesOf(asset.urn, asset.attributes)).filter((node) => !facts.has(node));
  if (missing.length > 0) {
    for (const [node, asset] of await graph.assets([...new Set(missing)])) facts.set(node, asset);
  }
  return facts;
}

