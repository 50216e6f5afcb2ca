import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bisect } from './bisect.js';

describe('bisect', () => {
  it('applies or condemns each item once, in order, whatever is poisoned', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), async (poisoned) => {
      const order: number[] = [];
      const condemned: number[] = [];
      let failures = 0;
      const end = await bisect<number, never>(
        poisoned.map((_, index) => index),
        (slice) => {
          if (slice.some((item) => poisoned[item])) { failures += 1; return Promise.resolve({ kind: 'failed', error: new Error('poison') }); }
          order.push(...slice);
          return Promise.resolve({ kind: 'applied' });
        },
        (item) => { order.push(item); condemned.push(item); return Promise.resolve({ kind: 'applied' }); },
      );
      expect(end.kind).toBe('applied');
      expect(order).toEqual(poisoned.map((_, index) => index));
      expect(condemned).toEqual(order.filter((item) => poisoned[item]));
      const bad = condemned.length;
      expect(failures).toBeLessThanOrEqual(bad * (2 * Math.ceil(Math.log2(poisoned.length)) + 1));
    }));
  });

  it('stops where it is told to and keeps what came before', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.nat(99), fc.nat(99), async (length, poison, fault) => {
      const applied: number[] = [];
      const end = await bisect<number, string>(
        Array.from({ length }, (_, index) => index),
        (slice) => {
          if (slice.length === 1 && slice[0] === fault) return Promise.resolve({ kind: 'stopped', why: 'database gone' });
          if (slice.includes(poison) || slice.includes(fault)) return Promise.resolve({ kind: 'failed', error: new Error() });
          applied.push(...slice);
          return Promise.resolve({ kind: 'applied' });
        },
        (item) => { applied.push(item); return Promise.resolve({ kind: 'applied' }); },
      );
      const reach = fault < length ? fault : length;
      expect(end).toEqual(fault < length ? { kind: 'stopped', why: 'database gone' } : { kind: 'applied' });
      expect(applied).toEqual(Array.from({ length: reach }, (_, index) => index));
    }));
  });
});
