import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newBudget, spend, type Budget, type BudgetLimits } from './dlq-budget.js';

const within = (budget: Budget, flags: boolean[]): Budget => {
  const spent = spend(budget, flags);
  if (spent.kind !== 'within') throw new Error(spent.verdict);
  return spent.budget;
};

describe('the reject budget', () => {
  it('FAULTS 15: lets 100 rejects in a row pass and stops at the next', () => {
    const budget = within(newBudget(), Array<boolean>(100).fill(true));
    expect(spend(budget, [true])).toMatchObject({ kind: 'exceeded' });
    expect(spend(budget, [false])).toMatchObject({ kind: 'within' });
  });

  it('FAULTS 15: stops above 10 % of the last 1000', () => {
    const tenPercent = Array.from({ length: 1000 }, (_, index) => index % 10 === 0);
    const budget = within(newBudget(), tenPercent);
    expect(spend(budget, [true])).toMatchObject({ kind: 'within' }); // the oldest reject leaves the window
    expect(spend(budget, [false, true, true])).toMatchObject({ kind: 'exceeded' });
  });

  it('forgets what left the window', () => {
    let budget = within(newBudget(), Array<boolean>(100).fill(true));
    for (let turn = 0; turn < 20; turn += 1) budget = within(budget, [...Array<boolean>(1000).fill(false), ...Array<boolean>(100).fill(true)]);
  });

  it('agrees with counting the whole history, however it is cut', () => {
    const limits: BudgetLimits = { inARow: 5, window: 20, share: 0.3 };
    const naive = (flags: readonly boolean[]): boolean => flags.some((_, end) => {
      const seen = flags.slice(0, end + 1);
      const window = seen.slice(-limits.window).filter(Boolean).length;
      return window > limits.share * limits.window || seen.slice(-limits.inARow - 1).filter(Boolean).length > limits.inARow;
    });
    fc.assert(fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 3 }).map((n) => n === 0), { maxLength: 15 }), { maxLength: 12 }), (parts) => {
      let budget = newBudget(limits);
      let exceeded = false;
      for (const part of parts) {
        const spent = spend(budget, part);
        if (spent.kind === 'exceeded') { exceeded = true; break; }
        budget = spent.budget;
      }
      expect(exceeded).toBe(naive(parts.flat()));
    }));
  });

  it('spends nothing when it is not taken', () => {
    const budget = newBudget();
    spend(budget, [true, true]);
    expect(budget.rejected).toBe(0);
    expect(budget.ring.some((flag) => flag !== 0)).toBe(false);
  });
});
