import type { DriftResult } from './drift.js';
import { addDrift, driftPrecision, driftRecall, NO_DRIFT, type DriftCounts } from './score/drift.js';
import { pairPrecision, pairRecall, type PairCounts } from './score/pairs.js';

/** A line of the published tables: two shares with what they were counted from. */
export interface Row {
  readonly table: 'cross-tool' | 'drift' | 'drift by mutation' | 'drift by tool';
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  /** Pairs or results that are one by truth. */
  readonly possible: number;
  readonly note: string;
  readonly target?: { readonly precision: number; readonly recall: number };
}

const CROSS_TARGET = { precision: 0.98, recall: 0.9 } as const;
const DRIFT_TARGET = { precision: 0.95, recall: 0.9 } as const;
const LINES_TARGET = { precision: 0.95, recall: 0.99 } as const;

export const crossRow = (name: string, counts: PairCounts): Row => ({
  table: 'cross-tool', name, precision: pairPrecision(counts), recall: pairRecall(counts), possible: counts.joined + counts.missed,
  note: `${counts.joined} pairs joined, ${counts.wronglyJoined} wrongly, ${counts.missed} missed`, target: CROSS_TARGET,
});

export const driftRow = (table: Row['table'], name: string, counts: DriftCounts, newIds: number, target: Row['target'] = DRIFT_TARGET): Row => ({
  table, name, precision: driftPrecision(counts), recall: driftRecall(counts), possible: counts.possible,
  note: `${counts.correct} of ${counts.possible} kept, ${counts.claimed - counts.correct} wrong of ${counts.claimed} claimed, ${newIds} new ids for old flaws`,
  ...(table !== 'drift by tool' && { target }),
});

/** By class, by what was changed, by tool. */
export function driftRows(results: readonly DriftResult[]): readonly Row[] {
  const rows = (table: Row['table'], key: (one: DriftResult) => string): Row[] => [...Map.groupBy(results, key)].map(([name, of]) => (
    driftRow(table, name, of.map(({ counts }) => counts).reduce(addDrift, NO_DRIFT), of.flatMap(({ misses }) => misses).filter(({ kind }) => kind === 'new id').length,
    of.every(({ mutation }) => mutation.group === 'lines inserted') ? LINES_TARGET : DRIFT_TARGET)));
  return [
    ...rows('drift', (one) => one.class), ...rows('drift', (one) => (one.mutation.group === 'lines inserted' ? 'lines inserted, all classes' : 'other changes, all classes')),
    ...rows('drift', (one) => `${one.tree === 'carrier' ? 'real packages' : 'generated projects'}, all classes`),
    ...rows('drift by mutation', (one) => one.mutation.name), ...rows('drift by tool', (one) => one.tool),
  ];
}

/** Where a share meets its target, the words say so; where it does not, too. */
export const verdict = ({ precision, recall, target }: Row): string => (target === undefined ? '' : precision >= target.precision && recall >= target.recall ? 'meets' : 'MISSES');
