import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareVersions, VERSIONED_ECOSYSTEMS } from './index.js';
import { VECTORS } from '../../test/version-vectors.js';
import { GRAMMARS } from '../../test/version-grammars.js';

const RUNS = { numRuns: 300 };

describe.each(Object.entries(VECTORS))('versions of %s', (ecosystem, { chains, invalid }) => {
  it.each(chains)('are in the order of $source', ({ ascending }) => {
    ascending.forEach((left, i) => ascending.forEach((right, j) => {
      for (const a of left) for (const b of right) {
        expect(`${a} ? ${b}: ${compareVersions(ecosystem, a, b)}`).toBe(`${a} ? ${b}: ${Math.sign(i - j)}`);
      }
    }));
  });

  it.each(invalid.map((text) => [text]))('%j is none', (text) => {
    expect(compareVersions(ecosystem, text, text)).toBeUndefined();
  });
});

describe.each(VERSIONED_ECOSYSTEMS.map((ecosystem) => [ecosystem] as const))('random versions of %s', (ecosystem) => {
  const version = GRAMMARS[ecosystem] as fc.Arbitrary<string>;
  const compare = (a: string, b: string): number => {
    const order = compareVersions(ecosystem, a, b);
    if (order === undefined) throw new Error(`${a} or ${b} is no version of ${ecosystem}`);
    return order;
  };

  it('are totally ordered: reflexive, antisymmetric, transitive', () => {
    fc.assert(fc.property(version, version, version, (a, b, c) => {
      expect(compare(a, a)).toBe(0);
      expect(compare(b, a)).toBe(0 - compare(a, b));
      const [low, middle, high] = [a, b, c].sort(compare) as [string, string, string];
      expect(compare(low, high)).toBeLessThanOrEqual(0);
      // Between two equals lies nothing else.
      if (compare(low, high) === 0) expect([compare(low, middle), compare(middle, high)]).toEqual([0, 0]);
    }), RUNS);
  });

  it('sort to the same list from any order', () => {
    fc.assert(fc.property(fc.uniqueArray(version, { maxLength: 12, comparator: (a, b) => compareVersions(ecosystem, a, b) === 0 }), fc.infiniteStream(fc.nat()), (versions, order) => {
      const shuffled = versions.map((one) => [order.next().value, one] as const).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
      expect(shuffled.sort(compare)).toEqual([...versions].sort(compare));
    }), RUNS);
  });

  it('never compare with what is no version, however it looks', () => {
    fc.assert(fc.property(version, fc.constantFrom('', ' ', 'latest', 'unknown', '<1.0', '>= 1', '1 || 2', '${project.version}', '[1.0,2.0)', '*', `${'1.'.repeat(200)}0`), (a, b) => {
      expect(compareVersions(ecosystem, a, b)).toBeUndefined();
    }), RUNS);
  });
});

describe('ecosystems without a known order', () => {
  it('compare nothing', () => {
    for (const ecosystem of ['', 'generic', 'github', 'toString', 'NPM']) expect(compareVersions(ecosystem, '1.0.0', '2.0.0')).toBeUndefined();
  });
});
