import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EXPOSURES, TRISTATES } from '@throughline/domain';
import fc from 'fast-check';
import {
  BAND_THRESHOLDS, CRITICALITY_MULTIPLIER, DEPLOYED_MULTIPLIER, ENVIRONMENT_MULTIPLIER, EPSS_MULTIPLIER, evaluate, EXPLOITED_MULTIPLIER, EXPOSURE_MULTIPLIER,
  FACTOR_NAMES, REACHABILITY_MULTIPLIER, SEVERITY_ODDS, type FormulaInputs,
} from './formula.js';
import { CLASS_LIKELIHOOD } from './likelihood.js';

const exploited = ['no', 'unknown', 'not-applicable', 'yes', 'ransomware'] as const;
const reachability = ['unreachable', 'unknown', 'potential', 'static', 'runtime'] as const;
const environment = ['development', 'staging', 'unknown', 'production'] as const;
const criticality = ['low', 'medium', 'unknown', 'high', 'critical'] as const;
const exposure = ['none', 'internal', 'unknown', 'limited', 'internet'] as const;
const deployed = ['no', 'unknown', 'yes'] as const;

const anyInputs: fc.Arbitrary<FormulaInputs> = fc.record({
  severity: fc.integer({ min: 0, max: 100 }).map((tenths) => tenths / 10),
  epss: fc.option(fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100), { nil: null }),
  classLikelihood: fc.option(fc.constantFrom(...Object.values(CLASS_LIKELIHOOD).flatMap((words) => Object.values(words))), { nil: null }),
  exploited: fc.constantFrom(...exploited),
  runtimeBound: fc.boolean(),
  deployed: fc.constantFrom(...TRISTATES),
  exposure: fc.constantFrom(...EXPOSURES),
  reachability: fc.constantFrom(...reachability),
  environment: fc.constantFrom(...environment),
  criticality: fc.constantFrom(...criticality),
});

const KEV_IN_PRODUCTION: FormulaInputs = {
  severity: 9.8, epss: 0.94, classLikelihood: null, exploited: 'yes', runtimeBound: true, deployed: 'yes', exposure: 'internet',
  reachability: 'unknown', environment: 'production', criticality: 'unknown',
};

/** The score never falls when one factor moves to a later word of its order. */
function rises<K extends keyof FormulaInputs>(key: K, order: readonly FormulaInputs[K][]): void {
  fc.assert(fc.property(anyInputs, fc.nat(), fc.nat(), (inputs, a, b) => {
    const [low, high] = [a % order.length, b % order.length].sort((x, y) => x - y) as [number, number];
    const before = evaluate({ ...inputs, [key]: order[low] });
    const after = evaluate({ ...inputs, [key]: order[high] });
    expect(after.hundredths).toBeGreaterThanOrEqual(before.hundredths);
  }), { numRuns: 3000 });
}

describe('the score', () => {
  it('is 0 to 100 and the sum of its contributions, exactly, in hundredths (H1)', () => {
    fc.assert(fc.property(anyInputs, (inputs) => {
      const { hundredths, contributions } = evaluate(inputs);
      expect(contributions).toHaveLength(FACTOR_NAMES.length);
      expect(contributions.every(Number.isInteger)).toBe(true);
      expect(contributions.reduce((sum, part) => sum + part, 0)).toBe(hundredths);
      expect(hundredths).toBeGreaterThanOrEqual(0);
      expect(hundredths).toBeLessThanOrEqual(10_000);
    }), { numRuns: 3000 });
  });

  it('gives the same bits for the same inputs (H2)', () => {
    fc.assert(fc.property(anyInputs, (inputs) => expect(evaluate(structuredClone(inputs))).toEqual(evaluate(inputs))));
  });

  it('never moves against the documented direction of a factor (H4)', () => {
    rises('severity', Array.from({ length: 101 }, (_, index) => index / 10));
    rises('epss', Array.from({ length: 101 }, (_, index) => index / 100));
    rises('exploited', exploited);
    rises('deployed', deployed);
    rises('exposure', exposure);
    rises('reachability', reachability);
    rises('environment', environment);
    rises('criticality', criticality);
  });

  it('is unchanged by what is unknown: its contribution is 0 and the score equals the one without the factor (F5)', () => {
    fc.assert(fc.property(anyInputs, (inputs) => {
      const { contributions } = evaluate({ ...inputs, reachability: 'unknown', exposure: 'unknown', environment: 'unknown', criticality: 'unknown', deployed: 'unknown', epss: null, classLikelihood: null, exploited: 'unknown' });
      expect(contributions.slice(1)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    }));
  });

  it('an internet-exposed KEV critical in production acts; undeployed it is never above track (F7)', () => {
    expect(evaluate(KEV_IN_PRODUCTION).band).toBe('act');
    expect(['track', 'defer']).toContain(evaluate({ ...KEV_IN_PRODUCTION, deployed: 'no', exposure: 'none' }).band);
    fc.assert(fc.property(anyInputs, (inputs) => {
      expect(evaluate({ ...inputs, severity: Math.max(9, inputs.severity), classLikelihood: null, exploited: 'yes', runtimeBound: true, deployed: 'yes', exposure: 'internet', environment: 'production', reachability: 'unknown' }).band).toBe('act');
      expect(['track', 'defer']).toContain(evaluate({ ...inputs, runtimeBound: true, deployed: 'no' }).band);
      expect(evaluate({ ...inputs, runtimeBound: true, deployed: 'no' }).hundredths).toBeLessThan(evaluate({ ...inputs, runtimeBound: true, deployed: 'yes', environment: 'production' }).hundredths + 1);
    }), { numRuns: 2000 });
  });
});

describe('docs/reference/score-formula.md', () => {
  const page = readFileSync(new URL('../../../../docs/reference/score-formula.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const after = (header: string): readonly string[][] => {
    const start = rows.findIndex((row) => row[0] === header || row.join('|').startsWith(header));
    const end = rows.findIndex((row, index) => index > start + 1 && (rows[index + 1]?.[0] ?? '').startsWith('---'));
    return rows.slice(start + 2, end < 0 ? undefined : end);
  };

  it('holds the tables of the code', () => {
    expect(after('severity (CVSS base)').map(([x, y]) => [Number(x), Number(y)])).toEqual(SEVERITY_ODDS);
    expect(after('likelihood (EPSS)').map(([x, y]) => [Number(x), Number(y)])).toEqual(EPSS_MULTIPLIER);
    expect(after('band').map(([name, from]) => [name, Number(from)])).toEqual(BAND_THRESHOLDS);
    const table = Object.fromEntries(after('factor|value|multiplier').map(([factor, value, multiplier]) => [`${factor} ${value}`, Number(multiplier)]));
    const code = Object.entries({ exploited: EXPLOITED_MULTIPLIER, deployed: DEPLOYED_MULTIPLIER, exposed: EXPOSURE_MULTIPLIER, reachable: REACHABILITY_MULTIPLIER, environment: ENVIRONMENT_MULTIPLIER, criticality: CRITICALITY_MULTIPLIER })
      .flatMap(([factor, words]) => Object.entries(words).map(([word, multiplier]) => [`${factor} ${word}`, multiplier] as const));
    expect(table).toEqual(Object.fromEntries(code));
    expect(after('class|case').map((row) => Number(row[2])).sort()).toEqual(Object.values(CLASS_LIKELIHOOD).flatMap((words) => Object.values(words)).sort());
  });

  it('works its example out by hand, and the code agrees', () => {
    const steps = after('factor|value|×');
    let previous = 0;
    for (const [, , , odds, running, contribution] of steps) {
      const byHand = Math.round((10_000 * Number(odds)) / (1 + Number(odds)));
      expect(Number(running)).toBe(byHand / 100);
      expect(Math.round(Number(contribution) * 100)).toBe(byHand - previous);
      previous = byHand;
    }
    expect(evaluate({ ...KEV_IN_PRODUCTION, criticality: 'high' })).toEqual({
      hundredths: 9798, band: 'act', contributions: steps.map((step) => Math.round(Number(step[5]) * 100)),
    });
    expect(evaluate({ ...KEV_IN_PRODUCTION, criticality: 'high', exposure: 'internal' }).hundredths).toBe(8063);
    expect(evaluate({ ...KEV_IN_PRODUCTION, criticality: 'high', deployed: 'no' })).toMatchObject({ hundredths: 1862, band: 'defer' });
  });
});
