import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { audienceOf, difference, EVERYONE, intersection, isEmpty, NOBODY, publicRanges, rangeSet, union } from './ranges.js';
import type { RangeSet } from './ranges.js';

const of = (...ranges: string[]): RangeSet => rangeSet(ranges).set;

describe('ranges', () => {
  it.each([
    ['0.0.0.0/0', 'internet'], ['::/0', 'internet'], ['10.2.3.4/32', 'private'], ['172.16.0.0/12', 'private'], ['172.32.0.0/16', 'public-range'],
    ['8.8.8.8', 'public-range'], ['fd00::/8', 'private'], ['2001:db8::1', 'public-range'], ['64.0.0.0/2', 'internet'], ['100.64.0.0/10', 'private'],
  ] as const)('%s is %s', (range, audience) => expect(audienceOf(of(range))).toBe(audience));

  it.each(['300.1.1.1/8', '1.2.3.4/33', '::1::2', '', '10.0.0.0/8/8x', 'sg-1'])('"%s" cannot be read', (range) => expect(rangeSet([range]).unreadable).toEqual([range]));

  it('counts the sum: two halves of the internet are the internet', () => {
    expect(audienceOf(of('0.0.0.0/1', '128.0.0.0/1'))).toBe('internet');
    expect(audienceOf(NOBODY)).toBe('nobody');
    expect(audienceOf(difference(EVERYONE, EVERYONE))).toBe('nobody');
  });

  it('writes the public part back as ranges', () => {
    expect(publicRanges(of('198.51.100.0/24', '10.0.0.0/8', '2001:db8::/32'), 10)).toEqual(['198.51.100.0/24', '2001:db8::/32']);
    expect(publicRanges(difference(of('198.51.100.0/24'), of('198.51.100.0/26')), 10)).toEqual(['198.51.100.64/26', '198.51.100.128/25']);
  });

  const cidr = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 }))
    .map(([address, prefix]) => `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')}/${prefix}`);
  const set = fc.array(cidr, { maxLength: 6 }).map((ranges) => of(...ranges));

  it('is an algebra of sets: union, intersection and difference agree with each other', () => {
    fc.assert(fc.property(set, set, set, (a, b, c) => {
      expect(union(a, b)).toEqual(union(b, a));
      expect(intersection(a, union(b, c))).toEqual(union(intersection(a, b), intersection(a, c)));
      expect(union(difference(a, b), intersection(a, b))).toEqual(a);
      expect(isEmpty(intersection(difference(a, b), b))).toBe(true);
      expect(of(...publicRanges(a, 1000))).toEqual(difference(a, difference(a, of(...publicRanges(a, 1000)))));
    }), { numRuns: 300 });
  });
});
