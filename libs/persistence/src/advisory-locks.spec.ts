import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lockNumbers } from './advisory-locks.js';

describe('lockNumbers', () => {
  it('are the same, sorted, 64-bit numbers in whatever order and however often the keys come', () => {
    fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), fc.func(fc.integer()), (keys, order) => {
      const numbers = lockNumbers(keys);
      const shuffled = [...keys, ...keys].sort((a, b) => order(a, b));
      expect(lockNumbers(shuffled)).toEqual(numbers);
      const values = numbers.map(BigInt);
      expect(values.every((value, index) => index === 0 || value > (values[index - 1] ?? value))).toBe(true);
      expect(values.every((value) => BigInt.asIntN(64, value) === value)).toBe(true);
    }));
  });
});
