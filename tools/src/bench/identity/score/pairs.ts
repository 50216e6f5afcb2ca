/** A result with the flaw that it truly reports and the finding that it was given. */
export interface Clustered {
  readonly truth: string;
  readonly given: string;
}

/** Pairs of results: rightly together, wrongly together, wrongly apart. */
export interface PairCounts {
  readonly joined: number;
  readonly wronglyJoined: number;
  readonly missed: number;
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

const sumOfPairs = (keys: readonly string[]): number => [...Map.groupBy(keys, (key) => key).values()].reduce((sum, group) => sum + pairs(group.length), 0);

/** Counts over all pairs of results, without making the pairs: a cell of the table of truth and answer holds n(n-1)/2. */
export function pairCounts(results: readonly Clustered[]): PairCounts {
  const joined = sumOfPairs(results.map(({ truth, given }) => JSON.stringify([truth, given])));
  return { joined, wronglyJoined: sumOfPairs(results.map(({ given }) => given)) - joined, missed: sumOfPairs(results.map(({ truth }) => truth)) - joined };
}

export const addPairs = (a: PairCounts, b: PairCounts): PairCounts => ({ joined: a.joined + b.joined, wronglyJoined: a.wronglyJoined + b.wronglyJoined, missed: a.missed + b.missed });

export const NO_PAIRS: PairCounts = { joined: 0, wronglyJoined: 0, missed: 0 };

/** 1 where there was nothing to be wrong about. */
const share = (right: number, of: number): number => (of === 0 ? 1 : right / of);

export const pairPrecision = (counts: PairCounts): number => share(counts.joined, counts.joined + counts.wronglyJoined);
export const pairRecall = (counts: PairCounts): number => share(counts.joined, counts.joined + counts.missed);
