/** A result of the scan before the change. */
export interface Before {
  /** Tool and rule: a continuation reports the same thing. */
  readonly rule: string;
  /** Where it was: `path#line`, or whatever names a flaw where there are no lines. */
  readonly origin: string;
  readonly finding: string;
}

/** A result of the scan after it, with the places that its line came from. */
export interface After {
  readonly rule: string;
  readonly origins: readonly string[];
  readonly finding: string;
  /** For the list of failures. */
  readonly place: string;
}

export interface DriftCounts {
  /** Results that continue one of before, by truth. */
  readonly possible: number;
  /** Results that were given a finding of before. */
  readonly claimed: number;
  /** Those of them that were given the right one. */
  readonly correct: number;
}

export interface DriftMiss {
  readonly kind: 'new id' | 'wrong id' | 'taken by a new flaw';
  readonly rule: string;
  readonly from: readonly string[];
  readonly to: string;
}

export interface DriftScore { readonly counts: DriftCounts; readonly misses: readonly DriftMiss[] }

interface Group { readonly before: Before[]; readonly after: After[] }

/**
 * Results that share rule and origin form a group. Inside a group nobody can tell which is which (two equal flaws on one
 * line, a copy right beside its original), so that any assignment among them is right as long as each is used once.
 */
export function driftScore(before: readonly Before[], after: readonly After[]): DriftScore {
  const known = new Set(before.map(({ finding }) => finding));
  const scores = groupsOf(before, after).map((group) => scoreOf(group, known));
  const sum = (pick: (counts: DriftCounts) => number): number => scores.reduce((total, { counts }) => total + pick(counts), 0);
  return {
    counts: { possible: sum(({ possible }) => possible), claimed: sum(({ claimed }) => claimed), correct: sum(({ correct }) => correct) },
    misses: scores.flatMap(({ misses }) => misses),
  };
}

export const addDrift = (a: DriftCounts, b: DriftCounts): DriftCounts => ({ possible: a.possible + b.possible, claimed: a.claimed + b.claimed, correct: a.correct + b.correct });
export const NO_DRIFT: DriftCounts = { possible: 0, claimed: 0, correct: 0 };
export const driftPrecision = ({ correct, claimed }: DriftCounts): number => (claimed === 0 ? 1 : correct / claimed);
export const driftRecall = ({ correct, possible }: DriftCounts): number => (possible === 0 ? 1 : correct / possible);

function groupsOf(before: readonly Before[], after: readonly After[]): Group[] {
  const parents = new Map<string, string>();
  const find = (key: string): string => {
    const parent = parents.get(key) ?? key;
    return parent === key ? key : find(parent);
  };
  const keys = ({ rule, origins }: After): string[] => origins.map((origin) => JSON.stringify([rule, origin]));
  const ofBefore = new Map(before.map((one) => [one, JSON.stringify([one.rule, one.origin])]));
  const starts = new Set(ofBefore.values());
  for (const one of after) {
    const [first, ...rest] = keys(one).filter((key) => starts.has(key));
    for (const key of first === undefined ? [] : rest) parents.set(find(key), find(first ?? key));
  }
  const groups = new Map<string, Group>();
  const groupOf = (key: string): Group => made(groups, key);
  for (const [one, key] of ofBefore) groupOf(find(key)).before.push(one);
  const strangers: Group[] = [];
  for (const one of after) {
    const key = keys(one).find((each) => starts.has(each));
    if (key === undefined) strangers.push({ before: [], after: [one] });
    else groupOf(find(key)).after.push(one);
  }
  return [...groups.values(), ...strangers];
}

function made(groups: Map<string, Group>, key: string): Group {
  const group = groups.get(key) ?? { before: [], after: [] };
  groups.set(key, group);
  return group;
}

function scoreOf({ before, after }: Group, known: ReadonlySet<string>): DriftScore {
  const free = before.map(({ finding }) => finding);
  const right = after.map(({ finding }) => {
    const at = free.indexOf(finding);
    if (at >= 0) free.splice(at, 1);
    return at >= 0;
  });
  const correct = right.filter(Boolean).length;
  const possible = Math.min(before.length, after.length);
  const claimed = after.filter(({ finding }) => known.has(finding)).length;
  const from = before.map(({ origin }) => origin);
  const misses = after.flatMap((one, index): DriftMiss[] => {
    if (right[index]) return [];
    if (known.has(one.finding)) return [{ kind: possible === 0 ? 'taken by a new flaw' : 'wrong id', rule: one.rule, from, to: one.place }];
    return correct < possible ? [{ kind: 'new id', rule: one.rule, from, to: one.place }] : [];
  });
  return { counts: { possible, claimed, correct }, misses };
}
