import type { View } from '../near/view.js';

/** A stretch of a file; columns 0 when the tool told none. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** A region that ends before it starts, or a point in column 1, says the line only. */
export function regionOf(view: View): Region {
  const start = view.startLine;
  const end = Math.max(start, view.endLine);
  const point = end === start && view.endColumn <= view.startColumn;
  if (view.startColumn <= 0 || (point && view.startColumn === 1)) return { start, end, from: 0, to: 0 };
  return { start, end, from: view.startColumn, to: point ? view.startColumn + 1 : view.endColumn };
}

export const sameRegion = (a: Region, b: Region): boolean => a.start === b.start && a.end === b.end && a.from === b.from && a.to === b.to;

/** Whether a tool told where something begins and not where it ends. */
export const isPoint = (region: Region): boolean => region.from > 0 && region.start === region.end && region.to === region.from + 1;

const hasColumns = (region: Region): boolean => region.from > 0;

/** How two stretches of one version of a file lie to each other. `fit`: the shared part of both together, 0 to 1. */
export interface Overlap {
  readonly rule: 'same-region' | 'overlapping-columns' | 'same-line' | 'overlapping-lines' | 'apart-on-line';
  readonly fit: number;
}

/** Undefined: they share no line. */
export function overlap(a: Region, b: Region): Overlap | undefined {
  if (a.start === 0 || b.start === 0 || a.end < b.start || b.end < a.start) return undefined;
  const oneLine = a.start === a.end && b.start === b.end;
  if (!hasColumns(a) || !hasColumns(b)) return oneLine ? { rule: 'same-line', fit: 1 } : { rule: 'overlapping-lines', fit: lineFit(a, b) };
  if (sameRegion(a, b)) return { rule: 'same-region', fit: 1 };
  if (after(a, b) || after(b, a)) return { rule: 'apart-on-line', fit: 0 };
  return oneLine ? { rule: 'overlapping-columns', fit: columnFit(a, b) } : { rule: 'overlapping-lines', fit: lineFit(a, b) };
}

/** Whether `a` begins where `b` has ended. */
const after = (a: Region, b: Region): boolean => a.start > b.end || (a.start === b.end && b.to > 0 && a.from >= b.to);

/** Whether `inner` lies in `outer`, and is not all of it. */
export function contains(outer: Region, inner: Region): boolean {
  if (sameRegion(outer, inner) || inner.start < outer.start || inner.end > outer.end) return false;
  const left = inner.start > outer.start || !hasColumns(outer) || (hasColumns(inner) && inner.from >= outer.from);
  const right = inner.end < outer.end || !hasColumns(outer) || (hasColumns(inner) && inner.to <= outer.to);
  return left && right;
}

/** Two places in one region that do not touch: nothing says which of them the region is about. */
export function siblings(outer: Region, a: Region, b: Region): boolean {
  const between = overlap(a, b);
  return contains(outer, a) && contains(outer, b) && (between === undefined || between.rule === 'apart-on-line');
}

const columnFit = (a: Region, b: Region): number => (Math.min(a.to, b.to) - Math.max(a.from, b.from)) / (Math.max(a.to, b.to) - Math.min(a.from, b.from));

const lineFit = (a: Region, b: Region): number => (Math.min(a.end, b.end) - Math.max(a.start, b.start) + 1) / (Math.max(a.end, b.end) - Math.min(a.start, b.start) + 1);

/** Lines between two stretches; 0 when they touch or overlap. */
export const gap = (a: Region, b: Region): number => Math.max(0, a.start - b.end, b.start - a.end);
