import type { Aligned } from './align.js';
import { mostCommon } from './shift.js';

/** A result of a file: its line, and what only equals share. */
export interface Mark {
  readonly line: number;
  readonly label: string;
}

/** What it costs that lines were inserted or removed between two results, and that a result went or came. */
const CHANGE = 1;
const ALONE = 0.9;
/** Of equally simple stories that one counts in which lines moved least from how most did. */
const FAR = 0.01;
/** Cells of the table beyond which a file is not chained: 12 MB. */
const MAX_CELLS = 1_000_000;

/**
 * The simplest story of how a file changed: pairs of equals that keep their order, with the fewest insertions and
 * removals of lines and of results. A result that went where another came costs more than one change of shift, and less
 * than the two that would be needed to take the one for the other between neighbours that stayed together. O(before · now).
 */
export function chain(before: readonly Mark[], now: readonly Mark[]): readonly Aligned[] {
  const width = now.length + 1;
  if ((before.length + 1) * width > MAX_CELLS) return [];
  const best = new Float64Array((before.length + 1) * width); // gain of the best chain within the first rows and columns
  const last = new Int32Array(best.length).fill(-1); // its last cell
  const previous = new Int32Array(best.length).fill(-1);
  const usual = usualShift(before, now);
  const byShift = new Map<number, { readonly gain: number; readonly cell: number }>([[0, { gain: 0, cell: 0 }]]);
  for (let row = 1; row <= before.length; row += 1) {
    for (let column = 1; column <= now.length; column += 1) {
      const cell = row * width + column;
      const up = cell - width;
      const from = (best[up] as number) >= (best[cell - 1] as number) ? up : cell - 1;
      best[cell] = best[from] as number;
      last[cell] = last[from] as number;
      const [old, fresh] = [before[row - 1] as Mark, now[column - 1] as Mark];
      if (old.label !== fresh.label) continue;
      const shift = fresh.line - old.line;
      const along = byShift.get(shift);
      const goesOn = along !== undefined && (along.cell % width) < column && Math.floor(along.cell / width) < row;
      const diagonal = up - 1;
      const turned = (best[diagonal] as number) - CHANGE;
      const steady = goesOn && along.gain >= turned;
      const gain = 2 * ALONE - FAR * Math.log1p(Math.abs(shift - usual)) + (steady ? along.gain : turned);
      previous[cell] = steady ? (along.cell === 0 ? -1 : along.cell) : (last[diagonal] as number);
      if (along === undefined || gain > along.gain) byShift.set(shift, { gain, cell });
      if (gain > (best[cell] as number)) { best[cell] = gain; last[cell] = cell; }
    }
  }
  const pairs: Aligned[] = [];
  for (let cell = last[best.length - 1] as number; cell > 0; cell = previous[cell] as number) pairs.push({ row: Math.floor(cell / width) - 1, column: (cell % width) - 1 });
  return pairs.reverse();
}

/** The most common shift of what is there once before and once now. */
function usualShift(before: readonly Mark[], now: readonly Mark[]): number {
  const old = Map.groupBy(before, (one) => one.label);
  return mostCommon([...Map.groupBy(now, (one) => one.label)].flatMap(([label, [fresh, ...more]]) => {
    const [one, ...others] = old.get(label) ?? [];
    return fresh === undefined || one === undefined || more.length + others.length > 0 ? [] : [fresh.line - one.line];
  }));
}
