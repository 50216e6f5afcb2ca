import { describe, expect, it } from '@jest/globals';
import { ruleFor, type RoutableRisk, type RoutingRule } from './rule.js';

const risk: RoutableRisk = { band: 'act', team: 'payments', application: 'shop', service: 'pay', environment: 'prod', class: 'sca', severity: 'critical', exposure: 'internet', status: 'open', decision: '', baseline: false };
const rule = (slug: string, priority: number, when: RoutingRule['when'], enabled = true): RoutingRule => ({ slug, destination: `to-${slug}`, priority, enabled, when });

describe('routing rules', () => {
  it('takes the first by priority, then by slug', () => {
    const rules = [rule('z', 10, {}), rule('b', 5, { bands: ['act'] }), rule('a', 5, { teams: ['payments'] })];
    expect(ruleFor(risk, rules)?.slug).toBe('a');
  });

  it('asks every list of a condition', () => {
    expect(ruleFor(risk, [rule('a', 1, { bands: ['act'], environments: ['dev'] })])).toBeUndefined();
    expect(ruleFor(risk, [rule('a', 1, { bands: ['act', 'attend'], environments: [] })])?.slug).toBe('a');
  });

  it.each([['a baseline', { baseline: true }], ['an exception', { decision: 'accepted-risk' }], ['a fixed finding', { status: 'fixed' }], ['one in verification', { status: 'awaiting-verification' }]])('makes no ticket of %s', (_name, change) => {
    expect(ruleFor({ ...risk, ...change }, [rule('a', 1, {})])).toBeUndefined();
  });

  it('passes over a rule that is switched off', () => expect(ruleFor(risk, [rule('a', 1, {}, false)])).toBeUndefined());
});
