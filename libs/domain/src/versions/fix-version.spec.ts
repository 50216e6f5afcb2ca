import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commonFix, compareVersions, lowestFix } from './index.js';

describe('the lowest fix', () => {
  it.each<[string, string, string[], string | undefined, string]>([
    ['pypi', '1.26.3', ['2.0.6', '1.26.17'], '1.26.17', 'its own line of releases'],
    ['npm', '4.17.15', ['4.17.21', '4.17.19'], '4.17.19', 'the lower of one line'],
    ['maven', '2.9.10', ['2.9.10.8', '2.10.0'], '2.9.10.8', 'numbers by value, not by text'],
    ['deb', '3.0.11-1~deb12u1', ['3.0.11-1~deb12u10', '3.0.11-1~deb12u2'], '3.0.11-1~deb12u2', 'tildes and revisions'],
    ['golang', 'v1.2.3+incompatible', ['1.2.4-0.20191109021931-daa7c04131f5', '2.0.0'], '1.2.4-0.20191109021931-daa7c04131f5', 'pseudo-versions, with or without v'],
    ['npm', '3.1.0', ['1.2.5', '2.0.1'], undefined, 'nothing above what is installed'],
    ['npm', '1.0.0', ['see advisory', '>= 1.2'], undefined, 'no guess'],
    ['npm', '', ['1.0.1'], undefined, 'installed version unknown'],
    ['hex', '1.0.0', ['1.0.1'], undefined, 'no order known'],
  ])('%s %s of %j is %s: %s', (ecosystem, installed, fixed, expected) => {
    expect(lowestFix(ecosystem, installed, fixed)).toBe(expected);
  });
});

describe('the version that repairs all flaws', () => {
  it('is the highest of the lowest fixes', () => {
    expect(commonFix('npm', [{ installed: '4.17.11', fixed: ['4.17.12'] }, { installed: '4.17.11', fixed: ['4.17.21'] }, { installed: '4.17.11', fixed: ['4.17.19', '5.0.0'] }])).toBe('4.17.21');
  });

  it('is higher where that one lies in a line of releases that was repaired later', () => {
    expect(commonFix('pypi', [{ installed: '1.26.3', fixed: ['1.26.17', '2.0.9'] }, { installed: '1.26.3', fixed: ['2.0.7'] }])).toBe('2.0.9');
    expect(commonFix('npm', [{ installed: '1.2.0', fixed: ['1.2.5', '1.3.2'] }, { installed: '1.2.0', fixed: ['1.3.0'] }])).toBe('1.3.2');
    expect(commonFix('npm', [{ installed: '1.2.0', fixed: ['1.2.5', '1.3.2'] }, { installed: '1.2.0', fixed: ['1.4.0'] }])).toBe('1.4.0');
  });

  it('is above all that is installed', () => {
    expect(commonFix('npm', [{ installed: '1.0.0', fixed: ['1.0.1', '2.0.1'] }, { installed: '2.0.0', fixed: ['1.0.1', '2.0.1'] }])).toBe('2.0.1');
  });

  it('believes the scan where a feed calls the installed version fixed', () => {
    expect(commonFix('npm', [{ installed: '2.0.0', fixed: ['3.0.0', '2.0.0'] }, { installed: '0.0.0', fixed: ['2.0.1'] }])).toBe('3.0.0');
  });

  it('is unknown when one flaw has no fix', () => {
    expect(commonFix('npm', [{ installed: '1.0.0', fixed: ['1.0.1'] }, { installed: '1.0.0', fixed: [] }])).toBeUndefined();
    expect(commonFix('npm', [])).toBeUndefined();
  });

  const version = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 3 })).map((numbers) => numbers.join('.'));
  const need = fc.record({ installed: version, fixed: fc.uniqueArray(version, { maxLength: 3 }) });

  it('is never below a lowest fix, whatever the order', () => {
    fc.assert(fc.property(fc.array(need, { minLength: 1, maxLength: 4 }), (needs) => {
      const target = commonFix('npm', needs);
      expect(commonFix('npm', needs.map(({ installed, fixed }) => ({ installed, fixed: [...fixed].reverse() })).reverse())).toBe(target);
      if (target === undefined) return;
      for (const { installed, fixed } of needs) {
        const lowest = lowestFix('npm', installed, fixed) as string;
        expect(compareVersions('npm', target, lowest)).toBeGreaterThanOrEqual(0);
      }
    }));
  });
});
