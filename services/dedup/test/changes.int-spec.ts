import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingChanged } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Caller } from '@throughline/service-kit';
import { v7 } from 'uuid';
import { changesAnswer, changesQuery } from '../src/http/schemas.js';
import { ScansController } from '../src/http/scans.controller.js';
import { at, draft, scan, startHarness, TENANT, vulnerable, type Harness, type ScanSpec } from './harness.js';

let harness: Harness;
let scans: ScansController;
beforeAll(async () => { harness = await startHarness(); scans = new ScansController(harness.database); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const me = { sub: 'ada', tenantId: TENANT, actor: 'ada', name: 'Ada', role: 'viewer', scopes: [] } as unknown as Caller;
const changesOf = (id: string, query: object = {}, who = me) => scans.changes(who, id, changesQuery.parse(query));

/** Applies a scan with an id that the test knows. */
async function apply(spec: ScanSpec): Promise<{ readonly id: string; readonly counts: Readonly<Record<string, number>>; readonly changed: readonly FindingChanged[] }> {
  const id = v7();
  const told = await harness.apply(scan({ ...spec, scanId: id }));
  return { id, counts: told.completed[0]?.counts as unknown as Record<string, number>, changed: told.changed };
}

const flaw = (n: number, over: object = {}) => vulnerable(`pkg:npm/p${n}@1`, [`CVE-2024-${1000 + n}`], 'trivy', over);

describe('GET /v1/scans/{id}/changes', () => {
  it('lists new, absent, fixed and reopened with counts that are the receipt\'s', async () => {
    const first = await apply({ sequence: 1, drafts: [flaw(1), flaw(2), flaw(3)] });
    expect(await changesOf(first.id)).toMatchObject({ completed: true, decidesAbsence: true, counts: { new: 3, changed: 0, absent: 0, fixed: 0, observed: 3 }, items: [{ kind: 'new', severity: 'high' }, { kind: 'new' }, { kind: 'new' }], next: null });
    await apply({ sequence: 2, drafts: [flaw(1), flaw(2)] });
    const third = await apply({ sequence: 3, drafts: [flaw(1)] });
    const answer = await changesOf(third.id);
    expect(changesAnswer.parse(answer)).toEqual(answer);
    expect(answer.counts).toMatchObject({ new: 0, absent: third.counts['absent'], fixed: third.counts['fixed'] });
    expect(answer.counts).toMatchObject({ absent: 2, fixed: 1 });
    expect(answer.items.map((one) => [one.kind, one.status, one.identifiers])).toEqual([['fixed', 'fixed', ['CVE-2024-1003']], ['absent', 'awaiting-verification', ['CVE-2024-1002']]]);
    expect((await changesOf(third.id, { kind: 'absent' })).items).toHaveLength(2);
    const back = await apply({ sequence: 4, drafts: [flaw(1), flaw(3)] });
    expect((await changesOf(back.id)).items.map((one) => [one.kind, one.status])).toEqual([['reopened', 'reopened'], ['fixed', 'fixed']]);
  });

  it('every kind lists as many findings as the receipt counts', async () => {
    await apply({ sequence: 1, drafts: Array.from({ length: 12 }, (_, n) => flaw(n)) });
    const changed = Array.from({ length: 9 }, (_, n) => flaw(n, n % 2 ? { title: 'told anew' } : {}));
    const { id, counts } = await apply({ sequence: 2, drafts: [...changed, flaw(20), flaw(21)], partSize: 3 });
    const told = { new: counts['created'], changed: counts['changed'], reopened: counts['reopened'], absent: counts['absent'], fixed: counts['fixed'] };
    expect(told).toEqual({ new: 2, changed: 4, reopened: 0, absent: 3, fixed: 0 });
    for (const [kind, count] of Object.entries(told)) expect([kind, (await changesOf(id, { kind })).items.length]).toEqual([kind, count]);
  });

  it('pages each finding once, and refuses a forged cursor (FAULTS 63)', async () => {
    const { id } = await apply({ sequence: 1, drafts: Array.from({ length: 7 }, (_, n) => flaw(n)) });
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Awaited<ReturnType<typeof changesOf>> = await changesOf(id, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((one) => one.finding));
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    await expect(changesOf(id, { cursor: Buffer.from('["x","y"]').toString('base64url') })).rejects.toMatchObject({ problem: { status: 400 } });
    expect(changesQuery.safeParse({ limit: 201 }).success).toBe(false);
  });

  it('a result that moved is told with the reason of the join', async () => {
    const code = (path: string, line: number) => draft({ location: at(path, line, 'const sql = `select * from orders where id = ${id}`;', 'findOrder') });
    const [before] = (await apply({ sequence: 1, drafts: [code('src/orders.js', 10)] })).changed;
    const { id, changed } = await apply({ sequence: 2, drafts: [code('src/shop/orders.js', 12)] });
    expect(changed).toMatchObject([{ findingId: before?.findingId }]);
    const answer = await changesOf(id);
    expect(answer.items).toMatchObject([{ kind: 'moved', finding: before?.findingId, location: { path: 'src/shop/orders.js' }, join: { recipe: expect.stringMatching(/^drift\//), confidence: expect.any(Number) } }]);
    expect(answer.counts).toMatchObject({ new: 0, moved: 1, changed: 1 });
  });

  it('a finding of several tools is told as the scan shows it', async () => {
    const code = (tool: string, path: string) => draft({ rule: { tool, id: 'js.sql-injection', name: '', helpUri: '' }, weaknesses: ['CWE-89'], title: tool, location: at(path, 10, 'db.query(`select ${id}`);') });
    await apply({ sequence: 1, tool: 'a', drafts: [code('a', 'src/orders.js')] });
    const joined = await apply({ sequence: 2, tool: 'b', drafts: [code('b', 'src/orders.js')] });
    expect(await changesOf(joined.id)).toMatchObject({ counts: { joined: 1, changed: 1 }, items: [{ kind: 'joined', title: 'b', rules: [{ tool: 'a' }, { tool: 'b' }] }] });
    const moved = await apply({ sequence: 3, tool: 'b', drafts: [code('b', 'src/shop/orders.js')] });
    expect((await changesOf(moved.id)).items).toMatchObject([{ kind: 'moved', title: 'b', location: { path: 'src/shop/orders.js' } }]);
  });

  it('of a branch, what it brings; of another tenant and of no scan, nothing', async () => {
    await apply({ sequence: 1, drafts: [flaw(1)] });
    const branch = await apply({ sequence: 2, line: 'feature', drafts: [flaw(1), flaw(2)] });
    const answer = await changesOf(branch.id, { kind: 'introduced' });
    expect(answer).toMatchObject({ counts: { introduced: 1 }, items: [{ kind: 'introduced', identifiers: ['CVE-2024-1002'] }] });
    await expect(changesOf(v7())).rejects.toMatchObject({ problem: { status: 404, code: 'scan_not_applied' } });
    await expect(changesOf(branch.id, {}, { ...me, tenantId: tenantId('00000000-0000-7000-8000-000000000002') })).rejects.toMatchObject({ problem: { status: 404 } });
  });
});
