import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingChanged } from '@throughline/contracts';
import { REPOSITORY, scan, startHarness, vulnerable, type Harness, type ScanSpec } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

/** Minute of the scans of the harness: scan n is received at minute n. */
const minute = (count: number): string => new Date(Date.UTC(2026, 0, 1) + count * 60_000).toISOString();
const flaws = (names: string) => [...names].map((name) => vulnerable(`pkg:npm/${name}@1`, [`CVE-2024-${name.charCodeAt(0)}`], 'semgrep', { title: name }));
const show = (sequence: number, names: string, over: Partial<ScanSpec> = {}) => harness.apply(scan({ sequence, drafts: flaws(names), ...over }));
const said = (records: readonly FindingChanged[]) => Object.fromEntries(records.map((one) => [one.title, one.status]));
const stored = async () => Object.fromEntries((await harness.run((unit) => unit.query<{ title: string; status: string }>(
  `select distinct o.content::json->>'title' as title, f.status from finding f join occurrence o on o.finding_id = f.finding_id`,
))).map((row) => [row.title, row.status]));

describe('findings of an asset that is decommissioned', () => {
  it('are retired with its reason and keep their clock; what is fixed stays fixed; told once', async () => {
    const first = await show(1, 'ABC');
    await show(2, 'AB');
    await show(3, 'A');
    const retired = await harness.chain(1, { decommissionedAt: minute(10) });
    expect(said(retired)).toEqual({ A: 'retired', B: 'retired' });
    expect(retired[0]).toMatchObject({ change: 'retired', statusReason: 'asset retired', statusSince: minute(10), firstSeen: first.changed[0]?.firstSeen });
    expect(await stored()).toEqual({ A: 'retired', B: 'retired', C: 'fixed' });
    expect(await harness.chain(2, { decommissionedAt: minute(10), criticality: 'high' })).toEqual([]);
  });

  it('are what their scans say of them when the asset is back', async () => {
    await show(1, 'ABC');
    await show(2, 'AB');
    await show(3, 'BC');
    await harness.chain(1, { decommissionedAt: minute(10) });
    await show(11, 'B', { coverage: 'failed' });
    const back = await harness.chain(2, {});
    expect(said(back)).toEqual({ A: 'awaiting-verification', C: 'open' });
    expect(back.find((one) => one.title === 'C')?.statusReason).toBe('its asset is back');
    expect(await stored()).toEqual({ A: 'awaiting-verification', B: 'open', C: 'open' });
  });

  it('a scan that still shows one after the end resumes it, however unchanged it is, and nothing else', async () => {
    await show(1, 'AB');
    await harness.chain(1, { decommissionedAt: minute(10) });
    const { changed, completed } = await show(11, 'A');
    expect(said(changed)).toEqual({ A: 'open' });
    expect(completed[0]).toMatchObject({ changes: 1, counts: { changed: 1, unchanged: 0, absent: 1 } });
    expect((await show(12, 'A')).changed.map((one) => one.title)).not.toContain('A');
    // The chain's word is repeated for another reason: nothing is retired again.
    expect(await harness.chain(2, { decommissionedAt: minute(10), criticality: 'high' })).toEqual([]);
    expect(await stored()).toEqual({ A: 'open', B: 'retired' });
  });

  it('whatever the order of the scan, the end, and the work that follows, what came before the end is retired and what came after is not', async () => {
    for (const received of [9, 11]) {
      for (const first of ['scan', 'end'] as const) {
        await show(1, 'AB');
        if (first === 'end') await harness.chain(1, { decommissionedAt: minute(10) });
        await show(received, 'AC');
        if (first === 'scan') await harness.chain(1, { decommissionedAt: minute(10) });
        await harness.work();
        const { A, C } = await stored();
        expect([received, first, A, C]).toEqual([received, first, ...(received === 9 ? ['retired', 'retired'] : ['open', 'open'])]);
        await harness.clear();
      }
    }
  });

  it('a branch does not bring back what the default line showed', async () => {
    await show(1, 'A');
    await show(2, 'AB', { line: 'feature' });
    await harness.chain(1, { decommissionedAt: minute(10) });
    expect(said((await show(11, 'AB', { line: 'feature' })).changed)).toEqual({ B: 'open' });
  });
});

describe('an asset that is renamed', () => {
  const NEW = 'repo:github.com/beta/payments';
  const names = () => harness.run((unit) => unit.query<{ urn: string; moved_to: string; findings: number }>(
    'select a.urn, a.moved_to, (select count(*)::int from finding f where f.asset_id = a.asset_id) as findings from asset a order by a.urn'));

  it('keeps its findings, scopes, states and clocks under the new name; scans of either name go on', async () => {
    const { changed: first } = await show(1, 'AB');
    const moved = await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] });
    expect(moved.map((one) => [one.findingId, one.asset, one.status, one.firstSeen, one.version])).toEqual(first.map((one) => [one.findingId, NEW, 'open', one.firstSeen, 2]).sort());
    const next = await show(2, 'AB', { asset: NEW });
    expect([next.changed, next.completed[0]?.counts.unchanged, next.completed[0]?.baseline]).toEqual([[], 2, false]);
    // A pipeline that still knows the old name.
    const late = await show(3, 'A');
    expect(late.changed).toMatchObject([{ title: 'B', status: 'awaiting-verification', asset: NEW }]);
    expect((await show(4, 'A', { asset: NEW })).changed).toMatchObject([{ title: 'B', status: 'fixed', asset: NEW }]);
    expect(await harness.chain(2, { asset: NEW, formerly: [REPOSITORY], criticality: 'high' })).toEqual([]);
  });

  it('the old name that is archived with it retires nothing; a later end of the new name does', async () => {
    await show(1, 'A');
    await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] });
    expect(await harness.chain(1, { asset: REPOSITORY, decommissionedAt: minute(5) })).toEqual([]);
    expect(said(await harness.chain(2, { asset: NEW, formerly: [REPOSITORY], decommissionedAt: minute(6) }))).toEqual({ A: 'retired' });
  });

  it('that was thought to be gone is back under its new name', async () => {
    await show(1, 'A');
    await harness.chain(1, { decommissionedAt: minute(5) });
    const moved = await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] });
    expect(moved.at(-1)).toMatchObject({ title: 'A', status: 'open', asset: NEW });
  });

  it('twice, or back to its first name, is still the same', async () => {
    const [one] = (await show(1, 'A')).changed as [FindingChanged];
    const third = 'repo:github.com/gamma/payments';
    await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] });
    expect(await harness.chain(1, { asset: third, formerly: [NEW, REPOSITORY] })).toMatchObject([{ findingId: one.findingId, asset: third }]);
    expect(await harness.chain(2, { asset: REPOSITORY, formerly: [third, NEW] })).toMatchObject([{ findingId: one.findingId, asset: REPOSITORY }]);
    for (const [sequence, asset] of [[2, third], [3, NEW], [4, REPOSITORY]] as const) expect((await show(sequence, 'A', { asset })).changed).toEqual([]);
    expect(await names()).toEqual([{ urn: NEW, moved_to: REPOSITORY, findings: 1 }, { urn: third, moved_to: REPOSITORY, findings: 1 }, { urn: REPOSITORY, moved_to: '', findings: 1 }].sort((a, b) => (a.urn < b.urn ? -1 : 1)));
  });

  it('to a name that holds findings already is left alone: nobody can tell which are the same', async () => {
    await show(1, 'A');
    await show(2, 'A', { asset: NEW });
    expect(await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] })).toEqual([]);
    expect((await names()).map((one) => [one.moved_to, one.findings])).toEqual([['', 1], ['', 1]]);
    expect((await show(3, 'A')).changed).toEqual([]);
  });

  it('before it had findings: late scans of the old name find the new one', async () => {
    await show(1, '', { asset: NEW });
    await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] });
    expect((await show(2, 'A')).changed).toMatchObject([{ title: 'A', asset: NEW }]);
    expect((await show(3, 'A', { asset: NEW })).completed[0]?.counts).toMatchObject({ created: 0, unchanged: 1 });
  });

  it('keys of packages go along, too: another tool finds the same finding under the new name', async () => {
    const flaw = (tool: string) => [vulnerable('pkg:npm/x@1', ['CVE-2024-1'], tool)];
    const [one] = (await harness.apply(scan({ sequence: 1, tool: 'trivy', drafts: flaw('trivy') }))).changed as [FindingChanged];
    await harness.chain(1, { asset: NEW, formerly: [REPOSITORY] });
    const { changed } = await harness.apply(scan({ sequence: 2, tool: 'grype', asset: NEW, drafts: flaw('grype') }));
    expect(changed).toMatchObject([{ findingId: one.findingId, tools: ['grype', 'trivy'], asset: NEW }]);
  });

  it('while scans of both names come at the same time, nothing is made twice', async () => {
    await show(1, 'AB');
    await Promise.all([
      harness.chain(1, { asset: NEW, formerly: [REPOSITORY] }), show(2, 'AB'), show(3, 'AB'),
    ]);
    await Promise.all([show(4, 'AB', { asset: NEW }), show(5, 'AB'), show(6, 'AB', { asset: NEW })]);
    expect((await names()).map((one) => one.findings)).toEqual([2, 2]);
  });
});
