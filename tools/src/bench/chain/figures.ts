import { EXPOSURES, type Exposure } from '@throughline/domain';
import type { Judged, Miss } from './compare.js';

export interface Ratio { readonly right: number; readonly of: number }

/** Precision and recall of one method or situation. */
export interface Line { readonly name: string; readonly precision: Ratio; readonly recall: Ratio }

export interface Figures {
  readonly services: number;
  readonly precision: Ratio;
  readonly recall: Ratio;
  readonly wrongVerified: number;
  readonly verified: Ratio;
  readonly rivals: Ratio;
  readonly images: Ratio;
  readonly exposure: Ratio;
  readonly byMethod: readonly Line[];
  readonly bySituation: readonly Line[];
  /** True exposure, then the found one, then how often. */
  readonly confusion: ReadonlyMap<Exposure, ReadonlyMap<Exposure, number>>;
  readonly misses: readonly Miss[];
}

/** 1 where there is nothing to be right about. */
export const share = ({ right, of }: Ratio): number => (of === 0 ? 1 : right / of);

const ratio = (items: readonly boolean[]): Ratio => ({ right: items.filter(Boolean).length, of: items.length });

/** The figures of a run. Exposure is counted of every service, images and links of those that run. */
export function figuresOf(judged: readonly Judged[], exposures: readonly (Exposure | undefined)[]): Figures {
  const misses = judged.flatMap((item) => item.misses);
  const without = (item: Judged, kind: Miss['kind']): boolean => !item.misses.some((miss) => miss.kind === kind);
  return {
    services: judged.length,
    precision: precisionOf(judged), recall: recallOf(judged),
    wrongVerified: misses.filter((miss) => miss.kind === 'wrong verified').length,
    verified: ratio(judged.filter(({ truth }) => truth.source.verified && truth.runs).map((item) => without(item, 'missing verified') && without(item, 'no answer'))),
    rivals: ratio(judged.filter(({ truth }) => truth.source.rivals && truth.runs).map((item) => without(item, 'rival not shown') && without(item, 'wrong claim') && without(item, 'no answer'))),
    images: ratio(judged.flatMap((item) => item.rightImage ?? [])), exposure: ratio(judged.map((item) => item.rightExposure)),
    byMethod: methodLines(judged), bySituation: situationLines(judged), confusion: confusionOf(judged, exposures), misses,
  };
}

const precisionOf = (judged: readonly Judged[]): Ratio => ratio(judged.flatMap((item) => item.claims.map(({ right }) => right)));
const recallOf = (judged: readonly Judged[]): Ratio => ratio(judged.flatMap((item) => item.evident.map(({ found }) => found)));

/** Recall of a method has no meaning of its own: which method should have found a link is the ladder's choice. */
function methodLines(judged: readonly Judged[]): Line[] {
  const claims = judged.flatMap((item) => item.claims);
  return [...Map.groupBy(claims, ({ named }) => named.method)].sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, items]) => ({ name, precision: ratio(items.map(({ right }) => right)), recall: { right: 0, of: 0 } }));
}

/** What happened on the second day stands before the situation that it happened in, and is what counts then. */
function situationLines(judged: readonly Judged[]): Line[] {
  return [...Map.groupBy(judged, ({ truth }) => truth.origin.split(': ')[0] ?? '')].map(([name, items]) => ({ name, precision: precisionOf(items), recall: recallOf(items) }));
}

function confusionOf(judged: readonly Judged[], exposures: readonly (Exposure | undefined)[]): Figures['confusion'] {
  const table = new Map<Exposure, Map<Exposure, number>>(EXPOSURES.map((word) => [word, new Map()]));
  judged.forEach(({ truth }, i) => {
    const row = table.get(truth.exposure);
    const found = exposures[i] ?? 'unknown';
    row?.set(found, (row.get(found) ?? 0) + 1);
  });
  return table;
}
