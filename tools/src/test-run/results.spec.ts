import { describe, expect, it } from '@jest/globals';
import { countOf, NOTHING, withStep } from './results.js';

const summary = { numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 0 };

describe('countOf', () => {
  it('names the failed tests with their package', () => {
    const count = countOf({ ...summary, testResults: [{ name: 'a.spec.ts', assertionResults: [{ status: 'failed', fullName: 'adds up' }, { status: 'passed', fullName: 'ok' }] }] }, 'libs/x');
    expect(count).toEqual({ passed: 3, failed: 1, skipped: 0, failures: ['libs/x: adds up'] });
  });

  it('counts a file that could not be loaded as one failed', () => {
    const count = countOf({ numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1, testResults: [{ name: 'a.spec.ts', status: 'failed', assertionResults: [] }] }, 'libs/x');
    expect(count.failed).toBe(1);
    expect(count.failures).toEqual(['libs/x: a.spec.ts could not be loaded']);
  });
});

describe('withStep', () => {
  it('counts a failed step without failed tests as one failed', () => {
    expect(withStep(NOTHING, 'lint', false)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('does not count a failed step again where its tests were counted', () => {
    expect(withStep({ ...NOTHING, passed: 5, failed: 2 }, 'unit', false).failed).toBe(2);
  });

  it('leaves a step that succeeded as it is', () => {
    expect(withStep({ ...NOTHING, passed: 5 }, 'unit', true)).toEqual({ ...NOTHING, passed: 5 });
  });
});
