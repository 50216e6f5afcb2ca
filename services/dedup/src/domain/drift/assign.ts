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
 * the Hungarian method): O((rows + columns)³). Each side is filled up with members without worth, so that everything has
 * a partner, and every other assignment is one cycle away.
 */
export function assign(rows: number, columns: number, edges: readonly Edge[]): Assignment {
  const solver = new Solver(rows, columns, edges);
  for (let row = 0; row < rows + columns; row += 1) solver.insert(row);
  return { columns: solver.columns(), margin: (row, skip) => solver.margin(row, skip) };
}

interface Search {
  readonly distance: Float64Array;
  /** The column before, on the way; -1 at the start. */
  readonly previous: Int32Array;
  /** In order of distance; the last is the end of the search. */
  readonly done: readonly number[];
  readonly end: number;
}

class Solver {
  readonly #rows: number;
  readonly #real: number;
  readonly #size: number;
  readonly #cost: Float64Array;
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  readonly #rowOf: Int32Array;

  constructor(rows: number, columns: number, edges: readonly Edge[]) {
    this.#rows = rows;
    this.#real = columns;
    this.#size = rows + columns;
    this.#cost = new Float64Array(this.#size * this.#size);
    for (let row = 0; row < rows; row += 1) this.#cost.fill(IMPOSSIBLE, row * this.#size, row * this.#size + columns);
    for (const edge of edges) this.#cost[edge.row * this.#size + edge.column] = -edge.worth;
    this.#u = new Float64Array(this.#size);
    this.#v = new Float64Array(this.#size);
    this.#rowOf = new Int32Array(this.#size).fill(-1);
  }

  columns(): readonly number[] {
    const columns = new Array<number>(this.#rows).fill(-1);
    for (let column = 0; column < this.#real; column += 1) {
      const row = this.#rowOf[column] as number;
      if (row < this.#rows) columns[row] = column;
    }
    return columns;
  }

  /** Adds a row along the cheapest path to a free column. */
  insert(row: number): void {
    this.#u[row] = this.#cheapest(row);
    const { distance, previous, done, end } = this.#search(row, (column) => this.#rowOf[column] === -1, () => true);
    const total = distance[end] as number;
    this.#u[row] = (this.#u[row] as number) + total;
    for (const column of done) {
      if (column === end) continue;
      const gain = total - (distance[column] as number);
      const owner = this.#rowOf[column] as number;
      this.#v[column] = (this.#v[column] as number) - gain;
      this.#u[owner] = (this.#u[owner] as number) + gain;
    }
    for (let column = end; column !== -1; column = previous[column] as number) {
      const before = previous[column] as number;
      this.#rowOf[column] = before === -1 ? row : (this.#rowOf[before] as number);
    }
  }

  /** The cheapest cycles through the row, in which it gets another real column, or its column another real row. */
  margin(row: number, skip: (row: number, column: number) => boolean): number {
    const own = this.#rowOf.indexOf(row);
    if (own >= this.#real) return Number.POSITIVE_INFINITY;
    const isOwn = (column: number): boolean => column === own;
    const rowElsewhere = this.#search(row, isOwn, (from, to) => from !== row || (to < this.#real && to !== own && !skip(row, to)));
    const columnElsewhere = this.#search(row, isOwn, (from, to) => to !== own || (from < this.#rows && from !== row && !skip(from, own)));
    return Math.min(...[rowElsewhere, columnElsewhere].map(({ distance, end }) => (end === -1 ? Number.POSITIVE_INFINITY : distance[end] as number)));
  }

  /** Dijkstra over columns on reduced costs, up to the first that is an end; -1 when none can be reached. */
  #search(start: number, isEnd: (column: number) => boolean, allowed: (row: number, column: number) => boolean): Search {
    const distance = new Float64Array(this.#size).fill(IMPOSSIBLE);
    const previous = new Int32Array(this.#size).fill(-1);
    const seen = new Uint8Array(this.#size);
    const done: number[] = [];
    for (let row = start, via = -1, base = 0; ;) {
      for (let column = 0; column < this.#size; column += 1) {
        const cost = this.#cost[row * this.#size + column] as number;
        if (seen[column] === 1 || cost >= IMPOSSIBLE || !allowed(row, column)) continue;
        const reached = base + Math.max(0, cost - (this.#u[row] as number) - (this.#v[column] as number)); // below 0 by rounding only
        if (reached < (distance[column] as number)) { distance[column] = reached; previous[column] = via; }
      }
      via = nearest(distance, seen);
      if (via === -1) return { distance, previous, done, end: -1 };
      seen[via] = 1;
      done.push(via);
      if (isEnd(via)) return { distance, previous, done, end: via };
      row = this.#rowOf[via] as number;
      base = distance[via] as number;
    }
  }

  #cheapest(row: number): number {
    let least = IMPOSSIBLE;
    for (let column = 0; column < this.#size; column += 1) least = Math.min(least, (this.#cost[row * this.#size + column] as number) - (this.#v[column] as number));
    return least;
  }
}

function nearest(distance: Float64Array, seen: Uint8Array): number {
  let next = -1;
  for (let column = 0; column < distance.length; column += 1) {
    if (seen[column] === 0 && (distance[column] as number) < IMPOSSIBLE && (next === -1 || (distance[column] as number) < (distance[next] as number))) next = column;
  }
  return next;
}
