import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantId } from '@throughline/domain';
import { loadKnown } from '../src/persistence/finding.repository.js';
import { at, draft, scan, startHarness, vulnerable, type Harness, type ScanSpec, TENANT } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const evals = (lines: readonly number[]) => lines.map((line) => draft({ location: at('src/a.js', line, 'eval(input)') }));
const rows = (table: string) => harness.run(async (unit) => (await unit.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n);
/** Physical versions of all rows: equal when nothing was written. */
const versions = (table: string) => harness.run((unit) => unit.query(`select ctid::text, xmin::text from ${table} order by 1`));

describe('scans on a real database', () => {
  it('creates findings, tells each, and completes the scan with counts that add up', async () => {
    const told = await harness.apply(scan({ sequence: 1, drafts: [...evals([10, 20, 30]), ...evals([30])] }));
    expect(told.completed).toHaveLength(1);
    expect(told.completed[0]).toMatchObject({ status: 'done', changes: 3, baseline: true, counts: { reported: 4, observed: 4, created: 3, changed: 0, unchanged: 0, merged: 1, absent: 0 } });
    expect(told.changed.map((one) => [one.status, one.version, one.location?.startLine])).toEqual([['open', 1, 10], ['open', 1, 20], ['open', 1, 30]]);
    expect(told.completed[0]?.introduced).toHaveLength(3);
  });

  it('31: the same results of another commit write no finding, no occurrence and no event', async () => {
    const drafts = [...evals([10, 20]), vulnerable('pkg:npm/lodash@4.17.4', ['CVE-2019-10744'])];
    await harness.apply(scan({ sequence: 1, drafts }));
    const before = [await versions('finding'), await versions('occurrence'), await versions('identity_key')];
    const told = await harness.apply(scan({ sequence: 2, drafts: [...drafts].reverse() }));
    expect(told.changed).toEqual([]);
    expect(told.completed[0]).toMatchObject({ changes: 0, baseline: false, introduced: [], counts: { unchanged: 3, observed: 3, created: 0 } });
    expect([await versions('finding'), await versions('occurrence'), await versions('identity_key')]).toEqual(before);
  });

  it('31: five thousand unchanged results of another commit make no event but the scan\'s own', async () => {
    const drafts = Array.from({ length: 5_000 }, (_, index) => draft({ location: at(`src/${index % 100}.js`, index, `eval(input${index})`) }));
    await harness.apply(scan({ sequence: 1, drafts }));
    const told = await harness.apply(scan({ sequence: 2, drafts }));
    expect(told.messages).toHaveLength(1);
    expect(told.completed[0]?.counts).toMatchObject({ unchanged: 5_000, created: 0, changed: 0 });
  }, 120_000);

  it('55: another tenant sees nothing, with row-level security alone, and its equal flaw is its own finding', async () => {
    const told = await harness.apply(scan({ sequence: 1, drafts: evals([10]) }));
    const other = tenantId('00000000-0000-7000-8000-000000000002');
    const seen = await harness.database.run([other], async (unit) => [await unit.query('select 1 from finding'), await unit.query('select 1 from identity_key'), await unit.query('select 1 from occurrence')]);
    expect(seen).toEqual([[], [], []]);
    expect(await harness.database.run([other], (unit) => loadKnown(unit, told.changed.map((one) => one.findingId)))).toEqual(new Map());
    await expect(harness.database.run([other], (unit) => unit.query("insert into asset values ($1, 'repo:x', $1)", [TENANT]))).rejects.toThrow(/row-level security/);
  });

  it('a new image build with the same flaws writes no finding row', async () => {
    const asset = 'image-name:registry.example/pay';
    const flaw = (layer: string) => { const one = vulnerable('pkg:deb/debian/openssl@1.1.1', ['CVE-2023-0286']); return { ...one, component: { ...one.component as NonNullable<typeof one.component>, layer } }; };
    await harness.apply(scan({ sequence: 1, asset, tool: 'trivy', version: `image:registry.example/pay@sha256:${'a'.repeat(64)}`, drafts: [flaw('sha256:1')] }));
    const before = await versions('finding');
    const told = await harness.apply(scan({ sequence: 2, asset, tool: 'trivy', version: `image:registry.example/pay@sha256:${'b'.repeat(64)}`, drafts: [flaw('sha256:2')] }));
    expect(told.changed).toEqual([]);
    expect(await versions('finding')).toEqual(before);
  });

  it('inserted lines keep every id; three equal flaws stay three; places follow', async () => {
    const first = await harness.apply(scan({ sequence: 1, drafts: evals([10, 20, 30]) }));
    const second = await harness.apply(scan({ sequence: 2, drafts: evals([37, 17, 27]) }));
    expect(second.completed[0]?.counts).toMatchObject({ created: 0, changed: 3, absent: 0 });
    expect(second.changed.map((one) => [one.findingId, one.location?.startLine]).sort()).toEqual(first.changed.map((one) => [one.findingId, (one.location?.startLine ?? 0) + 7]).sort());
    expect(await rows('finding')).toBe(3);
  });

  it('equal flaws in several parts stay several, also after a shift (and the shift is told once each)', async () => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10, 20, 30, 40]), partSize: 1 }));
    expect(await rows('finding')).toBe(4);
    const records = scan({ sequence: 2, drafts: evals([11, 20, 31, 40, 50]), partSize: 1 });
    const told = [];
    for (const record of records) told.push(await harness.apply([record]));
    expect(told.at(-1)?.completed[0]?.counts).toMatchObject({ observed: 5, created: 1, merged: 0, absent: 0 });
    expect(await rows('finding')).toBe(5);
  });

  it('absent once awaits verification, twice is fixed, seen again is reopened', async () => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10, 20]) }));
    const second = await harness.apply(scan({ sequence: 2, drafts: evals([10]) }));
    expect(second.changed).toMatchObject([{ status: 'awaiting-verification', change: 'absent', version: 2, versionUrn: 'commit:1', scopes: [] }]);
    expect(second.completed[0]?.counts).toMatchObject({ unchanged: 1, absent: 1, fixed: 0 });
    const third = await harness.apply(scan({ sequence: 3, drafts: evals([10]) }));
    expect(third.changed).toMatchObject([{ status: 'fixed', change: 'fixed', version: 3 }]);
    expect(third.completed[0]?.counts).toMatchObject({ absent: 1, fixed: 1 });
    expect((await harness.apply(scan({ sequence: 4, drafts: evals([10]) }))).changed).toEqual([]);
    const fifth = await harness.apply(scan({ sequence: 5, drafts: evals([10, 20]) }));
    expect(fifth.changed).toMatchObject([{ status: 'reopened', regressions: 1, version: 4 }]);
    expect(fifth.completed[0]).toMatchObject({ counts: { reopened: 1, unchanged: 1 }, introduced: [fifth.changed[0]?.findingId] });
  });

  it.each<[string, Partial<ScanSpec>]>([
    ['30: a failed run', { coverage: 'failed' }], ['a partial run', { coverage: 'partial' }],
    ['44: a rejected report', { coverage: 'failed', rejected: 'truncated' }], ['a scan with quarantined results', { quarantined: 1 }],
  ])('%s closes nothing', async (_, over) => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10]) }));
    const told = await harness.apply(scan({ sequence: 2, drafts: [], ...over }));
    expect(told.changed).toEqual([]);
    expect(told.completed[0]).toMatchObject({ status: over.rejected ? 'rejected' : over.quarantined ? 'partial' : 'done', counts: { absent: 0, fixed: 0 } });
  });

  it('a marker that announces more than arrived closes nothing and says so', async () => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10]) }));
    const [marker] = scan({ sequence: 2, drafts: [] });
    const told = await harness.apply([{ ...marker as NonNullable<typeof marker>, marker: { ...marker?.marker as NonNullable<NonNullable<typeof marker>['marker']>, observed: 5 } }]);
    expect(told.completed[0]).toMatchObject({ status: 'partial', problems: [{ code: 'parts_incomplete' }], counts: { absent: 0 } });
  });

  it('a branch neither closes nor inflates the default line, and lists what it introduces at every push', async () => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10, 20]) }));
    const branch = { line: 'feature', drafts: [...evals([11]), draft({ location: at('src/new.js', 1, 'eval(other)') })] };
    const first = await harness.apply(scan({ sequence: 2, ...branch }));
    expect(first.changed).toMatchObject([{ defaultLine: false, line: 'feature', location: { path: 'src/new.js' }, baseline: false }]);
    expect(first.completed[0]).toMatchObject({ counts: { created: 1, unchanged: 1, absent: 0 }, introduced: [first.changed[0]?.findingId] });
    const again = await harness.apply(scan({ sequence: 3, ...branch }));
    expect(again.changed).toEqual([]);
    expect(again.completed[0]).toMatchObject({ counts: { created: 0, unchanged: 2 }, introduced: [first.changed[0]?.findingId] });
    const merged = await harness.apply(scan({ sequence: 4, drafts: [...evals([10, 20]), ...branch.drafts.slice(1)] }));
    expect(merged.changed).toMatchObject([{ findingId: first.changed[0]?.findingId, defaultLine: true, line: 'default', status: 'open', version: 2 }]);
    expect(merged.completed[0]?.introduced).toEqual([first.changed[0]?.findingId]);
    expect((await harness.apply(scan({ sequence: 5, line: 'feature', drafts: [] }))).changed).toEqual([]);
  });

  it('a pull request without a branch, or from a fork\'s main, is not the default line; a renamed default branch is', async () => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10]) }));
    for (const [sequence, line] of [[2, 'default'], [3, 'main']] as const) {
      const told = await harness.apply(scan({ sequence, line, defaultLine: false, pullRequest: '7', drafts: [] }));
      expect(told).toMatchObject({ changed: [], completed: [{ counts: { absent: 0 } }] });
    }
    const renamed = await harness.apply(scan({ sequence: 4, line: 'main', defaultLine: true, drafts: [] }));
    expect(renamed.changed).toMatchObject([{ status: 'awaiting-verification', line: 'main' }]);
    expect(renamed.completed[0]).toMatchObject({ baseline: false });
  });

  it('compares with a named base commit', async () => {
    await harness.apply(scan({ sequence: 1, commit: 'base', drafts: evals([10]) }));
    await harness.apply(scan({ sequence: 2, commit: 'later', drafts: [...evals([10]), draft({ location: at('src/x.js', 1, 'eval(x)') })] }));
    const told = await harness.apply(scan({ sequence: 3, line: 'feature', base: 'base', drafts: [...evals([10]), draft({ location: at('src/x.js', 1, 'eval(x)') })] }));
    expect(told.completed[0]?.introduced).toHaveLength(1);
  });

  it('a finding of two tools is absent only when both miss it', async () => {
    const trivy = (sequence: number, drafts = [vulnerable('pkg:npm/lodash@4.17.4', ['CVE-2019-10744'])]) => scan({ sequence, tool: 'trivy', drafts });
    const grype = (sequence: number, drafts = [vulnerable('pkg:npm/lodash@4.17.4', ['GHSA-JF85-CPCP-J695', 'CVE-2019-10744'], 'grype')]) => scan({ sequence, tool: 'grype', drafts });
    await harness.apply(trivy(1));
    const both = await harness.apply(grype(2));
    expect(both.changed).toMatchObject([{ tools: ['grype', 'trivy'], identifiers: ['CVE-2019-10744', 'GHSA-JF85-CPCP-J695'], version: 2 }]);
    expect(await rows('finding')).toBe(1);
    const gone = await harness.apply(trivy(3, []));
    expect(gone.changed).toMatchObject([{ status: 'open', tools: ['grype'], change: 'changed' }]);
    expect(gone.completed[0]?.counts).toMatchObject({ absent: 1, fixed: 0 });
    const awaiting = await harness.apply(grype(4, []));
    expect(awaiting.changed).toMatchObject([{ status: 'awaiting-verification' }]);
  });

  it('an older scan that comes late is history: it moves nothing', async () => {
    await harness.apply(scan({ sequence: 1, drafts: evals([10]) }));
    await harness.apply(scan({ sequence: 5, drafts: evals([12]) }));
    const late = await harness.apply(scan({ sequence: 3, drafts: [...evals([99]), draft({ location: at('src/old.js', 1, 'eval(old)') })] }));
    expect(late.changed).toMatchObject([{ status: 'awaiting-verification', location: { path: 'src/old.js' } }]);
    const empty = await harness.apply(scan({ sequence: 4, drafts: [] }));
    expect(empty.changed).toEqual([]);
    expect(empty.completed[0]?.counts).toMatchObject({ absent: 0 });
  });

  it('a result that shares strong keys with two findings merges neither and flags both', async () => {
    await harness.apply(scan({ sequence: 1, tool: 'a', drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1'], 'a'), vulnerable('pkg:npm/x@1', ['GHSA-1111-2222-3333'], 'a')] }));
    const told = await harness.apply(scan({ sequence: 2, tool: 'b', drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1', 'GHSA-1111-2222-3333'], 'b')] }));
    expect(told.changed.map((one) => one.flags)).toEqual([['identity_conflict'], ['identity_conflict']]);
    expect(await rows('finding')).toBe(2);
    expect((await harness.apply(scan({ sequence: 3, tool: 'b', drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1', 'GHSA-1111-2222-3333'], 'b')] }))).changed).toEqual([]);
  });

  it('one secret in five files is one finding with five places; removed from one, four stay', async () => {
    const secret = (path: string) => draft({ class: 'secrets', secret: { type: 'aws-access-key', hash: 'f'.repeat(64), keyVersion: 1 }, location: at(path, 3, '[REDACTED:aws:12345678]') });
    const files = ['a', 'b', 'c', 'd', 'e'];
    const told = await harness.apply(scan({ sequence: 1, tool: 'gitleaks', drafts: files.map(secret) }));
    expect(told.changed).toHaveLength(1);
    expect(told.changed[0]?.locations.map((one) => one.path)).toEqual(files);
    expect(told.completed[0]?.counts).toMatchObject({ created: 1, merged: 4 });
    const second = await harness.apply(scan({ sequence: 2, tool: 'gitleaks', drafts: files.slice(1).map(secret) }));
    expect(second.changed).toMatchObject([{ status: 'open', location: { path: 'b' } }]);
    expect(second.completed[0]?.counts).toMatchObject({ absent: 0, unchanged: 1, merged: 3 });
  });

  it('4: redelivery of parts and marker, apart or together, writes nothing and tells nothing', async () => {
    const records = scan({ sequence: 1, drafts: evals([10, 20, 30]), partSize: 1 });
    await harness.apply([...records, ...records]);
    const tables = ['finding', 'occurrence', 'identity_key', 'scan', 'scan_part', 'scope'];
    const before = await Promise.all(tables.map(versions));
    expect((await harness.apply(records)).messages).toEqual([]);
    for (const record of records) expect((await harness.apply([record])).messages).toEqual([]);
    expect(await Promise.all(tables.map(versions))).toEqual(before);
  });

  it('3: a batch that dies at any statement leaves nothing, and its redelivery everything once', async () => {
    const records = [...scan({ sequence: 1, drafts: evals([10, 20]) }), ...scan({ sequence: 2, drafts: evals([10]) })];
    for (let statement = 0; ; statement += 1) {
      await harness.clear();
      const survived = await harness.apply(records, statement).then(() => true, () => false);
      if (survived) break;
      expect(await rows('finding') ?? 0).toBe(0);
      const told = await harness.apply(records);
      expect(told.completed.map((one) => one.counts)).toMatchObject([{ created: 2 }, { unchanged: 1, absent: 1 }]);
    }
  });

  it('16: a corrected part that is replayed later completes its scan once', async () => {
    const records = scan({ sequence: 1, drafts: evals([10, 20]), partSize: 1 });
    expect((await harness.apply([records[0], records[2]].filter((one) => one !== undefined))).completed).toEqual([]);
    expect((await harness.apply(records.slice(1, 2))).completed).toMatchObject([{ status: 'done', counts: { observed: 2, created: 2 } }]);
    expect((await harness.apply(records.slice(1, 2))).messages).toEqual([]);
  });

  it('29: the same scan twice in parallel leaves one finding a strong key', async () => {
    const drafts = Array.from({ length: 40 }, (_, index) => vulnerable(`pkg:npm/p${index}@1`, [`CVE-2024-${index}`]));
    const told = await Promise.all([1, 2].map((sequence) => harness.apply(scan({ sequence, tool: sequence === 1 ? 'trivy' : 'grype', drafts, partSize: 10 }))));
    expect(await rows('finding')).toBe(40);
    expect(told.flatMap((one) => one.completed).reduce((sum, one) => sum + one.counts.created, 0)).toBe(40);
  });

  it('20: a scan that says it is from the future counts from when it was received, and is flagged', async () => {
    const skewed = scan({ sequence: 1, drafts: evals([10]) }).map((record) => ({ ...record, header: { ...record.header, scannedAt: '2030-01-01T00:00:00Z' } }));
    expect((await harness.apply(skewed)).changed).toMatchObject([{ flags: ['clock_skew'], firstSeen: '2026-01-01T00:01:00.000Z' }]);
  });

  it('a record without a usable header is rejected and its neighbours are applied', async () => {
    const [part, marker] = scan({ sequence: 1, drafts: evals([10]) });
    const broken = { ...part as NonNullable<typeof part>, header: { ...part?.header as NonNullable<typeof part>['header'], tenantId: 'nobody' } };
    const told = await harness.apply([broken, part, marker].filter((one) => one !== undefined));
    expect(told.outcomes.map((one) => one.kind)).toEqual(['reject', 'done', 'done']);
    expect(told.completed).toHaveLength(1);
  });
});
