/** A place before and now. */
export interface Anchor {
  readonly from: number;
  readonly to: number;
  /** Set when the anchor is itself a pair of results that are matched: it is no evidence for or against their own pairs. */
  readonly ids?: readonly string[];
}

/** How a result's new line compares to where its surroundings went. */
export interface Placing {
  /** Lines between where it is and where it was expected; the smallest of several expectations. */
  readonly distance: number;
  /** `sure`: what is above and below moved alike; `likely`: one neighbour, or neighbours that moved apart; `guess`: no neighbour. */
  readonly trust: 'sure' | 'likely' | 'guess';
  /** Between the neighbours' new lines, so that it kept its order among them. */
  readonly inOrder: boolean;
}

/** How the lines of one file moved, from places that are known before and now. */
export class Shifts {
  readonly #before: readonly Anchor[];
  readonly #after: readonly Anchor[];
  readonly #usual: number;

  /** `usual`: the shift that is assumed where no anchor tells. */
  constructor(anchors: readonly Anchor[], usual = 0) {
    const known = anchors.filter((one) => one.from > 0 && one.to > 0);
    this.#before = [...known].sort((a, b) => a.from - b.from || a.to - b.to);
    this.#after = known.map((one) => mirrored(one)).sort((a, b) => a.from - b.from || a.to - b.to);
    this.#usual = known.length > 0 ? mostCommon(known.map((one) => one.to - one.from)) : usual;
  }

  /** Undefined when a line is unknown. Judged from both sides, so that looking back in time gives the same answer. */
  placing(from: number, to: number, except: readonly string[] = []): Placing | undefined {
    if (from <= 0 || to <= 0) return undefined;
    const forth = this.#judge(this.#before, from, to, this.#usual, except);
    const back = this.#judge(this.#after, to, from, -this.#usual, except);
    return RANK[forth.trust] - RANK[back.trust] > 0 || (forth.trust === back.trust && forth.distance <= back.distance) ? forth : back;
  }

  #judge(anchors: readonly Anchor[], from: number, to: number, usual: number, except: readonly string[]): Placing {
    const after = firstAbove(anchors, from);
    const above = nearest(anchors, after - 1, -1, except);
    const below = above?.from === from ? above : nearest(anchors, after, 1, except);
    const distances = [above, below].filter((one) => one !== undefined).map((one) => Math.abs(to - from - (one.to - one.from)));
    if (distances.length === 0) return { distance: Math.abs(to - from - usual), trust: 'guess', inOrder: true };
    const inOrder = (above === undefined || to >= above.to) && (below === undefined || to <= below.to);
    const alike = above !== undefined && below !== undefined && above.to - above.from === below.to - below.from;
    return { distance: Math.min(...distances), trust: alike ? 'sure' : 'likely', inOrder };
  }
}

const RANK = { sure: 2, likely: 1, guess: 0 } as const;
const mirrored = ({ from, to, ...rest }: Anchor): Anchor => ({ from: to, to: from, ...rest });

/** Index of the first anchor below the line. */
function firstAbove(anchors: readonly Anchor[], line: number): number {
  let low = 0;
  let high = anchors.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((anchors[middle] as Anchor).from <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(anchors: readonly Anchor[], start: number, step: 1 | -1, except: readonly string[]): Anchor | undefined {
  let index = start;
  while (anchors[index]?.ids?.some((id) => except.includes(id)) === true) index += step;
  return anchors[index];
}

/** The most frequent shift; of equally frequent ones the smallest, downwards first. */
export function mostCommon(shifts: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const shift of shifts) counts.set(shift, (counts.get(shift) ?? 0) + 1);
  const ranked = [...counts].sort(([a, one], [b, other]) => other - one || Math.abs(a) - Math.abs(b) || b - a);
  return ranked[0]?.[0] ?? 0;
}
