import { describe, expect, it } from '@jest/globals';
import type { Decision, EvidenceState } from '@throughline/domain';
import fc from 'fast-check';
import { judgeInput, finding } from '../../test/builders.js';
import { createCvssCalculator } from '../adapters/cvss.js';
import { decisionOf, type ExceptionInForce } from './exception.js';
import { judge } from './judge.js';
import { DEFAULT_SLA_POLICY, slaOf, type SlaInput, type SlaState } from './sla.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const iso = (day: number): string => new Date(START + day * DAY).toISOString();
const STRENGTH: readonly Decision[] = ['false-positive', 'not-affected', 'out-of-scope', 'accepted-risk'];
const TERM = DEFAULT_SLA_POLICY.days.attend?.other as number;

const states = fc.constantFrom<EvidenceState>('open', 'awaiting-verification', 'fixed', 'reopened', 'retired');
const exceptions = fc.array(fc.record({ decision: fc.constantFrom(...STRENGTH), from: fc.integer({ min: 0, max: 40 }), days: fc.integer({ min: 1, max: 20 }) }), { maxLength: 4 });
/** A judgement a day or more after the one before, with what scans show by then. */
const days = fc.array(fc.record({ after: fc.integer({ min: 1, max: 6 }), status: states }), { minLength: 12, maxLength: 12 });

const inForce = (given: readonly { readonly decision: Decision; readonly from: number; readonly days: number }[]): readonly ExceptionInForce[] =>
  given.map((one, index) => ({ id: `e${index}`, decision: one.decision, scope: { findings: ['f'] }, startsAt: iso(one.from), expiresAt: iso(one.from + one.days) }));
const subject = { findingId: 'f', mergedIds: [], issueId: '', fixId: '', identifiers: [], component: '', asset: '', repository: '', application: '', path: '' };

describe('the life of a finding, evidence and decisions in any order (4000 histories)', () => {
  it('the strongest decision in force is laid over whatever scans show, and nothing else is', () => {
    fc.assert(fc.property(exceptions, days, (given, history) => {
      const all = inForce(given);
      let day = 0;
      const pairs = history.map(({ after }) => {
        day += after;
        const expected = STRENGTH.find((decision) => given.some((one) => one.decision === decision && one.from <= day && day < one.from + one.days));
        return [decisionOf([...all].reverse(), subject, iso(day))?.decision, expected];
      });
      expect(pairs.map(([actual]) => actual)).toEqual(pairs.map(([, expected]) => expected));
    }), { numRuns: 2000 });
  });

  it('the clock counts from its first start: absence shows it paused, a return resumes it, a closed finding has none, and only decisions give time back', () => {
    fc.assert(fc.property(exceptions, days, (given, history) => {
      const all = inForce(given);
      let [day, paused, since] = [0, 0, -1];
      let sla: SlaState | null = null;
      const [actual, expected]: [unknown[], unknown[]] = [[], []];
      for (const { after, status } of history) {
        day += after;
        const decision = decisionOf(all, subject, iso(day))?.decision ?? '';
        if (since >= 0 && decision === '') { paused += day - since; since = -1; }
        if (since < 0 && decision !== '') since = day;
        const input: SlaInput = { band: 'attend', environment: 'production', exposed: 'no', deployed: 'yes', kevDue: '', status, decision, baseline: false, start: iso(0), at: iso(day) };
        sla = slaOf(DEFAULT_SLA_POLICY, input, sla);
        const closed = status === 'fixed' || status === 'retired';
        const dueAt = closed || decision !== '' ? '' : iso(TERM + paused);
        const still = closed ? 'none' : decision !== '' || status === 'awaiting-verification' ? 'paused' : '';
        actual.push([sla.start, sla.dueAt, still === '' ? sla.step === 'breached' : sla.step]);
        expected.push([iso(0), dueAt, still === '' ? day >= TERM + paused : still]);
      }
      expect(actual).toEqual(expected);
    }), { numRuns: 2000 });
  });

  it('a decision moves neither evidence nor score, and evidence moves no decision', () => {
    const cvss = createCvssCalculator();
    fc.assert(fc.property(states, states, fc.option(fc.constantFrom(...STRENGTH)), (one, other, decision) => {
      const base = judgeInput();
      const given = decision === null ? [] : [{ id: 'e', decision, scope: { findings: [base.finding.findingId] }, startsAt: '2020-01-01T00:00:00.000Z', expiresAt: '' }];
      const judged = (status: EvidenceState, laid: readonly ExceptionInForce[]) => judge({ ...base, finding: finding({ ...base.finding, status, regressions: status === 'reopened' ? 1 : 0 }), exceptions: laid }, cvss).risk;
      expect([judged(one, given).decision, judged(other, given).decision]).toEqual([decision ?? '', decision ?? '']);
      expect([judged(one, given).status, judged(one, given).score, judged(one, given).factors]).toEqual([one, judged(one, []).score, judged(one, []).factors]);
    }), { numRuns: 100 });
  });
});
