import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { funnelOf, type FunnelCell } from './funnel.js';

const word = fc.constantFrom('yes', 'no', 'unknown');
const cell: fc.Arbitrary<FunnelCell> = fc.record({ deployed: word, exposed: word, reachable: word, band: fc.constantFrom('act', 'attend', 'track', 'defer'), findings: fc.nat(10_000) });

describe('the funnel', () => {
  it('removes only a proven no and passes unknowns on, counted', () => {
    const funnel = funnelOf(20, [
      { deployed: 'yes', exposed: 'yes', reachable: 'unknown', band: 'act', findings: 2 },
      { deployed: 'unknown', exposed: 'unknown', reachable: 'unknown', band: 'track', findings: 3 },
      { deployed: 'no', exposed: 'no', reachable: 'unknown', band: 'defer', findings: 5 },
      { deployed: 'yes', exposed: 'no', reachable: 'unknown', band: 'act', findings: 1 },
    ]);
    expect(funnel.steps).toEqual([
      { name: 'raw', count: 20, unknown: 0 }, { name: 'unique', count: 11, unknown: 0 }, { name: 'deployed', count: 6, unknown: 3 },
      { name: 'exposed', count: 5, unknown: 3 }, { name: 'reachable', count: 5, unknown: 5 }, { name: 'act', count: 2, unknown: 0 },
    ]);
    expect(funnel.coverage).toEqual({ deployed: 0.7273, exposed: 0.5, reachable: 0 });
  });

  it('never grows from a step to the next, and never counts more unknowns than rows', () => {
    fc.assert(fc.property(fc.array(cell, { maxLength: 40 }), (cells) => {
      const { steps } = funnelOf(Number.MAX_SAFE_INTEGER, cells);
      for (let i = 1; i < steps.length; i++) expect(steps[i]!.count).toBeLessThanOrEqual(steps[i - 1]!.count);
      for (const step of steps) expect(step.unknown).toBeLessThanOrEqual(step.count);
    }));
  });

  it('says null, not 0 or 1, of the coverage of nothing', () => {
    expect(funnelOf(0, []).coverage).toEqual({ deployed: null, exposed: null, reachable: null });
  });
});
