import { describe, expect, it } from '@jest/globals';
import { driftPrecision, driftRecall, driftScore, type After, type Before } from './drift.js';

const was = (origin: string, finding: string, rule = 'r'): Before => ({ rule, origin, finding });
const is = (origins: readonly string[], finding: string, rule = 'r'): After => ({ rule, origins, finding, place: 'now' });

describe('the score of drift', () => {
  it('counts a flaw that keeps its id as right', () => {
    expect(driftScore([was('a#1', 'F')], [is(['a#1'], 'F')]).counts).toEqual({ possible: 1, claimed: 1, correct: 1 });
  });

  it('tells a new id for an old flaw, an old id for a new flaw and one flaw’s id on another apart', () => {
    const { counts, misses } = driftScore([was('a#1', 'F'), was('a#2', 'G')], [is(['a#1'], 'N'), is(['a#2'], 'F'), is([], 'G')]);
    expect(counts).toEqual({ possible: 2, claimed: 2, correct: 0 });
    expect(misses.map(({ kind }) => kind).sort()).toEqual(['new id', 'taken by a new flaw', 'wrong id']);
  });

  it('lets either of two results of one line be the old one, but not both', () => {
    const twins = [is(['a#1'], 'N'), is(['a#1'], 'F')];
    expect(driftScore([was('a#1', 'F')], twins).counts).toEqual({ possible: 1, claimed: 1, correct: 1 });
    expect(driftScore([was('a#1', 'F')], [is(['a#1'], 'F'), is(['a#1'], 'F')]).counts).toEqual({ possible: 1, claimed: 2, correct: 1 });
  });

  it('takes equal flaws on one line in any order', () => {
    expect(driftScore([was('a#1', 'F'), was('a#1', 'G')], [is(['a#1'], 'G'), is(['a#1'], 'F')]).counts.correct).toBe(2);
  });

  it('follows a line that was joined from several', () => {
    expect(driftScore([was('a#1', 'F'), was('a#2', 'G')], [is(['a#1', 'a#2'], 'G'), is(['a#1', 'a#2'], 'F')]).counts).toEqual({ possible: 2, claimed: 2, correct: 2 });
  });

  it('never takes another rule on the same line for a continuation', () => {
    expect(driftScore([was('a#1', 'F')], [is(['a#1'], 'F', 'other')]).counts).toEqual({ possible: 0, claimed: 1, correct: 0 });
  });

  it('is 1 where there was nothing to keep or claim', () => {
    const { counts } = driftScore([], [is([], 'N')]);
    expect([driftPrecision(counts), driftRecall(counts)]).toEqual([1, 1]);
  });
});
