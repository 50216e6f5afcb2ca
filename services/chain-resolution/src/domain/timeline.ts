/** Half-open interval of valid time in epoch milliseconds; `to` null: still. */
export interface Span {
  readonly from: number;
  readonly to: number | null;
}

/**
 * The intervals that a set of starts and ends describes: on after a start, off after an end. It is a function of the
 * sets, so the order in which facts arrive cannot matter. At the same instant the start wins: what ends and begins at
 * once goes on.
 */
export function spansOf(starts: readonly number[], ends: readonly number[]): Span[] {
  const events = [
    ...starts.map((at) => ({ at, on: true })),
    ...ends.map((at) => ({ at, on: false })),
  ].sort((a, b) => a.at - b.at || Number(a.on) - Number(b.on));
  const spans: Span[] = [];
  let open: number | null = null;
  for (const { at, on } of events) {
    if (on) open ??= at;
    else if (open !== null) {
      if (at > open) spans.push({ from: open, to: at });
      open = null;
    }
  }
  if (open !== null) spans.push({ from: open, to: null });
  return coalesce(spans);
}

/** Sorted union: overlapping and touching intervals become one. */
export function coalesce(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || (last.to !== null && last.to < span.from)) merged.push(span);
    else merged[merged.length - 1] = { from: last.from, to: later(last.to, span.to) };
  }
  return merged;
}

export const holdsAt = (span: Span, at: number): boolean => span.from <= at && (span.to === null || span.to > at);

export const overlaps = (a: Span, b: Span): boolean =>
  (a.to === null || a.to >= b.from) && (b.to === null || b.to >= a.from);

const later = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.max(a, b));

const EVENTS_KEPT = 64;

/**
 * Bounds the events of one claim: a source that repeats an open fact with ever new times adds starts inside an interval
 * that is already open; the middle ones of those say nothing that the first and the last do not, unless an end between
 * them arrives later than 64 repetitions.
 */
export function compactStarts(starts: readonly number[], ends: readonly number[]): number[] {
  if (starts.length <= EVENTS_KEPT) return [...starts];
  // a start at the very instant of an end keeps the interval open
  const kept = new Set<number>(starts.filter((at) => ends.includes(at)));
  for (const span of spansOf(starts, ends)) {
    const inside = starts.filter((at) => holdsAt(span, at) || at === span.from);
    const first = inside[0];
    const last = inside.at(-1);
    if (first !== undefined) kept.add(first);
    if (last !== undefined) kept.add(last);
  }
  return [...kept].sort((a, b) => a - b);
}
