import { describe, expect, it } from '@jest/globals';
import { SCAN_STATUSES } from '@throughline/domain';
import fc from 'fast-check';
import { statusOf, type Progress } from './receipt.js';

const progress = fc.record({
  status: fc.constantFrom(...SCAN_STATUSES), verdict: fc.constantFrom(null, 'done' as const, 'partial' as const, 'rejected' as const),
  changes: fc.option(fc.nat(5)), scored: fc.boolean(),
});

describe('status of a scan', () => {
  const cases: readonly (readonly [Progress, string])[] = [
    [{ status: 'queued', verdict: null, changes: null, scored: false }, 'queued'],
    [{ status: 'queued', verdict: 'done', changes: 3, scored: false }, 'processing'],
    [{ status: 'processing', verdict: 'done', changes: 3, scored: true }, 'done'],
    [{ status: 'queued', verdict: 'done', changes: 0, scored: false }, 'done'],
    [{ status: 'queued', verdict: 'partial', changes: 1, scored: true }, 'partial'],
    [{ status: 'queued', verdict: 'rejected', changes: 0, scored: false }, 'rejected'],
    [{ status: 'stalled', verdict: null, changes: null, scored: false }, 'stalled'],
    [{ status: 'stalled', verdict: 'done', changes: 2, scored: true }, 'done'],
  ];
  for (const [given, expected] of cases) it(`${JSON.stringify(given)} is ${expected}`, () => expect(statusOf(given)).toBe(expected));

  it('is settled: asking again changes nothing, and only a verdict with its scores ends a scan', () => {
    fc.assert(fc.property(progress, (given) => {
      const status = statusOf(given);
      expect(statusOf({ ...given, status })).toBe(status);
      if (status === 'done' && given.status !== 'done') expect(given.verdict === 'done' && (given.scored || given.changes === 0)).toBe(true);
      if (given.status === 'rejected') expect(status).toBe('rejected');
    }));
  });
});
