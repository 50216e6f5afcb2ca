import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import type { Graph } from './graph.js';
import type { Link } from './links.js';

export type Direction = 'forward' | 'backward';

export interface WalkLimits {
  readonly depth: number;
  readonly perNode: number;
  readonly nodes: number;
}

export const TRACE_LIMITS: WalkLimits = { depth: 14, perNode: 100, nodes: 2000 };

export interface Walk {
  readonly nodes: ReadonlySet<Urn>;
  readonly links: readonly Link[];
  /** True when a cap cut something off: the answer holds, but is not all. */
  readonly partial: boolean;
}

/** Nodes that gather much: they are shown, and walked on from only where the walk starts at them. */
const HUBS: ReadonlySet<string> = new Set(['image-name', 'tag', 'cluster', 'account', 'team', 'application', 'environment']);
/** What leads to a hub says where things belong, which the node shows by itself; only these are drawn. */
const BELONGING: ReadonlySet<string> = new Set(['owned-by', 'member-of', 'tagged']);

/**
 * Walks the graph by levels, each at most two queries. Terminates on cycles, since a node is expanded once; on depth
 * and breadth by its caps. Services are one with the durable service that they are a runtime of, in both directions.
 */
export async function walk(graph: Graph, start: readonly Urn[], direction: Direction, limits: WalkLimits, seeds: readonly Urn[] = []): Promise<Walk> {
  const nodes = new Set<Urn>(start);
  const links = new Map<string, Link>();
  let partial = false;
  let frontier: Urn[] = [...start];
  for (let hop = 0; frontier.length > 0; hop += 1) {
    if (hop >= limits.depth || nodes.size >= limits.nodes) {
      partial = true;
      break;
    }
    const level = await expand(graph, frontier, direction, limits, hop === 0);
    partial ||= level.cut;
    if (hop === 0 && seeds.length > 0) level.links.push(...await linksOfSeeds(graph, seeds));
    const next = new Set<Urn>();
    for (const link of level.links) {
      links.set(keyOf(link), link);
      for (const end of [link.from, link.to]) {
        if (nodes.has(end)) continue;
        nodes.add(end);
        next.add(end);
      }
    }
    frontier = [...next];
  }
  return { nodes, links: [...links.values()], partial };
}

const SERVICE_LINKS = { forward: { kinds: ['member-of', 'runs-as', 'part-of'] }, backward: {} } as const;

async function expand(graph: Graph, frontier: readonly Urn[], direction: Direction, limits: WalkLimits, first: boolean): Promise<{ links: Link[]; cut: boolean }> {
  const gathering = first ? frontier.filter((node) => HUBS.has(kindOf(node))) : [];
  const nodes = frontier.filter((node) => !HUBS.has(kindOf(node)));
  const services = nodes.filter((node) => kindOf(node) === 'service');
  const { perNode } = limits;
  const answers = await Promise.all([
    nodes.length ? graph.links({ nodes, direction: direction === 'forward' ? 'out' : 'in', perNode }) : undefined,
    gathering.length ? graph.links({ nodes: gathering, direction: 'in', perNode }) : undefined,
    // more kinds than are walked: the judgement of services asks for them next
    services.length ? graph.links({ nodes: services, direction: direction === 'forward' ? 'in' : 'out', ...SERVICE_LINKS[direction], perNode }) : undefined,
  ]);
  const [main, gathered, aliases] = answers;
  const found = [
    ...(main?.links ?? []), ...(gathered?.links ?? []),
    ...(aliases?.links ?? []).filter((link) => link.kind === 'member-of' && kindOf(link.from) === 'service' && kindOf(link.to) === 'service'),
  ];
  return { links: found, cut: [main, gathered].some((answer) => (answer?.cut.length ?? 0) > 0) };
}

/** Links into nodes that are known to matter (what runs now) and that the cap on a repository's commits may have cut. */
async function linksOfSeeds(graph: Graph, seeds: readonly Urn[]): Promise<readonly Link[]> {
  return (await graph.links({ nodes: seeds, direction: 'in', kinds: ['contains'], perNode: 5 })).links;
}

export const keyOf = (link: Link): string => `${link.from}|${link.kind}|${link.to}|${link.validFrom}`;

/** Links that carry a flaw from code to exposure, as opposed to those that say where a node belongs. */
export function isChainLink(link: Link): boolean {
  if (BELONGING.has(link.kind)) return link.kind === 'member-of' && kindOf(link.to) === 'service' && kindOf(link.from) === 'service';
  return link.kind !== 'part-of' || ['task', 'listener-rule'].includes(kindOf(link.from));
}

const MAX_PATHS = 100;
const MAX_STEPS = 20_000;

/** Whole paths from code to exposure through the given links. A cycle ends where it would repeat a node. */
export function pathsOf(links: readonly Link[], start: readonly Urn[]): Urn[][] {
  const chain = links.filter(isChainLink);
  const next = new Map<Urn, Urn[]>();
  for (const link of chain) {
    const [from, to] = towardsExposure(link);
    next.set(from, [...new Set([...(next.get(from) ?? []), to])]);
  }
  const entered = new Set([...next.values()].flat());
  const sources = [...next.keys()].filter((node) => !entered.has(node));
  const paths: Urn[][] = [];
  const stack: Urn[][] = (sources.length > 0 ? sources : [...start]).map((node) => [node]);
  for (let steps = 0; stack.length > 0 && paths.length < MAX_PATHS && steps < MAX_STEPS; steps += 1) {
    const path = stack.pop() as Urn[];
    const onwards = (next.get(path.at(-1) as Urn) ?? []).filter((node) => !path.includes(node));
    if (onwards.length === 0) paths.push(path);
    for (const node of onwards) stack.push([...path, node]);
  }
  return paths.sort((a, b) => b.length - a.length || (a.join() < b.join() ? -1 : 1));
}

/** A runtime is a member of its durable service, but the way to exposure leads from the durable one to the runtime. */
function towardsExposure(link: Link): [Urn, Urn] {
  return link.kind === 'member-of' ? [link.to, link.from] : [link.from, link.to];
}
