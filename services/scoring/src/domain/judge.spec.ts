import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCvssCalculator } from '../adapters/cvss.js';
import { context, finding, intel, judgeInput } from '../../test/builders.js';
import { counterfactuals, summary } from './counterfactual.js';
import { judge } from './judge.js';
import { judgeSeverity } from './severity.js';
import { ssvcDecision } from './ssvc.js';

const cvss = createCvssCalculator();
const hundredths = (value: number): number => Math.round(value * 100);

describe('a judgement', () => {
  const exposed = judge(judgeInput(), cvss);
  const undeployed = judge(judgeInput({ context: context({ deployed: 'no', running: [], exposure: 'none', exposurePath: [], environments: [], services: [] }) }), cvss);

  it('is act for an internet-exposed KEV critical in production, and defer or track for the same CVE undeployed (F7)', () => {
    expect(exposed.risk.band).toBe('act');
    expect(['defer', 'track']).toContain(undeployed.risk.band);
    expect(undeployed.risk.factors.find((factor) => factor.name === 'deployed')?.value).toBe('no: nothing runs it');
  });

  it('explains itself: eight factors with value and source, contributions that sum to the score (H1)', () => {
    const { factors, score } = exposed.risk;
    expect(factors).toHaveLength(8);
    expect(factors.every((factor) => factor.value !== '' && factor.source !== '')).toBe(true);
    expect(factors.reduce((sum, factor) => sum + hundredths(factor.contribution), 0)).toBe(hundredths(score));
    expect(factors.find((factor) => factor.name === 'exposed')?.value).toBe('internet via alb-pay');
    expect(summary(score, factors)).toMatch(/^97 Act: severity 9\.8 .*exposed internet via alb-pay .*exploited in the wild/);
  });

  it('names team, service, environment, fix and SSVC', () => {
    expect(exposed.risk).toMatchObject({
      team: 'payments', ownerSource: 'codeowners: line 14', service: 'pay-api', environment: 'production', deployed: 'yes', exposed: 'yes', exposure: 'internet', reachable: 'unknown',
      fix: { kind: 'upgrade', key: 'upgrade|github.com/acme/pay|pkg:npm/lodash' },
      ssvc: 'Act',
    });
    expect(exposed.ssvc?.path).toEqual(['exploitation active', 'automatable yes', 'technical impact total', 'mission medium by prior']);
  });

  it('leaves the score alone when reachability is unknown, and lowers it when unreachable (F5)', () => {
    const unreachable = judge(judgeInput({ finding: finding({ reachability: 'unreachable' }) }), cvss);
    expect(unreachable.risk.score).toBeLessThan(exposed.risk.score);
    expect(unreachable.risk.reachable).toBe('no');
    expect(exposed.risk.factors.find((factor) => factor.name === 'reachable')?.contribution).toBe(0);
  });

  it('is the same for the same input, whatever the order of what it was given (H2)', () => {
    const rows = [intel(), intel({ advisory: 'CVE-2020-1', epss: 0.2, kev: false }), intel({ advisory: 'CVE-2019-1', epss: null, kev: true, kevDue: '2025-01-01' })];
    fc.assert(fc.property(fc.shuffledSubarray(rows, { minLength: 3 }), (shuffled) => {
      expect(judge(judgeInput({ intel: shuffled }), cvss)).toEqual(judge(judgeInput({ intel: rows }), cvss));
    }));
  });

  it('has a counterfactual for each factor that applies, in words', () => {
    const texts = counterfactuals(exposed.inputs);
    expect(new Set(texts.map((alternative) => alternative.factor))).toEqual(new Set(['severity', 'exploited', 'deployed', 'exposed', 'reachable', 'environment', 'criticality']));
    expect(texts.find((alternative) => alternative.value === 'internal')?.text).toBe('on an internal load balancer: 97 → 77');
  });

  it('uses a documented model where there is no CVE (H9)', () => {
    const sast = judge(judgeInput({ finding: finding({ class: 'sast', component: null, cvss: [], identifiers: [], weaknesses: ['CWE-89'] }), intel: [] }), cvss);
    expect(sast.risk.factors.find((factor) => factor.name === 'likelihood')).toMatchObject({ value: 'sast: CWE-89, often exploited', source: 'non-CVE model' });
    const secret = judge(judgeInput({ finding: finding({ class: 'secrets', component: null, cvss: [], identifiers: [], weaknesses: [] }), intel: [], context: context({ deployed: 'no' }) }), cvss);
    expect(secret.risk.factors.find((factor) => factor.name === 'deployed')?.contribution).toBe(0);
  });

  it('lays a decision over the evidence: status stays, decision is set, the clock pauses', () => {
    const decided = judge(judgeInput({ exceptions: [{ id: 'e', decision: 'accepted-risk', scope: { identifier: 'CVE-2021-44228' }, startsAt: '2026-11-01T00:00:00Z', expiresAt: '2026-12-01T00:00:00Z' }] }), cvss);
    expect(decided.risk).toMatchObject({ status: 'open', decision: 'accepted-risk', slaStep: 'paused', dueAt: '' });
    expect(decided.risk.score).toBe(exposed.risk.score);
  });

  it('keeps a baseline quiet until it is activated, and then starts the clock at the activation (R2)', () => {
    const baseline = judge(judgeInput({ finding: finding({ baseline: true }) }), cvss);
    expect(baseline.risk).toMatchObject({ baseline: true, dueAt: '', slaStep: 'none', firstSeen: '2026-11-01T00:00:00.000Z' });
    const activated = judge(judgeInput({
      finding: finding({ baseline: true }), intel: [intel({ kevDue: '' })], at: '2026-11-10T00:00:00.000Z', previousSla: baseline.sla,
      activations: [{ kind: 'repository', name: 'github.com/acme/pay', activatedAt: '2026-11-10T00:00:00.000Z' }],
    }), cvss);
    expect(activated.risk).toMatchObject({ baseline: false, dueAt: '2026-11-13T00:00:00.000Z', slaStep: 'running', firstSeen: '2026-11-01T00:00:00.000Z' });
  });
});

describe('severity', () => {
  const tool = { original: '', normalized: 'unknown', rule: '' };
  it.each([
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', '4.0', 9.3],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O', '3.1', 9.8],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', '3.0', 10],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', '2.0', 7.5],
  ])('recomputes the base score of %s (B4)', (vector, version, base) => {
    expect(judgeSeverity(tool, [{ version, vector, score: null, source: 'nvd' }], cvss).base).toBe(base);
  });

  it('keeps what the tool said when it disagrees', () => {
    const judged = judgeSeverity({ original: 'LOW', normalized: 'low', rule: 'x' }, [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 5, source: 'vendor' }], cvss);
    expect(judged.value).toBe('9.8 (CVSS 3.1, recomputed; vendor gave 5; the tool says LOW)');
  });

  it('falls back to the number, then to the word, then to a stated prior', () => {
    expect(judgeSeverity(tool, [{ version: '3.1', vector: 'CVSS:3.1/AV:N', score: 6.5, source: '' }], cvss).base).toBe(6.5);
    expect(judgeSeverity({ ...tool, normalized: 'high' }, [], cvss).base).toBe(8);
    expect(judgeSeverity(tool, [], cvss).value).toBe('unknown: prior 5.5');
  });
});

describe('SSVC', () => {
  it.each([
    ['none', 'no', 'total', 'high', 'Track*'], ['none', 'yes', 'partial', 'high', 'Attend'], ['poc', 'yes', 'total', 'medium', 'Track*'],
    ['active', 'no', 'partial', 'low', 'Track'], ['active', 'no', 'total', 'medium', 'Attend'], ['active', 'yes', 'total', 'medium', 'Act'],
  ] as const)('%s, %s, %s, %s is %s, as in CISA\'s table', (exploitation, automatable, technicalImpact, mission, decision) => {
    expect(ssvcDecision({ exploitation, automatable, technicalImpact, mission })).toBe(decision);
  });
});
