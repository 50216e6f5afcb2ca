import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideFence, placeAt } from './fence.js';
import { NO_OFFSET } from './ports.js';

const offset = fc.bigInt({ min: 0n, max: 1000n });

describe('decideFence', () => {
  it('goes on inside the batch exactly when the stored offset lies in it, and else reads from the stored offset', () => {
    fc.assert(fc.property(offset, offset, offset, (from, length, stored) => {
      const decision = decideFence(from, from + length, stored);
      const isInside = stored >= from && stored < from + length;
      expect(decision).toEqual(isInside ? { kind: 'continue', from: stored } : { kind: 'seek', to: stored });
    }));
  });

  it('begins anew when the row is gone', () => {
    expect(decideFence(5n, 9n, NO_OFFSET)).toEqual({ kind: 'begin' });
  });
});

describe('placeAt', () => {
  it('places inside of the log or not at all', () => {
    fc.assert(fc.property(fc.option(offset, { nil: undefined }), offset, offset, (stored, low, length) => {
      const ends = { low, high: low + length };
      const placement = placeAt(stored, ends);
      if (placement.kind === 'out-of-range') expect(stored !== undefined && (stored < ends.low || stored > ends.high)).toBe(true);
      else {
        expect(placement.offset >= ends.low && placement.offset <= ends.high).toBe(true);
        expect(placement.create).toBe(stored === undefined);
      }
    }));
  });
});
