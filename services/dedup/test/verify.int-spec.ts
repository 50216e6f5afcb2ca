import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS, type FindingChanged } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { OutgoingMessage } from '@throughline/stream';
import { fakeClock } from '@throughline/testing';
import { merge, split, type Correcting } from '../src/corrections/correct-identity.js';
import { verify } from '../src/corrections/verify.js';
import { DEFAULT_POLICY } from '../src/domain/policy.js';
import { FindingsController } from '../src/http/findings.controller.js';
import { observationsAnswer } from '../src/http/schemas.js';
import { VerifyController } from '../src/http/verify.controller.js';
import { scan, startHarness, TENANT, vulnerable, type Harness, type ScanSpec } from './harness.js';

// Three absences: a request shortens more than the default.
const POLICY = { ...DEFAULT_POLICY, absencesToFix: 3 };
let harness: Harness;
beforeAll(async () => { harness = await startHarness(POLICY.absencesToFix); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const caller = { sub: 'ada', tenantId: TENANT, actor: 'ada', name: 'Ada', role: 'triager', scopes: [] } as unknown as Correcting['caller'];
/** Scan n is received at minute n. */
const minute = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 60_000);
const flaw = (tool: string, name = 'x') => vulnerable(`pkg:npm/${name}@1`, [`CVE-2024-${name}`], tool, { title: name });
const show = async (sequence: number, tool: string, names: string, over: Partial<ScanSpec> = {}) =>
  (await harness.apply(scan({ sequence, tool, drafts: [...names].map((name) => flaw(tool, name)), ...over }))).changed;
const ask = (id: string, at: number) => harness.run((unit) => verify(unit, id, { caller, reason: 'mended', now: minute(at) }));
const controller = () => new FindingsController(harness.database, fakeClock(minute(0)), POLICY);
const answer = async (id: string) => (await controller().observations(caller, id)).rescan;

describe('a rescan that somebody asks for', () => {
  it('is answered by the next complete scan: missed once more, it is fixed, and says why', async () => {
    const [one] = await show(1, 'trivy', 'xy') as [FindingChanged];
    expect(await ask(one.findingId, 2)).toEqual(['repo:github.com/acme/pay||trivy||default']);
    expect(await answer(one.findingId)).toMatchObject({ by: 'Ada', reason: 'mended', outcome: 'waiting', answeredAt: null });
    const changed = await show(3, 'trivy', '');
    expect(changed.map((record) => [record.title, record.status]).sort()).toEqual([['x', 'fixed'], ['y', 'awaiting-verification']]);
    expect(changed.find((record) => record.title === 'x')).toMatchObject({ change: 'fixed', statusReason: 'not shown by the scan that was asked for' });
    const told = await controller().observations(caller, one.findingId);
    expect(observationsAnswer.parse(told)).toEqual(told);
    // The scan was one, and is counted as one.
    expect(told).toMatchObject({ items: [{ present: false, missedScans: 1 }], rescan: { outcome: 'gone', scopes: [{ outcome: 'gone' }] } });
    expect(await show(4, 'trivy', 'y')).toMatchObject([{ title: 'y', status: 'open' }]);
    expect(await show(5, 'trivy', 'xy')).toMatchObject([{ findingId: one.findingId, status: 'reopened', regressions: 1 }]);
    // Asked once, answered once: from here on the policy decides again.
    expect(await show(6, 'trivy', 'y')).toMatchObject([{ title: 'x', status: 'awaiting-verification' }]);
  });

  it('ends when a scan still shows it, without a record of change', async () => {
    const [one] = await show(1, 'trivy', 'x') as [FindingChanged];
    await ask(one.findingId, 2);
    expect(await show(3, 'trivy', 'x')).toEqual([]);
    expect(await answer(one.findingId)).toMatchObject({ outcome: 'still-there', answeredAt: expect.any(String) });
    expect(await show(4, 'trivy', '')).toMatchObject([{ status: 'awaiting-verification' }]);
  });

  it('is not answered by partial, failed, rejected or quarantined scans, nor by one from before it', async () => {
    const [one] = await show(1, 'trivy', 'x') as [FindingChanged];
    await ask(one.findingId, 10);
    await show(9, 'trivy', '');
    for (const [index, over] of [{ coverage: 'partial' }, { coverage: 'failed' }, { rejected: 'unknown_format' }, { quarantined: 1 }].entries()) await show(11 + index, 'trivy', '', over);
    await show(8, 'trivy', 'x');
    await show(20, 'trivy', '', { line: 'feature' });
    expect(await answer(one.findingId)).toMatchObject({ outcome: 'waiting' });
    expect(await show(21, 'trivy', '')).toMatchObject([{ status: 'fixed' }]);
  });

  it('of several tools: all must miss it; one that shows it answers for all', async () => {
    const [one] = await show(1, 'trivy', 'xy') as [FindingChanged, FindingChanged];
    await show(2, 'grype', 'x');
    await show(3, 'osv', 'x');
    const other = (await show(4, 'grype', 'xy')).find((record) => record.title === 'y') as FindingChanged;
    expect((await ask(one.findingId, 5)).length).toBe(3);
    await ask(other.findingId, 5);
    await show(6, 'trivy', '');
    expect(await answer(one.findingId)).toMatchObject({ outcome: 'waiting' });
    await show(7, 'osv', '');
    expect((await show(8, 'grype', 'y')).filter((record) => record.title === 'x')).toMatchObject([{ status: 'fixed' }]);
    expect(await answer(one.findingId)).toMatchObject({ outcome: 'gone' });
    expect(await answer(other.findingId)).toMatchObject({ outcome: 'still-there' });
    expect(await show(9, 'grype', '')).toMatchObject([{ title: 'y', status: 'awaiting-verification' }]);
  });

  it('is refused where nothing can be shown: fixed, unknown, of another tenant; asked twice, the newer counts', async () => {
    const [one] = await show(1, 'trivy', 'x') as [FindingChanged];
    await ask(one.findingId, 2);
    await ask(one.findingId, 9);
    await show(5, 'trivy', 'x');
    expect(await answer(one.findingId)).toMatchObject({ outcome: 'waiting' });
    await show(10, 'trivy', '');
    await expect(ask(one.findingId, 11)).rejects.toMatchObject({ problem: { status: 409, code: 'nothing_to_verify' } });
    await expect(ask('01900000-0000-7000-8000-000000000000', 1)).rejects.toMatchObject({ problem: { status: 404 } });
    const foreign = new VerifyController(harness.database, fakeClock(minute(12)));
    await expect(foreign.verify({ ...caller, tenantId: tenantId('00000000-0000-7000-8000-000000000002') }, one.findingId, {})).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it('is told and audited, and says that nobody was sent to scan', async () => {
    const [one] = await show(1, 'trivy', 'x') as [FindingChanged];
    expect(await new VerifyController(harness.database, fakeClock(minute(2))).verify(caller, one.findingId, { reason: 'mended' })).toMatchObject({ id: one.findingId, dispatched: false, remedy: expect.stringContaining('Run the scanners') });
    const messages: OutgoingMessage[] = [];
    await harness.run((unit) => verify({ query: unit.query.bind(unit), announce: (...all: readonly OutgoingMessage[]) => { messages.push(...all); } } as unknown as typeof unit, one.findingId, { caller, reason: 'mended', now: minute(3) }));
    expect(messages).toMatchObject([{ topic: TOPICS.auditRecorded, value: { action: 'finding.rescan-requested' } }]);
  });

  it('of what was merged away meanwhile is withdrawn; of what was split, the rest is looked for', async () => {
    const [x, y] = await show(1, 'trivy', 'xy') as [FindingChanged, FindingChanged];
    await ask(x.findingId, 2);
    await harness.run((unit) => merge(unit, y.findingId, { findings: [x.findingId], reason: 'one flaw' }, { caller, policy: POLICY, now: minute(3) }));
    expect(await show(4, 'trivy', '')).toMatchObject([{ findingId: y.findingId, status: 'awaiting-verification' }]);
    expect(await answer(x.findingId)).toMatchObject({ outcome: 'withdrawn' });
    await ask(y.findingId, 5);
    const first = (await controller().observations(caller, y.findingId)).items[0]?.id ?? '';
    const part = await harness.run((unit) => split(unit, y.findingId, { observations: [first], reason: 'two after all' }, { caller, policy: POLICY, now: minute(5) }));
    const changed = await show(6, 'trivy', '');
    expect(Object.fromEntries(changed.map((record) => [record.findingId, record.status]))).toEqual({ [y.findingId]: 'fixed' });
    expect(changed.map((record) => record.findingId)).not.toContain(part);
  });
});
