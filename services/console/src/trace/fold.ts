import type { Trace, TraceLink, TraceNode } from '../api/types.js';
import { columnOf, isContext, isPrimary } from './columns.js';
import { edgeStyle, type LineStyle } from './style.js';
import { subtitleOf, titleOf } from './words.js';

/** A node as drawn: one of its kind's primaries with what folded into it. */
export interface DrawnNode {
  readonly urn: string; readonly kind: string; readonly column: number; readonly title: string; readonly subtitle: string;
  readonly members: readonly TraceNode[]; readonly attributes: Readonly<Record<string, unknown>>;
  /** The platform images that one multi-arch image stands for; 0 for everything else. */
  readonly platforms: number;
  readonly restricted: boolean; readonly stale: boolean;
  /** No source has described it yet: only links speak of it. */
  readonly undescribed: boolean;
}
export interface DrawnEdge {
  readonly id: string; readonly from: string; readonly to: string; readonly links: readonly TraceLink[];
  readonly style: LineStyle; readonly confidence: number;
}
export interface Drawn { readonly nodes: readonly DrawnNode[]; readonly edges: readonly DrawnEdge[] }

interface Host { readonly urn: string; readonly via: readonly TraceLink[] }
/** The trace with the look-ups that keep drawing linear in its size. */
interface Graph { readonly nodes: ReadonlyMap<string, TraceNode>; readonly links: readonly TraceLink[]; readonly near: ReadonlyMap<string, readonly TraceLink[]> }

/**
 * Folds commits into repositories, tags and platform images into images, tasks into services, listeners into load balancers. A line
 * carries every link that it stands for, the folded ones too, and is drawn as the weakest of them: folding never makes a guess look like a fact.
 */
export function draw(trace: Trace, options: { readonly allHops: boolean; readonly at: number }): Drawn {
  const nodes = new Map(trace.nodes.map((node) => [node.urn, node]));
  const links = trace.links.filter((link) => nodes.has(link.from) && nodes.has(link.to));
  const graph = { nodes, links, near: nearOf(links) };
  const hosts = hostsOf(graph, options.allHops);
  const members = new Map<string, TraceNode[]>();
  for (const [urn, found] of hosts) for (const host of found) push(members, host.urn, nodes.get(urn) as TraceNode);
  const drawnNodes = [...members].map(([urn, inside]) => drawnNode(nodes.get(urn) as TraceNode, inside, graph));
  return { nodes: drawnNodes, edges: edgesOf(graph, hosts, options.at) };
}

function push<T>(into: Map<string, T[]>, key: string, value: T): void {
  const list = into.get(key);
  if (list) list.push(value);
  else into.set(key, [value]);
}

function nearOf(links: readonly TraceLink[]): ReadonlyMap<string, readonly TraceLink[]> {
  const near = new Map<string, TraceLink[]>();
  for (const link of links) for (const end of [link.from, link.to]) push(near, end, link);
  return near;
}

/** The drawn node or nodes that stand for each node, with the links in between. Context nodes except teams are not drawn. */
function hostsOf(graph: Graph, allHops: boolean): ReadonlyMap<string, readonly Host[]> {
  const groups = serviceGroups(graph.nodes, graph.links);
  const platforms = allHops ? new Map<string, TraceLink[]>() : platformsOf(graph);
  const primary = (urn: string): boolean => isPrimary(graph.nodes.get(urn)?.kind ?? '') && !groups.has(urn) && !platforms.has(urn);
  const hosts = new Map<string, readonly Host[]>();
  for (const [urn, node] of graph.nodes) {
    if (isContext(node.kind) && node.kind !== 'team') continue;
    const indexes = platforms.get(urn);
    if (indexes) hosts.set(urn, indexes.map((link) => ({ urn: link.from, via: [link] })));
    else if (allHops || primary(urn)) hosts.set(urn, [{ urn, via: [] }]);
    else hosts.set(urn, nearestPrimaries(urn, graph, primary));
  }
  return hosts;
}

/** Platform images by the indexes that list them: one logical image, whichever digest a runtime names. */
function platformsOf({ nodes, links }: Graph): ReadonlyMap<string, TraceLink[]> {
  const platforms = new Map<string, TraceLink[]>();
  for (const link of links) if (link.kind === 'contains' && nodes.get(link.from)?.kind === 'image' && nodes.get(link.to)?.kind === 'image') push(platforms, link.to, link);
  // An index inside an index would hide both; what lists others is drawn.
  const indexes = new Set([...platforms.values()].flat().map((link) => link.from));
  return new Map([...platforms].filter(([urn]) => !indexes.has(urn)));
}

/** The durable service that running ones are members of: it folds into those that run. */
export function serviceGroups(nodes: ReadonlyMap<string, TraceNode>, links: readonly TraceLink[]): ReadonlySet<string> {
  const isService = (urn: string): boolean => nodes.get(urn)?.kind === 'service';
  return new Set(links.filter((link) => link.kind === 'member-of' && isService(link.from) && isService(link.to)).map((link) => link.to));
}

function nearestPrimaries(start: string, { nodes, near }: Graph, primary: (urn: string) => boolean): readonly Host[] {
  const column = columnOf(nodes.get(start)?.kind ?? '');
  const seen = new Set([start]);
  let front: readonly Host[] = [{ urn: start, via: [] }];
  const rest: string[] = [start];
  while (front.length > 0) {
    const next = front.flatMap((at) => (near.get(at.urn) ?? []).map((link): Host => ({ urn: link.from === at.urn ? link.to : link.from, via: [...at.via, link] })))
      .filter((step) => { const kind = nodes.get(step.urn)?.kind ?? ''; return !seen.has(step.urn) && columnOf(kind) === column && !isContext(kind); });
    const reached = next.filter((step) => primary(step.urn));
    if (reached.length > 0) return unique(reached);
    for (const step of next) { seen.add(step.urn); rest.push(step.urn); }
    front = unique(next);
  }
  // No primary near: the whole group is drawn as its first node by name, so that nothing is lost.
  return [{ urn: [...rest].sort()[0] ?? start, via: [] }];
}

const unique = (hosts: readonly Host[]): readonly Host[] => [...new Map(hosts.map((host) => [host.urn, host])).values()];

function drawnNode(node: TraceNode, members: readonly TraceNode[], graph: Graph): DrawnNode {
  const folded = members.filter((member) => member.urn !== node.urn);
  const urns = new Set(members.map((member) => member.urn));
  const touching = members.flatMap((member) => graph.near.get(member.urn) ?? []);
  const context = touching.flatMap((link) => (urns.has(link.from) ? [graph.nodes.get(link.to)] : [graph.nodes.get(link.from)])).filter((one): one is TraceNode => one !== undefined && isContext(one.kind));
  const platforms = node.kind === 'image' ? folded.filter((member) => member.kind === 'image').length : 0;
  return {
    urn: node.urn, kind: node.kind, column: columnOf(node.kind), title: titleOf(node), subtitle: node.kind === 'team' ? ownsText(node.urn, graph) : subtitleOf(node, folded, context), members: [node, ...folded],
    attributes: node.attributes, platforms, restricted: node.attributes['restricted'] === true, stale: node.attributes['stale'] === true,
    undescribed: node.attributes['resolved'] === false,
  };
}

/** What a team is known to own here, since its links to running things are not drawn. */
function ownsText(team: string, { nodes, near }: Graph): string {
  const owned = (near.get(team) ?? []).filter((link) => link.to === team && link.kind === 'owned-by').flatMap((link) => { const node = nodes.get(link.from); return node ? [titleOf(node)] : []; });
  const names = [...new Set(owned)];
  return names.length === 0 ? 'owner' : `owns ${names.slice(0, 2).join(', ')}${names.length > 2 ? ` and ${names.length - 2} more` : ''}`;
}

function edgesOf({ links, nodes }: Graph, hosts: ReadonlyMap<string, readonly Host[]>, at: number): readonly DrawnEdge[] {
  const edges = new Map<string, { from: string; to: string; links: Map<string, TraceLink> }>();
  for (const link of links) {
    const starts = hosts.get(link.from) ?? [], ends = hosts.get(link.to) ?? [];
    if (!isDrawn(link, nodes) || isInsideFold(link, starts, ends, nodes)) continue;
    for (const from of starts) for (const to of ends) {
      if (from.urn === to.urn) continue;
      const id = `${from.urn}\n${to.urn}`;
      const edge = edges.get(id) ?? { from: from.urn, to: to.urn, links: new Map() };
      for (const one of [...from.via, link, ...to.via]) edge.links.set(`${one.from} ${one.kind} ${one.method} ${one.to} ${one.validFrom}`, one);
      edges.set(id, edge);
    }
  }
  return [...edges].map(([id, edge]) => {
    const all = [...edge.links.values()];
    return { id, from: edge.from, to: edge.to, links: all, style: edgeStyle(all, at), confidence: Math.min(...all.map((link) => link.confidence)) };
  });
}

/** Ownership is drawn only inside the Code column; elsewhere it would cross the whole picture and is told in words. */
function isDrawn(link: TraceLink, nodes: ReadonlyMap<string, TraceNode>): boolean {
  const from = nodes.get(link.from)?.kind ?? '', to = nodes.get(link.to)?.kind ?? '';
  if (to === 'team' || from === 'team') return columnOf(from) === columnOf(to);
  return !isContext(from) && !isContext(to);
}

/** An image name folds into each of its images; that makes no line between two of them. */
function isInsideFold(link: TraceLink, starts: readonly Host[], ends: readonly Host[], nodes: ReadonlyMap<string, TraceNode>): boolean {
  const kind = (urn: string | undefined): string => nodes.get(urn ?? '')?.kind ?? '';
  if (columnOf(kind(link.from)) !== columnOf(kind(link.to))) return false;
  const folded = starts[0]?.urn !== link.from || ends[0]?.urn !== link.to;
  return folded && (starts.length > 1 || ends.length > 1 || kind(starts[0]?.urn) === kind(ends[0]?.urn));
}
