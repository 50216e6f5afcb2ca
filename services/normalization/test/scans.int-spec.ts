import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { derivedId, type ScanMarker } from '@throughline/contracts';
import { done, skip } from '@throughline/stream';
import { sarif, startWorld, TENANT, type World } from './harness.js';

const FIXTURES = join(import.meta.dirname, '../../../libs/parsers/src/tools');

let world: World;
beforeAll(async () => { world = await startWorld(); });
afterAll(async () => { await world?.close(); });

const markerOf = async (scanId: string): Promise<ScanMarker> => {
  const markers = (await world.emitted(scanId)).map((one) => one.value.marker).filter((marker) => marker !== null);
  expect(markers).toHaveLength(1);
  return markers[0] as ScanMarker;
};

describe('a received report', () => {
  it('becomes parts and then exactly one marker', async () => {
    const scan = await world.upload(sarif(450));
    expect(await world.receive([scan])).toEqual([done]);
    const emitted = await world.emitted(scan.scanId);
    expect(emitted.map((one) => one.value.ordinal)).toEqual([0, 1, 2, -1]);
    expect(emitted.slice(0, 3).flatMap((one) => one.value.drafts.map((draft) => draft.ordinal))).toEqual(Array.from({ length: 450 }, (_, index) => index));
    expect(emitted.map((one) => one.eventId)).toEqual([...[0, 1, 2].map((ordinal) => derivedId(scan.scanId, 'part', ordinal)), derivedId(scan.scanId, 'marker')]);
    expect(new Set(emitted.map((one) => one.key))).toEqual(new Set([`${TENANT}|repo:github.com/acme/pay`]));
    expect(emitted[0]?.value.header).toMatchObject({ tool: 'tester', toolVersion: '1.2.3', format: 'sarif', scope: 'repo:github.com/acme/pay||tester||main', target: { version: 'commit:github.com/acme/pay@f9ec22dff2cb0d0bb2d3b2c28ec09e9e37afbf98' } });
    expect(emitted[3]?.value.marker).toEqual({ parts: 3, reported: 450, observed: 450, quarantined: 0, coverage: 'complete', rejected: '', problems: [] });
  });

  it('that comes again announces nothing', async () => {
    const scan = await world.upload(sarif(3));
    await world.receive([scan]);
    const before = await world.emitted();
    expect(await world.receive([scan, scan])).toEqual([skip('read before'), skip('read before')]);
    expect(await world.emitted()).toEqual(before);
  });

  it('FAULTS 46: quarantines a bad result with its place and reads its neighbours', async () => {
    const scan = await world.upload(sarif(10, { broken: [4] }));
    await world.receive([scan]);
    expect(await markerOf(scan.scanId)).toMatchObject({ parts: 1, reported: 10, observed: 9, quarantined: 1, problems: [{ code: 'wrong_type', position: expect.stringMatching(/^result 4 at byte \d+$/) }] });
    const rows = await world.sql('select ordinal, code, excerpt, tool, format from normalization.quarantine where scan_id = $1', [scan.scanId]);
    expect(rows).toEqual([{ ordinal: 4, code: 'wrong_type', excerpt: '{"ruleId":"x","locations":"nowhere"}', tool: 'tester', format: 'sarif' }]);
  });

  it.each([
    ['unknown_format', '{"nothing":"known"}', {}], ['unknown_format', sarif(1), { format: 'nosuch' }], ['missing_parts', '{"version":"2.1.0"}', { format: 'sarif' }],
    ['truncated', sarif(500).slice(0, 200_000), {}], ['doctype_forbidden', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><OWASPZAPReport>&a;</OWASPZAPReport>', { format: 'zap' }],
  ])('FAULTS 44, 50: is rejected as %s before anything of it is announced', async (code, report, over) => {
    const scan = await world.upload(report, over);
    expect(await world.receive([scan])).toEqual([done]);
    const emitted = await world.emitted(scan.scanId);
    expect(emitted).toHaveLength(1);
    expect(emitted[0]?.value.marker).toMatchObject({ parts: 0, reported: 0, observed: 0, quarantined: 0, coverage: 'failed', rejected: code, problems: [{ code }] });
  });

  it('that is gone from the store is rejected, and its neighbours are read', async () => {
    const [lost, good] = [await world.upload(sarif(2)), await world.upload(sarif(2))];
    await world.blobs.delete(TENANT, lost.blobKey);
    expect(await world.receive([lost, good])).toEqual([done, done]);
    expect((await markerOf(lost.scanId)).rejected).toBe('report_missing');
    expect((await markerOf(good.scanId)).observed).toBe(2);
  });

  it('FAULTS 30: of a failed run shows the absence of nothing', async () => {
    const failed = await world.upload(sarif(0, { invocation: { executionSuccessful: false } }));
    const silent = await world.upload(sarif(0));
    const clean = await world.upload(sarif(0, { invocation: { executionSuccessful: true } }));
    await world.receive([failed, silent, clean]);
    expect((await Promise.all([failed, silent, clean].map((scan) => markerOf(scan.scanId)))).map((marker) => marker.coverage)).toEqual(['failed', 'partial', 'complete']);
  });

  it.each([['sarif', 'everything.sarif'], ['sarif', 'kingfisher.sarif'], ['gitleaks', 'gitleaks-8.json'], ['trivy', 'image.json'], ['checkov', 'checkov-all.json'], ['zap', 'traditional.xml']])(
    'FAULTS 52: lets no secret of %s/%s into a topic or table', async (tool, file) => {
      const scan = await world.upload(readFileSync(join(FIXTURES, tool, 'fixtures', file)), { fileName: file });
      expect(await world.receive([scan])).toEqual([done]);
      expect((await markerOf(scan.scanId)).observed).toBeGreaterThan(0);
      const canaries = JSON.parse(readFileSync(join(FIXTURES, tool, 'fixtures/canaries.json'), 'utf8')) as string[];
      const text = await world.everything();
      expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
    },
  );
});

describe('a long report', () => {
  const COUNT = 7_000;
  /** 12 MB of drafts: three times what stays in memory until the batch commits. */
  const text = 'A value flows into a query. '.repeat(60);

  it('FAULTS 3: killed between its chunks goes on where it stood, with the same ordinals and ids, and loses nothing', async () => {
    const scan = await world.upload(sarif(COUNT, { text }));
    const undisturbed = await world.upload(sarif(COUNT, { text }));
    expect(await world.receive([undisturbed])).toEqual([done]);
    let chunks = 0;
    const dying = async (at: number): Promise<void> => {
      const context = { checkpoint: async <R>(tenants: readonly never[], work: (unit: never) => Promise<R>): Promise<R> => {
        chunks += 1;
        if (chunks === at) throw new Error('killed');
        const result = await world.database.run(tenants, work as never) as R;
        if (chunks === at + 1) throw new Error('killed after the commit');
        return result;
      } };
      chunks = 0;
      await expect(world.receive([scan], { context: context as never })).rejects.toThrow('killed');
    };
    await dying(1);
    expect(await world.emitted(scan.scanId)).toEqual([]);
    await dying(3);
    const afterKill = (await world.emitted(scan.scanId)).length;
    expect(afterKill).toBeGreaterThan(0);
    await dying(0);
    expect(await world.receive([scan])).toEqual([done]);
    const [cut, whole] = [await world.emitted(scan.scanId), await world.emitted(undisturbed.scanId)];
    expect(cut.map((one) => one.value.ordinal)).toEqual(whole.map((one) => one.value.ordinal));
    expect(new Set(cut.map((one) => one.eventId)).size).toBe(cut.length);
    expect(cut.flatMap((one) => one.value.drafts)).toEqual(whole.flatMap((one) => one.value.drafts));
    expect(cut.at(-1)?.value.marker).toMatchObject({ parts: cut.length - 1, reported: COUNT, observed: COUNT });
    expect(await world.sql('select 1 from normalization.progress')).toEqual([]);
  });

  it('stops at once when the consumer is told to, and goes on later', async () => {
    const scan = await world.upload(sarif(COUNT, { text }));
    let asked = 0;
    expect(await world.receive([scan], { context: { stopping: () => (asked += 1) > 30 } })).toMatchObject({ kind: 'retry' });
    expect((await world.emitted(scan.scanId)).every((one) => one.value.marker === null)).toBe(true);
    expect(await world.receive([scan])).toEqual([done]);
    expect(await markerOf(scan.scanId)).toMatchObject({ observed: COUNT });
  });
});

describe('tenants', () => {
  it('FAULTS 55: do not see each other\'s quarantine, even when the query forgets them', async () => {
    const scan = await world.upload(sarif(2, { broken: [0] }));
    await world.receive([scan]);
    const other = '00000000-0000-7000-8000-0000000000ff' as typeof TENANT;
    expect(await world.database.run([other], (unit) => unit.query('select * from quarantine'))).toEqual([]);
    expect((await world.database.run([TENANT], (unit) => unit.query('select * from quarantine'))).length).toBeGreaterThan(0);
  });
});
