import { describe, expect, it } from '@jest/globals';
import { addPairs, NO_PAIRS, pairCounts, pairPrecision, pairRecall, type Clustered } from './pairs.js';

const results = (text: string): Clustered[] => text.split(' ').map((pair) => ({ truth: pair[0] ?? '', given: pair[1] ?? '' }));

describe('pairs of results', () => {
  it('are joined, wrongly joined or missed, however large the groups are', () => {
    // a1 a1 a2: one pair joined, two missed; b2: wrongly joined with the third.
    expect(pairCounts(results('a1 a1 a2 b2'))).toEqual({ joined: 1, wronglyJoined: 1, missed: 2 });
  });

  it('agree with a count over all pairs', () => {
    const of = Array.from({ length: 60 }, (_, i): Clustered => ({ truth: String((i * 7) % 11), given: String((i * 5) % 13) }));
    const naive = { joined: 0, wronglyJoined: 0, missed: 0 };
    of.forEach((a, i) => of.slice(i + 1).forEach((b) => {
      if (a.truth === b.truth && a.given === b.given) naive.joined++;
      else if (a.given === b.given) naive.wronglyJoined++;
      else if (a.truth === b.truth) naive.missed++;
    }));
    expect(pairCounts(of)).toEqual(naive);
  });

  it('give precision and recall, and 1 where there was nothing to be wrong about', () => {
    const counts = addPairs(pairCounts(results('a1 a1 a2 b2')), NO_PAIRS);
    expect([pairPrecision(counts), pairRecall(counts)]).toEqual([1 / 2, 1 / 3]);
    expect([pairPrecision(NO_PAIRS), pairRecall(NO_PAIRS)]).toEqual([1, 1]);
  });
});
