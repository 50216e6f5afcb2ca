import { COLUMNS, columnOfHop } from './columns.js';
import type { Drawn, DrawnEdge, DrawnNode } from './fold.js';
import type { TraceGap } from '../api/types.js';

export const NODE_HEIGHT = 56;
export const PITCH = 88;
export const HEAD = 40;
const STACK_OVER = 5;

export interface Placed { readonly x: number; readonly y: number }
export interface PlacedNode extends Placed { readonly node: DrawnNode }
export interface PlacedGap extends Placed { readonly gap: TraceGap; readonly column: number; readonly id: string }
/** Siblings that fold away, worst first in `nodes`. */
export interface PlacedStack extends Placed { readonly id: string; readonly column: number; readonly kind: string; readonly nodes: readonly DrawnNode[] }
export interface PlacedEdge { readonly edge: DrawnEdge; readonly path: string; readonly middle: Placed; readonly into: Placed; readonly count: number }
export interface Layout {
  readonly nodes: readonly PlacedNode[]; readonly gaps: readonly PlacedGap[]; readonly stacks: readonly PlacedStack[]; readonly edges: readonly PlacedEdge[];
  readonly width: number; readonly height: number; readonly columnWidth: number;
}
export interface LayoutOptions { readonly columnWidth: number; readonly gap: number; readonly open: ReadonlySet<string>; readonly rank: (node: DrawnNode) => number }

/**
 * Fixed columns, fixed order, no physics: the same trace always looks the same. Runtime decides the order (exposed, worst, name);
 * the columns beside it follow their neighbours, so that a plain chain is a straight line.
 */
export function layout(drawn: Drawn, gaps: readonly TraceGap[], options: LayoutOptions): Layout {
  const columns = COLUMNS.map((_, column) => drawn.nodes.filter((node) => node.column === column && node.kind !== 'team'));
  const ordered = orderColumns(columns, drawn.edges, options.rank);
  const shown = ordered.map((nodes, column) => stackUp(nodes, column, options.open));
  const at = new Map<string, Placed>();
  const x = (column: number): number => column * (options.columnWidth + options.gap);
  placeColumns(shown, drawn.edges, at, x);
  placeTeams(drawn, at, x(0));
  const stacks = shown.flatMap((one, column) => (one.stack ? [{ ...one.stack, column, ...(at.get(one.stack.id) as Placed) }] : []));
  const placedGaps = placeGaps(gaps, at, stacks, x);
  const nodes = drawn.nodes.flatMap((node) => { const place = at.get(node.urn); return place ? [{ node, ...place }] : []; });
  const bottom = Math.max(0, ...nodes.map((one) => one.y), ...placedGaps.map((one) => one.y), ...stacks.map((one) => one.y)) + NODE_HEIGHT;
  const alias = new Map(stacks.flatMap((stack) => stack.nodes.map((node) => [node.urn, stack.id] as const)));
  return {
    nodes, gaps: placedGaps, stacks, edges: routes(drawn, at, alias, options),
    width: x(COLUMNS.length - 1) + options.columnWidth, height: bottom, columnWidth: options.columnWidth,
  };
}

function orderColumns(columns: readonly (readonly DrawnNode[])[], edges: readonly DrawnEdge[], rank: (node: DrawnNode) => number): readonly (readonly DrawnNode[])[] {
  const anchor = [3, 2, 4, 1, 0].find((column) => (columns[column]?.length ?? 0) > 0) ?? 0;
  const byRank = (a: DrawnNode, b: DrawnNode): number => rank(b) - rank(a) || a.title.localeCompare(b.title) || a.urn.localeCompare(b.urn);
  const result = columns.map((nodes) => [...nodes].sort(byRank));
  const follow = (column: number, beside: number): void => {
    const position = new Map((result[beside] ?? []).map((node, index) => [node.urn, index]));
    const key = (node: DrawnNode): number => Math.min(Number.MAX_SAFE_INTEGER, ...edges.flatMap((edge) => (edge.from === node.urn ? [position.get(edge.to)] : edge.to === node.urn ? [position.get(edge.from)] : [])).filter((one): one is number => one !== undefined));
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
  for (const edge of edges) if (inside.has(edge.from) && inside.has(edge.to)) { next.set(edge.from, [...next.get(edge.from) ?? [], edge.to]); fed.add(edge.to); }
  const done = new Set<string>();
  const walk = (urn: string): void => { if (done.has(urn)) return; done.add(urn); for (const one of next.get(urn) ?? []) walk(one); };
  for (const node of nodes) if (!fed.has(node.urn)) walk(node.urn);
  for (const node of nodes) walk(node.urn);
  return [...done].map((urn) => inside.get(urn) as DrawnNode);
}

interface Shown { readonly nodes: readonly DrawnNode[]; readonly stack?: { readonly id: string; readonly kind: string; readonly nodes: readonly DrawnNode[] } }

function stackUp(nodes: readonly DrawnNode[], column: number, open: ReadonlySet<string>): Shown {
  const id = `stack-${column}`;
  if (nodes.length <= STACK_OVER + 1 || open.has(id)) return { nodes };
  const rest = nodes.slice(STACK_OVER);
  return { nodes: nodes.slice(0, STACK_OVER), stack: { id, kind: rest[0]?.kind ?? '', nodes: rest } };
}

/** From the fullest column outwards, each node stands level with its neighbours where there is room. */
function placeColumns(shown: readonly Shown[], edges: readonly DrawnEdge[], at: Map<string, Placed>, x: (column: number) => number): void {
  const alias = new Map(shown.flatMap((one) => one.stack?.nodes.map((node) => [node.urn, one.stack?.id ?? ''] as const) ?? []));
  const end = (urn: string): string => alias.get(urn) ?? urn;
  const size = (one: Shown): number => one.nodes.length + (one.stack ? 1 : 0);
  const first = shown.reduce((best, one, column) => (size(one) > size(shown[best] as Shown) ? column : best), 0);
  const order = [first, ...shown.map((_, column) => column).filter((column) => column !== first).sort((a, b) => Math.abs(a - first) - Math.abs(b - first))];
  for (const column of order) {
    const one = shown[column] as Shown;
    const ids = [...one.nodes.map((node) => node.urn), ...(one.stack ? [one.stack.id] : [])];
    let free = 0;
    for (const id of ids) {
      const levels = edges.flatMap((edge) => (end(edge.from) === id ? [at.get(end(edge.to))] : end(edge.to) === id ? [at.get(end(edge.from))] : [])).filter((place): place is Placed => place !== undefined && place.x !== x(column)).map((place) => place.y);
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

function placeGaps(gaps: readonly TraceGap[], at: ReadonlyMap<string, Placed>, stacks: readonly PlacedStack[], x: (column: number) => number): readonly PlacedGap[] {
  const taken = [...at.values(), ...stacks].map((place) => `${place.x} ${place.y}`);
  return gaps.flatMap((gap, index) => {
    if (isDrawnNode(gap)) return [];
    const column = columnOfHop(gap.hop);
    let y = (at.get(gap.asset ?? '') ?? stacks.find((stack) => stack.nodes.some((node) => node.urn === gap.asset)))?.y ?? 0;
    const collides = (): boolean => taken.some((one) => { const [left = 0, top = 0] = one.split(' ').map(Number); return left === x(column) && Math.abs(top - y) < PITCH; });
    while (collides()) y += PITCH / 2;
    taken.push(`${x(column)} ${y}`);
    return [{ id: `gap-${index}`, gap, column, x: x(column), y }];
  });
}

/** A node that only links speak of is drawn as itself, dashed; a slot beside it would say that something else is missing. */
const isDrawnNode = (gap: TraceGap): boolean => (gap.asset ?? '') !== '' && gap.reason.startsWith('only links speak of it');

function routes(drawn: Drawn, at: ReadonlyMap<string, Placed>, alias: ReadonlyMap<string, string>, options: LayoutOptions): readonly PlacedEdge[] {
  const merged = new Map<string, { edge: DrawnEdge; count: number }>();
  for (const edge of drawn.edges) {
    const key = `${alias.get(edge.from) ?? edge.from}\n${alias.get(edge.to) ?? edge.to}`;
    const before = merged.get(key);
    merged.set(key, { edge: before?.edge ?? edge, count: (before?.count ?? 0) + 1 });
  }
  return [...merged].flatMap(([key, { edge, count }]) => {
    const [from = '', to = ''] = key.split('\n');
    const a = at.get(from), b = at.get(to);
    return a && b ? [{ edge, count, ...route(a, b, options) }] : [];
  });
}

/** A line leaves at the right and enters at the left; over a column it takes the free lane below its row; in a column it goes straight down. */
export function route(a: Placed, b: Placed, { columnWidth, gap }: { readonly columnWidth: number; readonly gap: number }): { readonly path: string; readonly middle: Placed; readonly into: Placed } {
  const half = NODE_HEIGHT / 2;
  if (a.x === b.x) return inColumn(a, b);
  const forward = b.x > a.x;
  const x1 = forward ? a.x + columnWidth : a.x, x2 = forward ? b.x : b.x + columnWidth;
  const y1 = a.y + half, y2 = b.y + half;
  const into = { x: x2, y: y2 };
  if (Math.abs(b.x - a.x) <= columnWidth + gap) {
    const bend = (x2 - x1) / 2;
    return { path: y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, middle: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, into };
  }
  const lane = Math.max(a.y, b.y) + NODE_HEIGHT + (PITCH - NODE_HEIGHT) / 2;
  const bend = forward ? gap / 2 : -gap / 2;
  const turnA = x1 + 2 * bend, turnB = x2 - 2 * bend;
  return { path: `M${x1} ${y1}C${x1 + bend} ${y1} ${turnA - bend} ${lane} ${turnA} ${lane}H${turnB}C${turnB + bend} ${lane} ${x2 - bend} ${y2} ${x2} ${y2}`, middle: { x: (turnA + turnB) / 2, y: lane }, into };
}

function inColumn(a: Placed, b: Placed): { readonly path: string; readonly middle: Placed; readonly into: Placed } {
  const [top, bottom] = a.y < b.y ? [a, b] : [b, a];
  const x = a.x + 24;
  const y1 = top.y + NODE_HEIGHT, y2 = bottom.y;
  if (y2 - y1 <= PITCH - NODE_HEIGHT + 1) return { path: `M${x} ${y1}V${y2}`, middle: { x, y: (y1 + y2) / 2 }, into: { x, y: y2 } };
  // Past other nodes of the column: along its left edge.
  const side = a.x - 12;
  return { path: `M${a.x} ${top.y + NODE_HEIGHT / 2}C${side} ${top.y + NODE_HEIGHT / 2} ${side} ${top.y + NODE_HEIGHT / 2 + 12} ${side} ${top.y + NODE_HEIGHT / 2 + 16}V${bottom.y + NODE_HEIGHT / 2 - 16}C${side} ${bottom.y + NODE_HEIGHT / 2} ${side} ${bottom.y + NODE_HEIGHT / 2} ${a.x} ${bottom.y + NODE_HEIGHT / 2}`, middle: { x: side, y: (y1 + y2) / 2 }, into: { x: a.x, y: bottom.y + NODE_HEIGHT / 2 } };
}
