import { candidatesOf, FileShifts, type Candidate } from './candidates.js';
import { sumOf } from './evidence.js';
import type { Fact, Sides } from './fact.js';
import { pairFiles } from './files.js';
import type { DriftQuestion } from './question.js';

/** Log odds: another assignment that is more than half as likely makes a pair ambiguous. */
export const MARGIN = 0.7;
/** No join of drift is certain. */
export const SUREST = 0.99;

/** What is compared, and every pair of fresh result and slot that has a chance, by `edgeOf`. */
export interface Graph {
  readonly sides: Sides;
  readonly slots: Slots;
  readonly shifts: FileShifts;
  /** Log odds at which a pair is joined. */
  readonly threshold: number;
  readonly edges: ReadonlyMap<number, Candidate>;
}

/**
 * What a fresh result can be joined to: a gone occurrence, or several that are one flaw seen on two lines (a branch's
 * own and the default line's), of which only one can be meant.
 */
export interface Slots {
  /** Indices of gone facts. */
  readonly members: readonly (readonly number[])[];
  of(gone: number): number;
  /** Key that interchangeable slots share; '' when there is none. */
  twin(slot: number): string;
}

/** The nth occurrence of a finding, tool and rule in one version is the nth of it in another. */
export function slotsOf(gone: readonly Fact[]): Slots {
  const members: number[][] = [];
  const slotOf: number[] = [];
  const counts = new Map<string, number>();
  const known = new Map<string, number>();
  gone.forEach(({ view, findingId, rule }, index) => {
    const flaw = JSON.stringify([findingId, rule]);
    const inVersion = `${flaw}${view.version}`;
    const nth = counts.get(inVersion) ?? 0;
    counts.set(inVersion, nth + 1);
    const slot = known.get(`${flaw}${nth}`) ?? members.push([]) - 1;
    known.set(`${flaw}${nth}`, slot);
    members[slot]?.push(index);
    slotOf.push(slot);
  });
  return { members, of: (index) => slotOf[index] as number, twin: (slot) => twinKey(gone[members[slot]?.[0] as number]) };
}

/** Equal flaws of one file share it: which is which only the order of lines tells, and no choice loses one. */
export const twinKey = (fact: Fact | undefined): string => (fact === undefined || fact.same === '' ? '' : `${fact.same}|${fact.view.path}`);

const edgeKey = (row: number, column: number, slots: Slots): number => row * slots.members.length + column;

export const edgeOf = ({ edges, slots }: Graph, row: number, column: number): Candidate | undefined => edges.get(edgeKey(row, column, slots));

export function graphOf(sides: Sides, question: DriftQuestion): Graph {
  const files = pairFiles(sides, question);
  const shifts = new FileShifts(question, sides, files);
  const slots = slotsOf(sides.gone);
  const threshold = sumOf(Math.min(SUREST, Math.max(1 - SUREST, question.minConfidence)));
  const edges = new Map<number, Candidate>();
  for (const one of candidatesOf(sides, files, shifts, question.whole, threshold - MARGIN)) {
    const key = edgeKey(one.fresh, slots.of(one.gone), slots);
    const other = edges.get(key);
    if (other === undefined || other.evidence.sum < one.evidence.sum) edges.set(key, one);
  }
  return { sides, slots, shifts, threshold, edges };
}
