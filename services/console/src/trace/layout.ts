import { COLUMNS, columnOfHop } from './columns.js';
import type { Drawn, DrawnEdge, DrawnNode } from './fold.js';
import { type Lane, NODE_HEIGHT, PITCH, type Placed, route } from './route.js';
import { bundleStyle } from './style.js';
import type { TraceGap } from '../api/types.js';

const STACK_OVER = 5;
/** An opened stack shows its next siblings in portions: a column of two thousand boxes is drawn for nobody. */
export const OPEN_STEP = 40;
/** More gaps of one hop than this share a slot. */
const GAPS_APART = 3;

export interface PlacedNode extends Placed { readonly node: DrawnNode }
/** A missing hop, or many of one kind, which share reason and remedy. */
export interface PlacedGap extends Placed { readonly id: string; readonly column: number; readonly gaps: readonly TraceGap[] }
interface Stack { readonly id: string; readonly kind: string; readonly nodes: readonly DrawnNode[] }
/** Siblings that fold away, worst first in `nodes`. */
export interface PlacedStack extends Placed, Stack { readonly column: number }
/** A line between two boxes; `count` lines of `edge.style` at best, where a stack is at one of its ends. */
export interface PlacedEdge { readonly id: string; readonly from: string; readonly to: string; readonly edge: DrawnEdge; readonly path: string; readonly middle: Placed; readonly into: Placed; readonly count: number }
export interface Layout {
  readonly nodes: readonly PlacedNode[]; readonly gaps: readonly PlacedGap[]; readonly stacks: readonly PlacedStack[]; readonly edges: readonly PlacedEdge[];
  readonly width: number; readonly height: number; readonly columnWidth: number;
}
export interface LayoutOptions {
  readonly columnWidth: number; readonly gap: number; readonly rank: (node: DrawnNode) => number;
  /** Stacks that were opened, with how many portions. */
  readonly open: ReadonlyMap<string, number>;
}

/**
 * Fixed columns, fixed order, no physics: the same trace always looks the same. Runtime decides the order (exposed, worst, name);
 * the columns beside it follow their neighbours, so that a plain chain is a straight line.
 */
export function layout(drawn: Drawn, gaps: readonly TraceGap[], options: LayoutOptions): Layout {
  const columns = COLUMNS.map((_, column) => drawn.nodes.filter((node) => node.column === column && node.kind !== 'team'));
  const shown = orderColumns(columns, drawn.edges, options.rank).map((nodes, column) => stackUp(nodes, column, options.open));
  const stacksBefore = shown.flatMap((items, column) => items.flatMap((item) => (isStack(item) ? [{ ...item, column }] : [])));
  const alias = new Map(stacksBefore.flatMap((stack) => stack.nodes.map((node) => [node.urn, stack.id] as const)));
  const edges = bundles(drawn.edges, alias);
  const at = new Map<string, Placed>();
  const x = (column: number): number => column * (options.columnWidth + options.gap);
  placeColumns(shown, neighbours(edges), at, x);
  placeTeams(drawn, at, x(0));
  const stacks = stacksBefore.map((stack) => ({ ...stack, ...(at.get(stack.id) as Placed) }));
  const placedGaps = placeGaps(gaps, at, alias, x);
  const nodes = drawn.nodes.flatMap((node) => { const place = at.get(node.urn); return place ? [{ node, ...place }] : []; });
  const boxes = [...at.values(), ...placedGaps];
  const routed = routes(edges, at, boxes, options);
  const bottom = Math.max(0, ...boxes.map((one) => one.y + NODE_HEIGHT), ...routed.map((one) => one.middle.y));
  return {
    nodes, gaps: placedGaps, stacks, edges: routed,
    width: x(COLUMNS.length - 1) + options.columnWidth, height: bottom, columnWidth: options.columnWidth,
  };
}

type Bundle = ReturnType<typeof bundles>[number];

function routes(edges: readonly Bundle[], at: ReadonlyMap<string, Placed>, boxes: readonly Placed[], options: LayoutOptions): readonly PlacedEdge[] {
  const lanes: Lane[] = [], badges: Placed[] = [];
  return edges.flatMap((edge) => {
    const a = at.get(edge.from), b = at.get(edge.to);
    if (!a || !b) return [];
    const { lane, others, middle, ...drawn } = route(a, b, options, boxes, lanes);
    if (lane) lanes.push(lane);
    // Where lines cross, their badges would hide each other.
    const free = [middle, ...others].find((place) => !badges.some((one) => Math.abs(one.x - place.x) < 24 && Math.abs(one.y - place.y) < 20)) ?? middle;
    badges.push(free);
    return [{ ...edge, ...drawn, middle: free }];
  });
}

type Near = ReadonlyMap<string, readonly string[]>;

function neighbours(edges: readonly { readonly from: string; readonly to: string }[]): Near {
  const near = new Map<string, string[]>();
  const push = (from: string, to: string): void => { const list = near.get(from); if (list) list.push(to); else near.set(from, [to]); };
  for (const edge of edges) { push(edge.from, edge.to); push(edge.to, edge.from); }
  return near;
}

/** Lines to the members of a stack are one line, drawn as the weakest of them. */
function bundles(edges: readonly DrawnEdge[], alias: ReadonlyMap<string, string>): readonly { readonly id: string; readonly from: string; readonly to: string; readonly edge: DrawnEdge; readonly count: number }[] {
  const merged = new Map<string, { from: string; to: string; edges: DrawnEdge[] }>();
  for (const edge of edges) {
    const from = alias.get(edge.from) ?? edge.from, to = alias.get(edge.to) ?? edge.to;
    // Both ends stand behind one box.
    if (from === to) continue;
    const key = `${from}\n${to}`;
    const before = merged.get(key);
    if (before) before.edges.push(edge);
    else merged.set(key, { from, to, edges: [edge] });
  }
  return [...merged].map(([id, { from, to, edges: all }]) => {
    const first = all[0] as DrawnEdge;
    const edge = all.length === 1 ? first : { ...first, id, style: bundleStyle(all.map((one) => one.style)), confidence: Math.min(...all.map((one) => one.confidence)) };
    return { id: all.length === 1 ? first.id : id, from, to, edge, count: all.length };
  });
}

function orderColumns(columns: readonly (readonly DrawnNode[])[], edges: readonly DrawnEdge[], rank: (node: DrawnNode) => number): readonly (readonly DrawnNode[])[] {
  const near = neighbours(edges);
  const anchor = [3, 2, 4, 1, 0].find((column) => (columns[column]?.length ?? 0) > 0) ?? 0;
  const ranks = new Map(columns.flat().map((node) => [node.urn, rank(node)]));
  const byRank = (a: DrawnNode, b: DrawnNode): number => (ranks.get(b.urn) ?? 0) - (ranks.get(a.urn) ?? 0) || a.title.localeCompare(b.title) || a.urn.localeCompare(b.urn);
  const result = columns.map((nodes) => [...nodes].sort(byRank));
  const follow = (column: number, beside: number): void => {
    const position = new Map((result[beside] ?? []).map((node, index) => [node.urn, index]));
    const key = (node: DrawnNode): number => (near.get(node.urn) ?? []).reduce((least, other) => Math.min(least, position.get(other) ?? least), Number.MAX_SAFE_INTEGER);
    const order = new Map((result[column] ?? []).map((node) => [node.urn, key(node)]));
    result[column]?.sort((a, b) => (order.get(a.urn) ?? 0) - (order.get(b.urn) ?? 0) || byRank(a, b));
  };
  for (let column = anchor - 1; column >= 0; column -= 1) follow(column, column + 1);
  for (let column = anchor + 1; column < columns.length; column += 1) follow(column, column - 1);
  return result.map((nodes) => chained(nodes, edges));
}

/** Inside a column, what a node leads to stands right below it (load balancer, then its endpoint). */
function chained(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[]): readonly DrawnNode[] {
  const inside = new Map(nodes.map((node) => [node.urn, node]));
  const next = new Map<string, string[]>();
  const fed = new Set<string>();
  for (const edge of edges) {
    if (!inside.has(edge.from) || !inside.has(edge.to)) continue;
    const list = next.get(edge.from);
    if (list) list.push(edge.to);
    else next.set(edge.from, [edge.to]);
    fed.add(edge.to);
  }
  const done = new Set<string>();
  const walk = (urn: string): void => { if (done.has(urn)) return; done.add(urn); for (const one of next.get(urn) ?? []) walk(one); };
  for (const node of nodes) if (!fed.has(node.urn)) walk(node.urn);
  for (const node of nodes) walk(node.urn);
  return [...done].map((urn) => inside.get(urn) as DrawnNode);
}

type Item = DrawnNode | Stack;
const isStack = (item: Item): item is Stack => 'nodes' in item;
const idOf = (item: Item): string => (isStack(item) ? item.id : item.urn);

/** Siblings of a kind over five stand behind one box, which opens in place. */
function stackUp(nodes: readonly DrawnNode[], column: number, open: ReadonlyMap<string, number>): readonly Item[] {
  const kinds = new Map<string, DrawnNode[]>();
  for (const node of nodes) { const list = kinds.get(node.kind); if (list) list.push(node); else kinds.set(node.kind, [node]); }
  const hidden = new Map<string, Stack>();
  for (const [kind, all] of kinds) {
    const id = `stack-${column}-${kind}`;
    const room = STACK_OVER + (open.get(id) ?? 0) * OPEN_STEP;
    if (all.length > room + 1) hidden.set(kind, { id, kind, nodes: all.slice(room) });
  }
  if (hidden.size === 0) return nodes;
  const behind = new Set([...hidden.values()].flatMap((stack) => stack.nodes.map((node) => node.urn)));
  const items: Item[] = [];
  for (const node of nodes) {
    if (!behind.has(node.urn)) items.push(node);
    else if (hidden.get(node.kind)?.nodes[0] === node) items.push(hidden.get(node.kind) as Stack);
  }
  return items;
}

/** From the fullest column outwards, each node stands level with its neighbours where there is room. */
function placeColumns(shown: readonly (readonly Item[])[], near: Near, at: Map<string, Placed>, x: (column: number) => number): void {
  const first = shown.reduce((best, one, column) => (one.length > (shown[best]?.length ?? 0) ? column : best), 0);
  const order = [first, ...shown.map((_, column) => column).filter((column) => column !== first).sort((a, b) => Math.abs(a - first) - Math.abs(b - first))];
  for (const column of order) {
    let free = 0;
    for (const item of shown[column] ?? []) {
      const id = idOf(item);
      const levels = (near.get(id) ?? []).map((other) => at.get(other)).filter((place): place is Placed => place !== undefined && place.x !== x(column)).map((place) => place.y);
      const wanted = levels.length ? snap((Math.min(...levels) + Math.max(...levels)) / 2) : free;
      const y = Math.max(wanted, free);
      at.set(id, { x: x(column), y });
      free = y + PITCH;
    }
  }
}

const snap = (y: number): number => Math.round(y / (PITCH / 2)) * (PITCH / 2);

function placeTeams(drawn: Drawn, at: Map<string, Placed>, x: number): void {
  let free = Math.max(0, ...[...at.values()].filter((place) => place.x === x).map((place) => place.y + PITCH));
  for (const team of drawn.nodes.filter((node) => node.kind === 'team').sort((a, b) => a.title.localeCompare(b.title))) {
    at.set(team.urn, { x, y: free });
    free += PITCH;
  }
}

function placeGaps(gaps: readonly TraceGap[], at: ReadonlyMap<string, Placed>, alias: ReadonlyMap<string, string>, x: (column: number) => number): readonly PlacedGap[] {
  const taken = [...at.values()];
  return slots(gaps).map(({ id, gaps: together }) => {
    const column = columnOfHop(together[0]?.hop ?? '');
    const asset = together[0]?.asset ?? '';
    let y = at.get(alias.get(asset) ?? asset)?.y ?? 0;
    while (taken.some((place) => place.x === x(column) && Math.abs(place.y - y) < PITCH)) y += PITCH / 2;
    const place = { x: x(column), y };
    taken.push(place);
    return { id, gaps: together, column, ...place };
  });
}

/** The slots of a trace's gaps; the panel reads the same list by id. */
export function slots(gaps: readonly TraceGap[]): readonly { readonly id: string; readonly gaps: readonly TraceGap[] }[] {
  const drawn = gaps.filter((gap) => !isDrawnNode(gap));
  const hops = new Map<string, TraceGap[]>();
  for (const gap of drawn) { const list = hops.get(gap.hop); if (list) list.push(gap); else hops.set(gap.hop, [gap]); }
  return [...hops].flatMap(([hop, all]) => (all.length > GAPS_APART ? [{ id: `gaps-${hop}`, gaps: all }] : all.map((gap, index) => ({ id: `gap-${hop}-${index}`, gaps: [gap] }))));
}

/** A node that only links speak of is drawn as itself, dashed; a slot beside it would say that something else is missing. */
const isDrawnNode = (gap: TraceGap): boolean => (gap.asset ?? '') !== '' && gap.reason.startsWith('only links speak of it');
