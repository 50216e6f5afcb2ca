import type { Edge } from './assign.js';
import { alignInOrder } from './align.js';
import type { Fact } from './fact.js';
import { edgeOf, twinKey, type Graph } from './graph.js';

export interface Paired {
  readonly row: number;
  readonly column: number;
}

/** Pairs of equals again, so that they keep their order and follow the shift of their surroundings. */
export function alignTwins(pairs: readonly Paired[], graph: Graph): readonly Paired[] {
  const groups = Map.groupBy(pairs, (pair) => JSON.stringify([twinKey(graph.sides.fresh[pair.row]), graph.slots.twin(pair.column)]));
  const free = new Free(pairs, graph);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const rows = [...group.map((pair) => pair.row), ...free.rows(first.row)].sort((a, b) => a - b);
    const columns = [...group.map((pair) => pair.column), ...free.columns(first.column)].sort((a, b) => lineOf(graph, a) - lineOf(graph, b) || a - b);
    if (rows.length === 1 && columns.length === 1) return group;
    const aligned = alignInOrder(rows.length, columns.length, (row, column) => strangeness(graph, rows[row] as number, columns[column] as number))
      .map(({ row, column }) => ({ row: rows[row] as number, column: columns[column] as number }));
    const possible = aligned.length === group.length && aligned.every(({ row, column }) => (edgeOf(graph, row, column)?.evidence.sum ?? Number.NEGATIVE_INFINITY) > graph.threshold);
    return possible ? free.take(aligned) : group;
  });
}

/** For components that are too large to solve: identical code, in order. */
export function inOrder(edges: readonly Edge[], graph: Graph): readonly Paired[] {
  const same = edges.filter(({ row, column }) => edgeOf(graph, row, column)?.evidence.sameCode === true && twinKey(graph.sides.fresh[row]) !== '');
  const used = { rows: new Set<number>(), columns: new Set<number>() };
  return [...same].sort((a, b) => b.worth - a.worth || a.row - b.row || a.column - b.column).filter(({ row, column }) => {
    if (used.rows.has(row) || used.columns.has(column)) return false;
    used.rows.add(row);
    used.columns.add(column);
    return true;
  });
}

const lineOf = ({ sides, slots }: Graph, column: number): number => sides.gone[slots.members[column]?.[0] as number]?.view.startLine ?? 0;

function strangeness({ sides, slots, shifts }: Graph, row: number, column: number): number {
  const now = sides.fresh[row] as Fact;
  const before = sides.gone[slots.members[column]?.[0] as number] as Fact;
  const placing = shifts.of(now.view.path, before.view.path)?.placing(before.view.startLine, now.view.startLine, [before.view.id, now.view.id]);
  return placing === undefined ? 0 : Math.log1p(placing.distance);
}

/** Equals that no pair has taken yet. */
class Free {
  readonly #rows: ReadonlyMap<string, readonly number[]>;
  readonly #columns: ReadonlyMap<string, readonly number[]>;
  readonly #taken: { readonly rows: Set<number>; readonly columns: Set<number> };
  readonly #graph: Graph;

  constructor(pairs: readonly Paired[], graph: Graph) {
    this.#graph = graph;
    this.#taken = { rows: new Set(pairs.map((pair) => pair.row)), columns: new Set(pairs.map((pair) => pair.column)) };
    this.#rows = Map.groupBy(graph.sides.fresh.keys(), (row) => twinKey(graph.sides.fresh[row]));
    this.#columns = Map.groupBy(graph.slots.members.keys(), (column) => graph.slots.twin(column));
  }

  rows(like: number): readonly number[] {
    const key = twinKey(this.#graph.sides.fresh[like]);
    return key === '' ? [] : (this.#rows.get(key) ?? []).filter((row) => !this.#taken.rows.has(row));
  }

  columns(like: number): readonly number[] {
    const key = this.#graph.slots.twin(like);
    return key === '' ? [] : (this.#columns.get(key) ?? []).filter((column) => !this.#taken.columns.has(column));
  }

  take(pairs: readonly Paired[]): readonly Paired[] {
    for (const { row, column } of pairs) {
      this.#taken.rows.add(row);
      this.#taken.columns.add(column);
    }
    return pairs;
  }
}
