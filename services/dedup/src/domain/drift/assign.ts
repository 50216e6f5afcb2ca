/** Worth of pairing a row with a column; pairs that are not listed are impossible. */
export interface Edge {
  readonly row: number;
  readonly column: number;
  /** Above 0: better than leaving both alone. */
  readonly worth: number;
}

export interface Assignment {
  /** Column of each row, or -1. */
  readonly columns: readonly number[];
  /**
   * How much worth the best assignment loses that pairs the row, or its column, with something else. `skip` names pairs
   * that count as no alternative. Infinity when there is none.
   */
  margin(row: number, skip: (row: number, column: number) => boolean): number;
}

const IMPOSSIBLE = 1e12;

/**
 * Assignment of the highest total worth, by shortest augmenting paths with potentials (Jonker and Volgenant's form of
 * the Hungarian method): O(rows² · (rows + columns)). As many columns as rows are added in which a row stays alone at worth 0.
 */
export function assign(rows: number, columns: number, edges: readonly Edge[]): Assignment {
  const solver = new Solver(rows, columns, edges);
  for (let row = 0; row < rows; row += 1) solver.insert(row);
  return { columns: solver.answer(), margin: (row, skip) => solver.margin(row, skip) };
}

class Solver {
  readonly #rows: number;
  readonly #real: number;
  readonly #width: number;
  readonly #cost: Float64Array;
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  readonly #rowOf: Int32Array;

  constructor(rows: number, columns: number, edges: readonly Edge[]) {
    this.#rows = rows;
    this.#real = columns;
    this.#width = columns + rows;
    this.#cost = new Float64Array(rows * this.#width).fill(IMPOSSIBLE);
    for (const edge of edges) this.#cost[edge.row * this.#width + edge.column] = -edge.worth;
    for (let row = 0; row < rows; row += 1) this.#cost.fill(0, row * this.#width + columns, (row + 1) * this.#width);
    this.#u = new Float64Array(rows);
    this.#v = new Float64Array(this.#width);
    this.#rowOf = new Int32Array(this.#width).fill(-1);
  }

  answer(): readonly number[] {
    const columns = new Array<number>(this.#rows).fill(-1);
    for (let column = 0; column < this.#real; column += 1) if (this.#rowOf[column] !== -1) columns[this.#rowOf[column] as number] = column;
    return columns;
  }

  /** Adds a row along the cheapest path to a free column. */
  insert(row: number): void {
    this.#u[row] = this.#cheapest(row);
    const search = this.#search(row, (column) => this.#rowOf[column] === -1, () => true);
    const end = search.ends[0] as number; // at the latest the column in which the row stays alone
    const total = search.distance[end] as number;
    this.#u[row] = (this.#u[row] as number) + total;
    for (const column of search.done) {
      const gain = total - (search.distance[column] as number);
      if (gain <= 0 || this.#rowOf[column] === -1) continue;
      this.#v[column] = (this.#v[column] as number) - gain;
      const owner = this.#rowOf[column] as number;
      this.#u[owner] = (this.#u[owner] as number) + gain;
    }
    for (let column = end; column !== -1; column = search.previous[column] as number) {
      const before = search.previous[column] as number;
      this.#rowOf[column] = before === -1 ? row : (this.#rowOf[before] as number);
    }
  }

  margin(row: number, skip: (row: number, column: number) => boolean): number {
    const own = this.answer()[row] as number;
    if (own === -1) return Number.POSITIVE_INFINITY;
    const free = (column: number): boolean => column === own || this.#rowOf[column] === -1;
    const rowElsewhere = this.#search(row, free, (from, to) => from !== row || (to < this.#real && to !== own && !skip(row, to)), false);
    const columnElsewhere = this.#search(row, free, (from, to) => to !== own || (from !== row && !skip(from, own)), false);
    const freed = this.#v[own] as number;
    const losses = rowElsewhere.ends.map((end) => (rowElsewhere.distance[end] as number) + (end === own ? 0 : (this.#v[end] as number) - freed));
    if (columnElsewhere.ends.includes(own)) losses.push(columnElsewhere.distance[own] as number);
    return losses.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...losses);
  }

  /** Dijkstra over columns on reduced costs; stops at the first free column unless all ends are wanted. */
  #search(start: number, isEnd: (column: number) => boolean, allowed: (row: number, column: number) => boolean, first = true): Search {
    const distance = new Float64Array(this.#width).fill(IMPOSSIBLE);
    const previous = new Int32Array(this.#width).fill(-1);
    const seen = new Uint8Array(this.#width);
    const done: number[] = [];
    const ends: number[] = [];
    for (let row = start, via = -1, base = 0; ;) {
      for (let column = 0; column < this.#width; column += 1) {
        const cost = this.#cost[row * this.#width + column] as number;
        if (seen[column] === 1 || cost >= IMPOSSIBLE || !allowed(row, column)) continue;
        const reached = base + Math.max(0, cost - (this.#u[row] as number) - (this.#v[column] as number)); // below 0 by rounding only
        if (reached < (distance[column] as number)) { distance[column] = reached; previous[column] = via; }
      }
      for (;;) {
        via = this.#nearest(distance, seen);
        if (via === -1) return { distance, previous, done, ends };
        seen[via] = 1;
        done.push(via);
        if (!isEnd(via)) break;
        ends.push(via);
        if (first) return { distance, previous, done, ends };
      }
      row = this.#rowOf[via] as number;
      base = distance[via] as number;
    }
  }

  #cheapest(row: number): number {
    let least = IMPOSSIBLE;
    for (let column = 0; column < this.#width; column += 1) least = Math.min(least, (this.#cost[row * this.#width + column] as number) - (this.#v[column] as number));
    return least;
  }

  #nearest(distance: Float64Array, seen: Uint8Array): number {
    let next = -1;
    for (let column = 0; column < this.#width; column += 1) {
      if (seen[column] === 0 && (distance[column] as number) < IMPOSSIBLE && (next === -1 || (distance[column] as number) < (distance[next] as number))) next = column;
    }
    return next;
  }
}

interface Search {
  readonly distance: Float64Array;
  /** The column before, on the way; -1 at the start. */
  readonly previous: Int32Array;
  readonly done: readonly number[];
  readonly ends: readonly number[];
}
