import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HandlerContractBroken } from './errors.js';
import { foldOutcomes } from './outcome-fold.js';
import { done, reject, retry, skip, type Outcome } from './outcome.js';

const outcome: fc.Arbitrary<Outcome> = fc.constantFrom(done, skip('older'), retry('later'), reject('bad', 'broken'));

describe('foldOutcomes', () => {
  it('gives one outcome a record, or one retry for all', () => {
    fc.assert(fc.property(fc.array(outcome, { maxLength: 50 }), (outcomes) => {
      const folded = foldOutcomes(outcomes, outcomes.length);
      if (outcomes.some(({ kind }) => kind === 'retry')) expect(folded).toEqual({ kind: 'retry', reason: 'later' });
      else expect(folded).toEqual({ kind: 'settled', outcomes });
    }));
  });

  it('spreads one outcome over all records', () => {
    expect(foldOutcomes(done, 3)).toEqual({ kind: 'settled', outcomes: [done, done, done] });
  });

  it('refuses what does not fit the question', () => {
    expect(() => foldOutcomes([done], 2)).toThrow(HandlerContractBroken);
    expect(() => foldOutcomes(undefined as never, 1)).toThrow(HandlerContractBroken);
    expect(() => foldOutcomes({ kind: 'ok' } as never, 1)).toThrow(HandlerContractBroken);
  });
});
