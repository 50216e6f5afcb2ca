import { assign, type Edge } from './assign.js';

/** Rows or columns of one connected component beyond which it is thinned out, and then given up: the solution takes time with their third power. */
const MAX_COMPONENT = 200;
/** When a component is thinned out, pairs stay that are this close to the best of their row or column. */
const NEAR_BEST = 2;

export interface Pair {
  readonly row: number;
  readonly column: number;
  readonly worth: number;
  /** What the best assignment loses that puts its row or its column elsewhere. */
  readonly margin: number;
}

export interface Solution {
  readonly pairs: readonly Pair[];
  /** Edges of components that were too large to solve. */
  readonly unsolved: readonly Edge[];
}

/** Which rows, and which columns, are interchangeable: swapping them is no other solution. */
export interface Twins {
  readonly rows: (one: number, other: number) => boolean;
  readonly columns: (one: number, other: number) => boolean;
}

const NO_TWINS: Twins = { rows: () => false, columns: () => false };

/** The assignment of highest worth of a sparse graph, component by component. Rows and columns are told apart by their order only. */
export function solve(edges: readonly Edge[], twins: Twins = NO_TWINS): Solution {
  const pairs: Pair[] = [];
  const unsolved: Edge[] = [];
  for (const component of componentsOf(edges)) {
    const parts = isLarge(component) ? componentsOf(thinned(component)) : [component];
    for (const part of parts) {
      if (isLarge(part)) for (const edge of part) unsolved.push(edge);
      else pairs.push(...solveComponent(part, twins));
    }
  }
  return { pairs, unsolved };
}

const isLarge = (edges: readonly Edge[]): boolean =>
  edges.length > MAX_COMPONENT && (new Set(edges.map((one) => one.row)).size > MAX_COMPONENT || new Set(edges.map((one) => one.column)).size > MAX_COMPONENT);

function thinned(edges: readonly Edge[]): readonly Edge[] {
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  for (const { row, column, worth } of edges) {
    rows.set(row, Math.max(rows.get(row) ?? worth, worth));
    columns.set(column, Math.max(columns.get(column) ?? worth, worth));
  }
  return edges.filter(({ row, column, worth }) => worth >= Math.max(rows.get(row) ?? 0, columns.get(column) ?? 0) - NEAR_BEST);
}

function solveComponent(edges: readonly Edge[], twins: Twins): readonly Pair[] {
  const [only] = edges;
  if (edges.length === 1 && only !== undefined) return only.worth > 0 ? [{ ...only, margin: Number.POSITIVE_INFINITY }] : [];
  const rows = [...new Set(edges.map((one) => one.row))].sort((a, b) => a - b);
  const columns = [...new Set(edges.map((one) => one.column))].sort((a, b) => a - b);
  const rowAt = new Map(rows.map((row, index) => [row, index]));
  const columnAt = new Map(columns.map((column, index) => [column, index]));
  const local = edges.map(({ row, column, worth }) => ({ row: rowAt.get(row) as number, column: columnAt.get(column) as number, worth }));
  const worths = new Map(local.map((one) => [one.row * columns.length + one.column, one.worth]));
  const assignment = assign(rows.length, columns.length, local);
  return assignment.columns.flatMap((own, row) => {
    if (own === -1) return [];
    const skip = (otherRow: number, column: number): boolean => (otherRow === row
      ? twins.columns(columns[column] as number, columns[own] as number)
      : twins.rows(rows[otherRow] as number, rows[row] as number));
    return [{ row: rows[row] as number, column: columns[own] as number, worth: worths.get(row * columns.length + own) as number, margin: assignment.margin(row, skip) }];
  });
}

/** Edges grouped by what they connect. */
function componentsOf(edges: readonly Edge[]): readonly (readonly Edge[])[] {
  const parent = new Map<number, number>();
  const rootOf = (node: number): number => {
    let root = node;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    for (let at = node; at !== root;) { const up = parent.get(at) as number; parent.set(at, root); at = up; }
    return root;
  };
  for (const { row, column } of edges) {
    const a = rootOf(row);
    const b = rootOf(-1 - column);
    if (a !== b) parent.set(b, a);
  }
  return [...Map.groupBy(edges, (edge) => rootOf(edge.row)).values()];
}
