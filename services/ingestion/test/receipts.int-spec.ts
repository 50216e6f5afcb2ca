import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBlobStore, type BlobStore } from '@throughline/blob-store';
import { createTestCodec, TOPICS, type ScanCompleted, type ScanCounts, type ScanReceived, type ScanScored } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId, type TenantId } from '@throughline/domain';
import { openKeyring, type Keyring } from '@throughline/keyring';
import { createDatabase, type Database, type DatabaseUnit } from '@throughline/persistence';
import { deadLetter, unpackMessages, type Outcome, type StreamRecord } from '@throughline/stream';
import { fakeClock, until } from '@throughline/testing';
import { ingestionConfig } from '../src/config.js';
import { DeadLetterHandler } from '../src/consumers/dead-letter.handler.js';
import { ScanCompletedHandler } from '../src/consumers/scan-completed.handler.js';
import { ScanScoredHandler } from '../src/consumers/scan-scored.handler.js';
import { retention } from '../src/due/retention.js';
import { startWorld, type World } from './harness.js';

const OTHER = tenantId('00000000-0000-7000-8000-000000000002');
const context = { stopping: () => false, checkpoint: () => Promise.reject(new Error('not used')) };

describe('receipts and dead letters', () => {
  let world: World;
  let database: Database;
  let keyring: Keyring;
  let blobs: BlobStore;
  beforeAll(async () => {
    world = await startWorld({ SCAN_DEADLINE_SECONDS: '2' });
    const codec = createTestCodec();
    await codec.prepare();
    database = await createDatabase({ url: world.database.urlFor('ingestion'), schema: 'ingestion', codec, pool: 2 });
    keyring = await openKeyring({ masterKeyFile: join(world.dir, 'master') });
    blobs = createBlobStore({ dir: join(world.dir, 'blobs'), keyring });
  });
  afterAll(async () => {
    await database.close();
    await world.close();
  });

  let bytes = 0;
  const upload = async (): Promise<ScanReceived> => {
    bytes += 1;
    const { id } = await (await world.fetch('/v1/scans', { method: 'POST', body: `[${bytes}]` })).json() as { id: string };
    return (await world.announced(TOPICS.scanReceived)).map(({ value }) => value as unknown as ScanReceived).find(({ scanId }) => scanId === id) as ScanReceived;
  };
  const receipt = async (id: string) => (await world.fetch(`/v1/scans/${id}`)).json() as Promise<Record<string, unknown>>;
  const record = <T>(topic: string, value: T, tenant: TenantId | null = DEFAULT_TENANT): StreamRecord<T> =>
    ({ topic, partition: 0, offset: BigInt(bytes), timestamp: 0, key: '', eventId: 'e', tenantId: tenant, headers: {}, value });
  const apply = (work: (unit: DatabaseUnit) => Promise<Outcome | readonly Outcome[]>) => database.run([DEFAULT_TENANT], work);
  const counts: ScanCounts = { reported: 5, observed: 4, quarantined: 1, created: 2, changed: 0, unchanged: 1, reopened: 1, merged: 0, absent: 3, fixed: 1 };
  const completed = (scan: ScanReceived, over: Partial<ScanCompleted> = {}): ScanCompleted => ({
    header: { scanId: scan.scanId, tenantId: scan.tenantId, sequence: scan.sequence, tool: 'semgrep', toolVersion: '1', format: 'sarif', scope: 's', receivedAt: scan.receivedAt, scannedAt: scan.receivedAt, target: { ...scan.target, asset: 'repo:github.com/acme/pay' } },
    status: 'done', coverage: 'complete', counts, changes: 3, baseline: false, introduced: [], problems: [], completedAt: '2026-01-01T00:00:05.000Z', ...over,
  });
  const complete = (value: ScanCompleted) => apply((unit) => new ScanCompletedHandler().handle({ records: [record(TOPICS.scanCompleted, value)], unit, context }));
  const scored = (scan: ScanReceived) => apply((unit) => new ScanScoredHandler().handle({ records: [record<ScanScored>(TOPICS.scanScored, { scanId: scan.scanId, tenantId: scan.tenantId, scored: 3, scoredAt: '2026-01-01T00:00:06.000Z' })], unit, context }));

  it('are done when deduplicated and scored, in either order', async () => {
    const first = await upload();
    await complete(completed(first));
    expect(await receipt(first.scanId)).toMatchObject({ status: 'processing', tool: 'semgrep', format: 'sarif', target: { asset: 'repo:github.com/acme/pay' }, counts: { reported: 5, observed: 4, quarantined: 1, new: 2, changed: 0, unchanged: 1, reopened: 1, merged: 0, absent: 3, fixed: 1 } });
    await scored(first);
    await scored(first);
    expect(await receipt(first.scanId)).toMatchObject({ status: 'done', coverage: 'complete', timings: { deduplicatedAt: '2026-01-01T00:00:05.000Z', scoredAt: '2026-01-01T00:00:06.000Z' } });
    const second = await upload();
    await scored(second);
    expect(await receipt(second.scanId)).toMatchObject({ status: 'processing' });
    await complete(completed(second, { status: 'partial' }));
    expect(await receipt(second.scanId)).toMatchObject({ status: 'partial' });
  });

  it('need no score when nothing changed, and end at once when rejected', async () => {
    const unchanged = await upload();
    await complete(completed(unchanged, { changes: 0 }));
    expect(await receipt(unchanged.scanId)).toMatchObject({ status: 'done' });
    const rejected = await upload();
    await complete(completed(rejected, { status: 'rejected', problems: [{ code: 'unknown_format', message: 'm', position: '' }] }));
    expect(await receipt(rejected.scanId)).toMatchObject({ status: 'rejected', problems: [{ code: 'unknown_format' }] });
    const again = await (await world.fetch('/v1/scans', { method: 'POST', body: `[${bytes}]` })).json() as object;
    expect(again).not.toHaveProperty('duplicateOf');
  });

  it('of duplicates follow the original and count nothing', async () => {
    const scan = await upload();
    const { id } = await (await world.fetch('/v1/scans', { method: 'POST', body: `[${bytes}]` })).json() as { id: string };
    await complete(completed(scan));
    await scored(scan);
    expect(await receipt(id)).toMatchObject({ status: 'done', duplicateOf: scan.scanId, counts: { reported: 0, new: 0 } });
  });

  it('pass over what is not theirs and reject what is no status', async () => {
    const scan = await upload();
    expect(await complete(completed({ ...scan, scanId: '00000000-0000-7000-8000-00000000dead' }))).toEqual([{ kind: 'done' }]);
    expect(await complete(completed(scan, { status: 'fine' }))).toMatchObject([{ kind: 'reject', code: 'unknown_status' }]);
  });

  it('are stalled after their deadline, until the end is heard of', async () => {
    const scan = await upload();
    await until(async () => (await receipt(scan.scanId))['status'] === 'stalled', { what: 'the deadline', timeoutMs: 15_000 });
    await complete(completed(scan));
    await scored(scan);
    expect(await receipt(scan.scanId)).toMatchObject({ status: 'done' });
  });

  it('outlive the raw report, which goes after 30 days', async () => {
    const scan = await upload();
    const config = ingestionConfig.parse(world.environment);
    const clock = fakeClock(new Date());
    const work = { kind: 'retention', key: DEFAULT_TENANT, tenantId: DEFAULT_TENANT, dueAt: clock.now(), payload: {}, attempt: 1 };
    const orphan = `reports/${new Date(clock.now().getTime() - 2 * 86_400_000).toISOString().slice(0, 10)}/00000000-0000-7000-8000-00000000dead`;
    await blobs.put(DEFAULT_TENANT, orphan, async function* () { yield Buffer.from('its commit failed'); }());
    await retention(config, blobs, clock).handle(work, database);
    await expect(blobs.get(DEFAULT_TENANT, orphan)).rejects.toMatchObject({ code: 'blob_missing' });
    expect((await blobs.get(DEFAULT_TENANT, scan.blobKey)).destroy()).toBeDefined();
    clock.advance(31 * 86_400_000);
    expect(await retention(config, blobs, clock).handle(work, database)).toMatchObject({ kind: 'again' });
    await expect(blobs.get(DEFAULT_TENANT, scan.blobKey)).rejects.toMatchObject({ code: 'blob_missing' });
    expect(await receipt(scan.scanId)).toMatchObject({ id: scan.scanId });
    const left = await readdir(join(world.dir, 'blobs', DEFAULT_TENANT, 'reports'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  describe('dead letters', () => {
    const original = { topic: TOPICS.findingChanged, partition: 3, offset: 17n, timestamp: 0, key: Buffer.from(`${DEFAULT_TENANT}|f`), value: randomBytes(64), headers: { ce_id: 'event-17', tenant: DEFAULT_TENANT } };
    const keep = (tenant: TenantId | null, offset: bigint) => {
      const letter = deadLetter(original, { step: 'decode', errorClass: 'UndecodableRecord', code: 'undecodable', reason: 'not in the wire format' }, 'throughline.scoring', new Date('2026-01-01T00:00:00Z'));
      const one: StreamRecord<Buffer> = { ...record(letter.topic, letter.value as Buffer, tenant), offset, key: letter.key?.toString() ?? '', headers: letter.headers };
      return database.run(tenant === null ? [] : [tenant], (unit) => new DeadLetterHandler(keyring, fakeClock()).handle({ records: [one], unit, context }));
    };
    const list = async (tenant = DEFAULT_TENANT) => (await (await world.fetch('/v1/dead-letters', { tenant })).json() as { items: Record<string, unknown>[] }).items;

    it('14: are shown once with their place and reason, their bytes sealed', async () => {
      await keep(DEFAULT_TENANT, 1n);
      await keep(DEFAULT_TENANT, 1n);
      await keep(null, 2n);
      const items = await list();
      expect(items).toHaveLength(2);
      expect(items).toContainEqual(expect.objectContaining({ service: 'scoring', topic: TOPICS.findingChanged, partition: 3, offset: '17', code: 'undecodable', step: 'decode', replayable: true, replays: 0 }));
      expect(await list(OTHER)).toEqual([]);
      const [row] = await world.sql<{ payload: Buffer }>('select payload from ingestion.dead_letters limit 1');
      expect(row?.payload.includes(original.value)).toBe(false);
    });

    it('16: replay sends the original bytes and headers to their topic, with an audit record', async () => {
      const [item] = await list();
      const replay = (tenant: TenantId, role: 'admin' | 'viewer' = 'admin') => world.fetch(`/v1/dead-letters/${String(item?.['id'])}/replay`, { method: 'POST', tenant, role });
      expect((await replay(OTHER)).status).toBe(404);
      expect((await replay(DEFAULT_TENANT, 'viewer')).status).toBe(403);
      expect((await replay(DEFAULT_TENANT)).status).toBe(202);
      const { payload } = (await world.sql<{ payload: Buffer }>('select payload from ingestion.outbox order by id desc limit 1'))[0] as { payload: Buffer };
      const sent = unpackMessages(payload).find(({ topic }) => topic === TOPICS.findingChanged);
      expect([sent?.value?.equals(original.value), sent?.key?.toString(), sent?.headers['ce_id'], sent?.headers['dlq_code']]).toEqual([true, `${DEFAULT_TENANT}|f`, 'event-17', undefined]);
      expect(sent?.headers['redriven']).toBeDefined();
      expect((await list()).find(({ id }) => id === item?.['id'])).toMatchObject({ replays: 1, replayedBy: 'test-admin' });
      expect(await world.announced(TOPICS.auditRecorded)).toHaveLength(1);
    });
  });
});
