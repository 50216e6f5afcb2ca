import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingChanged } from '@throughline/contracts';
import { at, draft, type Harness, scan, startHarness, vulnerable } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const [V2, V3, V4] = ['image:r.example/pay@v2', 'image:r.example/pay@v3', 'image:r.example/pay@v4'];
// Flaws of packages: nothing is near them, so that one which goes and one which comes are never the same that moved.
const flaws = (names: string) => [...names].map((name) => vulnerable(`pkg:npm/${name}@1`, [`CVE-2024-${name.charCodeAt(0)}`], 'semgrep', { title: name }));
const show = (sequence: number, version: string, names: string, over: Partial<Parameters<typeof scan>[0]> = {}) => harness.apply(scan({ sequence, version, drafts: flaws(names), ...over }));
const said = (records: readonly FindingChanged[]) => Object.fromEntries(records.map((one) => [one.title, [one.status, one.absentIn.map((version) => version.slice(-2)).join(), one.regressions]]));
const stored = async () => Object.fromEntries((await harness.run((unit) => unit.query<{ title: string; status: string; absent_in: string[]; regressions: number }>(
  `select distinct o.content::json->>'title' as title, f.status, f.absent_in, f.regressions from finding f join occurrence o on o.finding_id = f.finding_id`,
))).map((row) => [row.title, [row.status, row.absent_in.map((version) => version.slice(-2)).join(), row.regressions]]));

describe('versions that run, on a real database', () => {
  it('27: a roll-back brings the findings of the older version back to life, and exactly those are told', async () => {
    await show(1, V2, 'AB');
    expect(said(await harness.deploy(1, [V2]))).toEqual({});
    const { changed } = await show(2, V3, 'BC');
    // A is gone from the head and still runs; C is in the head and does not run yet.
    expect(said(changed)).toEqual({ A: ['open', '', 0], C: ['open', 'v2', 0] });
    expect(changed.find((one) => one.title === 'A')?.statusReason).toContain('awaits roll-out');
    expect(said(await harness.deploy(2, [V3]))).toEqual({ A: ['awaiting-verification', 'v3', 0], C: ['open', '', 0] });
    expect(said(await harness.deploy(3, [V2]))).toEqual({ A: ['open', '', 0], C: ['open', 'v2', 0] });
    expect(await stored()).toEqual({ A: ['open', '', 0], B: ['open', '', 0], C: ['open', 'v2', 0] });
  });

  it('27: what was fixed and is rolled back to is a regression', async () => {
    await show(1, V2, 'A');
    await show(2, V3, '');
    await harness.deploy(1, [V3]);
    await show(3, V4, '');
    expect(await stored()).toEqual({ A: ['fixed', 'v3', 0] });
    expect(said(await harness.deploy(2, [V2]))).toEqual({ A: ['reopened', '', 1] });
    expect(said(await harness.deploy(3, [V4]))).toEqual({ A: ['fixed', 'v4', 1] });
  });

  it('25: whatever the order in which deployments are told, the newest decides', async () => {
    await show(1, V2, 'A');
    await show(2, V3, 'B');
    await harness.deploy(1, [V2]);
    await harness.deploy(3, [V3]);
    const late = await harness.deploy(2, [V2]);
    expect(late).toEqual([]);
    expect(await stored()).toEqual({ A: ['awaiting-verification', 'v3', 0], B: ['open', '', 0] });
  });

  it('a version that nobody scanned proves nothing, nor does a scan that did not look everywhere', async () => {
    await show(1, V2, 'A', { coverage: 'partial' });
    await show(2, V3, 'AB');
    expect(said(await harness.deploy(1, [V2]))).toEqual({});
    expect(said(await harness.deploy(2, [V4]))).toEqual({});
    await show(3, 'image:r.example/pay@v5', 'B');
    expect((await stored())['A']).toEqual(['awaiting-verification', '', 0]);
  });

  it('a flaw that came, went and came again is not claimed absent in between', async () => {
    await show(1, V2, 'A');
    await show(2, V3, '');
    await show(3, V4, 'A');
    expect(said(await harness.deploy(1, [V2]))).toEqual({});
    expect(await stored()).toEqual({ A: ['open', '', 0] });
  });

  it('of many findings only those are read and told whose versions differ', async () => {
    const many = Array.from({ length: 600 }, (_, index) => draft({ title: `same ${index}`, location: at(`src/${index}.js`, 1, `eval(x${index})`) }));
    await harness.apply(scan({ sequence: 1, version: V2, drafts: [...many, ...flaws('A')] }));
    await harness.apply(scan({ sequence: 2, version: V3, drafts: [...many, ...flaws('C')] }));
    await harness.deploy(1, [V3]);
    expect(Object.keys(said(await harness.deploy(2, [V2]))).sort()).toEqual(['A', 'C']);
  });
});
