import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { scheduleDue } from '@throughline/persistence';
import { DUE } from '../src/application/due-kinds.js';
import type { StoredException } from '../src/domain/exception.js';
import { insertException } from '../src/persistence/exception.repository.js';
import { finding, findingId } from './builders.js';
import { startHarness, TENANT, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => {
  await harness.run(async (unit) => { await unit.query('delete from merged_findings'); });
  await harness.clear();
});
afterAll(async () => { await harness.close(); });

const [ours, theirs] = [findingId(1), findingId(2)];
const survivor = (version: number, over: object = {}) => finding({ findingId: ours, version, ...over });
const merged = (version: number, over: object = {}) => finding({ findingId: theirs, version, ...over });
const gone = { status: 'retired', change: 'merged', mergedInto: ours };

/** A decision of people about one finding. */
async function decide(id: string): Promise<void> {
  const exception: StoredException = {
    id: '018f0000-0000-7000-8000-00000000e001', version: 1, decision: 'accepted-risk', status: 'approved', scope: { findings: [id] }, reason: 'known', compensatingControl: '',
    requestedBy: 'ada', requestedAt: '2026-11-01T00:00:00.000Z', approvedBy: 'bob', approvedAt: '2026-11-01T00:00:00.000Z', startsAt: '2026-11-01T00:00:00.000Z', expiresAt: '2027-01-01T00:00:00.000Z',
    endedBy: null, endedAt: null,
  };
  await harness.run(async (unit) => {
    await insertException(unit, TENANT, exception);
    await scheduleDue(unit, { kind: DUE.rejoinException, key: exception.id, tenantId: TENANT, dueAt: harness.clock.now() });
  });
  await harness.due();
}
const decisions = () => harness.run(async (unit) => Object.fromEntries((await unit.query<{ finding_id: string; decision: string }>('select finding_id, decision from findings')).map((row) => [row.finding_id, row.decision])));

describe('what was decided of a finding that was merged', () => {
  it('holds for the one that took it over, whichever record comes first, and goes back when the merge is undone', async () => {
    await harness.findings([survivor(1), merged(1)]);
    await decide(theirs);
    expect(await decisions()).toEqual({ [ours]: '', [theirs]: 'accepted-risk' });
    await harness.findings([survivor(2, { change: 'merged' })]);
    await harness.findings([merged(2, gone)]);
    expect((await harness.due()).risks).toMatchObject([{ findingId: ours, decision: 'accepted-risk', cause: 'decision', slaStep: 'paused' }]);
    await harness.findings([survivor(3, { change: 'split' })]);
    await harness.findings([merged(3, { status: 'open', change: 'split', splitFrom: ours })]);
    expect((await harness.due()).risks).toMatchObject([{ findingId: ours, decision: '' }]);
    expect(await decisions()).toEqual({ [ours]: '', [theirs]: 'accepted-risk' });
  });

  it('holds through several merges, and a decision that is made later finds the one that has it', async () => {
    const third = findingId(3);
    await harness.findings([survivor(1), merged(1), finding({ findingId: third })]);
    await harness.findings([merged(2, gone), survivor(2, { status: 'retired', change: 'merged', mergedInto: third })]);
    await harness.due();
    await decide(theirs);
    expect(await decisions()).toMatchObject({ [third]: 'accepted-risk' });
  });

  it('the same records again change nothing', async () => {
    await harness.findings([survivor(1), merged(1)]);
    await harness.findings([survivor(2), merged(2, gone)]);
    await harness.due();
    await harness.findings([survivor(2), merged(2, gone)]);
    expect((await harness.due()).risks).toEqual([]);
    expect(await harness.run((unit) => unit.query('select merged_id, into_id from merged_findings'))).toEqual([{ merged_id: theirs, into_id: ours }]);
  });
});

describe('the clock of a finding that took over another one', () => {
  it('starts when the older of the two was first seen', async () => {
    const { risks } = await harness.findings([survivor(1)]);
    const due = Date.parse(risks[0]?.dueAt ?? '');
    const after = await harness.findings([survivor(2, { firstSeen: '2026-10-29T00:00:00.000Z', change: 'merged' })]);
    expect(after.risks).toMatchObject([{ firstSeen: '2026-10-29T00:00:00.000Z', dueAt: new Date(due - 3 * 86_400_000).toISOString() }]);
  });
});
