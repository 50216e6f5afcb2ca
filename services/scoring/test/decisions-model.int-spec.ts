import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingChanged, RiskChanged } from '@throughline/contracts';
import type { Decision, EvidenceState } from '@throughline/domain';
import fc from 'fast-check';
import { ExceptionsController } from '../src/http/exceptions.controller.js';
import { finding, findingId } from './builders.js';
import { caller, startHarness, type Harness } from './harness.js';

/**
 * Evidence (which only scans move) and decisions (which only people make) in any order: what is stored and told is, after
 * every step, the status that was told last and the strongest decision in force, and nothing else. Many findings side by
 * side, each with a history of its own; a step is a day.
 */
let harness: Harness;
let exceptions: ExceptionsController;
beforeAll(async () => {
  harness = await startHarness();
  exceptions = new ExceptionsController(harness.database, harness.clock);
});
afterAll(async () => { await harness.close(); });

const HISTORIES = 40;
const STEPS = 9;
const RUNS = 4;
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 2);
const STRENGTH: readonly Decision[] = ['false-positive', 'not-affected', 'out-of-scope', 'accepted-risk'];
const me = caller();

type Step =
  | { readonly kind: 'evidence'; readonly status: EvidenceState; readonly twice: boolean }
  | { readonly kind: 'late'; readonly status: EvidenceState }
  | { readonly kind: 'grant'; readonly decision: Decision; readonly days: number; readonly by: 'findings' | 'identifier'; readonly approved: boolean }
  | { readonly kind: 'revoke' | 'extend' | 'wait' };

const status = fc.constantFrom<EvidenceState>('open', 'open', 'reopened', 'awaiting-verification', 'fixed', 'retired');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('evidence' as const), status, twice: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), status }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('grant' as const), decision: fc.constantFrom(...STRENGTH), days: fc.integer({ min: 1, max: 4 }), by: fc.constantFrom('findings' as const, 'identifier' as const), approved: fc.constantFrom(true, true, true, false) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('revoke' as const, 'extend' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
);
const histories = fc.array(fc.array(step, { minLength: STEPS, maxLength: STEPS }), { minLength: HISTORIES, maxLength: HISTORIES });

interface Exception { readonly id: string; readonly decision: Decision; until: number; approved: boolean; revoked: boolean }
interface Reference { version: number; status: EvidenceState; readonly exceptions: Exception[] }

const decided = ({ exceptions: all }: Reference, now: number): string =>
  STRENGTH.find((decision) => all.some((one) => one.decision === decision && one.approved && !one.revoked && now < one.until)) ?? '';

const record = (number: number, version: number, state: EvidenceState): FindingChanged => finding({
  findingId: findingId(number + 1), version, status: state, regressions: state === 'reopened' ? 1 : 0, identifiers: [`CVE-2030-${number + 1}`], title: `${number}`, issueId: findingId(number + 5001),
});

/** Decisions of one day; the reference follows. */
async function decide(number: number, now: Step, reference: Reference, time: number): Promise<void> {
  const last = reference.exceptions.at(-1);
  if (now.kind === 'grant') {
    const scope = now.by === 'findings' ? { findings: [findingId(number + 1)] } : { identifier: `CVE-2030-${number + 1}` };
    const until = time + now.days * DAY;
    const { id } = await exceptions.request(me, { decision: now.decision, scope, reason: 'tried', compensatingControl: '', expiresAt: new Date(until).toISOString() });
    if (now.approved) await exceptions.approve(me, id, { reason: '' });
    reference.exceptions.push({ id, decision: now.decision, until, approved: now.approved, revoked: false });
  } else if (now.kind === 'revoke' && last !== undefined && !last.revoked) {
    await exceptions.revoke(me, last.id, { reason: 'not true' });
    last.revoked = true;
  } else if (now.kind === 'extend' && last !== undefined && !last.revoked) {
    last.until = time + 3 * DAY;
    await exceptions.extend(me, last.id, { expiresAt: new Date(last.until).toISOString(), reason: 'still true' });
  }
}

/** Records of one day: scans move the status, a record that comes late or twice does not. */
function recordsOf(number: number, now: Step, reference: Reference): readonly FindingChanged[] {
  if (now.kind === 'late') return reference.version > 1 ? [record(number, reference.version - 1, now.status)] : [];
  if (now.kind !== 'evidence') return [];
  Object.assign(reference, { version: reference.version + 1, status: now.status });
  const one = record(number, reference.version, now.status);
  return now.twice ? [one, one] : [one];
}

interface Row { finding_id: string; status: EvidenceState; decision: string; sla_step: string; due_at: Date | null }
const stored = () => harness.run((unit) => unit.query<Row>('select finding_id, status, decision, sla_step, due_at from findings order by finding_id'));

/** Pairs of evidence, decision and clock that cannot be. */
function illegal({ status: state, decision, sla_step: sla, due_at: due }: Row): string {
  if ((state === 'fixed' || state === 'retired') && sla !== 'none') return 'a closed finding has a running clock';
  if (decision !== '' && (due !== null || !['paused', 'none'].includes(sla))) return 'a decided finding is due';
  if (state === 'awaiting-verification' && ['approaching', 'breached'].includes(sla)) return 'a finding that awaits verification is late';
  return '';
}

describe('random histories of evidence and decisions', () => {
  it(`D3, D5: no scan undoes a decision, no decision moves evidence, in any order (${HISTORIES * RUNS} histories)`, async () => {
    await fc.assert(fc.asyncProperty(histories, async (all) => {
      harness.clock.set(new Date(START).toISOString());
      await harness.clear();
      const references = all.map((): Reference => ({ version: 1, status: 'open', exceptions: [] }));
      const told = new Map<string, RiskChanged>();
      const hear = (risks: readonly RiskChanged[]): void => {
        for (const risk of risks) {
          expect(risk.version).toBe((told.get(risk.findingId)?.version ?? 0) + 1);
          told.set(risk.findingId, risk);
        }
      };
      hear((await harness.findings(all.map((_, number) => record(number, 1, 'open')))).risks);
      for (let index = 0; index < STEPS; index += 1) {
        const time = START + (index + 1) * DAY;
        harness.clock.set(new Date(time).toISOString());
        hear((await harness.due()).risks);
        const at = all.map((history) => history[index] as Step);
        const records = at.flatMap((now, number) => recordsOf(number, now, references[number] as Reference));
        // Decisions before or after the scans of the day: it must not matter.
        if (index % 2 === 0) hear((await harness.findings(records)).risks);
        for (const [number, now] of at.entries()) await decide(number, now, references[number] as Reference, time);
        hear((await harness.due()).risks);
        if (index % 2 === 1) hear((await harness.findings(records)).risks);
        const rows = await stored();
        for (const [number, one] of references.entries()) {
          const steps = JSON.stringify(all[number]?.slice(0, index + 1));
          expect({ steps, status: rows[number]?.status, decision: rows[number]?.decision }).toEqual({ steps, status: one.status, decision: decided(one, time) });
        }
        expect(rows.map(illegal).filter((word) => word !== '')).toEqual([]);
        expect(rows.map((row) => [row.status, row.decision, row.sla_step])).toEqual(rows.map((row) => { const risk = told.get(row.finding_id); return [risk?.status, risk?.decision, risk?.slaStep]; }));
      }
    }), { numRuns: RUNS, endOnFailure: true });
  }, 240_000);
});
