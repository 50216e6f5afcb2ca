import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobStore, type BlobStore } from '@throughline/blob-store';
import { createTestCodec, newId, TOPICS, type FindingObserved, type ScanReceived, type ScanTarget } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId, type TenantId } from '@throughline/domain';
import { openKeyring } from '@throughline/keyring';
import { PARSERS } from '@throughline/parsers';
import { createDatabase, type Database } from '@throughline/persistence';
import { unpackMessages, type BatchContext, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { createDatabase as createTestDatabase, fakeClock, type TestDatabase } from '@throughline/testing';
import pg from 'pg';
import type { ReadingDeps } from '../src/consumers/read-scan.js';
import { handleScanReceived } from '../src/consumers/scan-received.handler.js';

export const TENANT: TenantId = DEFAULT_TENANT;

export interface Emitted {
  readonly eventId: string;
  readonly key: string;
  readonly value: FindingObserved;
}

/** The handler on a real Postgres with a real blob store; what it announces is read from the outbox, where the relay would. */
export interface World {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly deps: ReadingDeps;
  /** Stores a report and gives the record that ingestion would announce. */
  upload(report: string | Buffer, over?: Partial<Omit<ScanReceived, 'target'>> & { readonly target?: Partial<ScanTarget> }): Promise<ScanReceived>;
  /** One batch in one transaction, as the runner does it: rolled back on `retry` and on exceptions. */
  receive(scans: readonly ScanReceived[], options?: { readonly context?: Partial<BatchContext>; readonly deps?: Partial<ReadingDeps> }): Promise<Outcome | readonly Outcome[]>;
  emitted(scanId?: string): Promise<Emitted[]>;
  /** Bytes of the outbox and of every table, as text: for secrets that must not be there. */
  everything(): Promise<string>;
  sql<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

class RolledBack extends Error {
  constructor(readonly outcome: Outcome) {
    super('rolled back');
  }
}

export async function startWorld(): Promise<World> {
  const test: TestDatabase = await createTestDatabase({ services: ['normalization'] });
  const dir = await mkdtemp(join(tmpdir(), 'normalization-'));
  await writeFile(join(dir, 'master'), randomBytes(32).toString('hex'));
  const keyring = await openKeyring({ masterKeyFile: join(dir, 'master') });
  const blobs = createBlobStore({ dir: join(dir, 'blobs'), keyring });
  const codec = createTestCodec();
  await codec.prepare();
  const database = await createDatabase({ url: test.urlFor('normalization'), schema: 'normalization', codec, pool: 4 });
  const admin = new pg.Pool({ connectionString: test.adminUrl, max: 2 });
  admin.on('error', () => undefined);
  const deps: ReadingDeps = { blobs, hasher: keyring.secretHasher, parsers: PARSERS, clock: fakeClock(new Date('2026-11-22T10:00:00.000Z')) };
  const context: BatchContext = { stopping: () => false, checkpoint: (tenants, work) => database.run(tenants, work) };
  let sequence = 0;
  const emitted: World['emitted'] = async (scanId) => {
    const { rows } = await admin.query<{ payload: Buffer }>('select payload from normalization.outbox order by id');
    const messages = rows.flatMap((row) => unpackMessages(row.payload)).filter((message) => message.topic === TOPICS.findingObserved);
    const all = await Promise.all(messages.map(async (message) => ({
      eventId: message.headers['ce_id'] ?? '', key: message.key?.toString() ?? '', value: await codec.decode(message.topic, message.value as Buffer) as FindingObserved,
    })));
    return all.filter((one) => scanId === undefined || one.value.header.scanId === scanId);
  };
  return {
    database, blobs, deps, emitted,
    async upload(report, over = {}) {
      const scanId = newId();
      const blobKey = `reports/2026-11-22/${scanId}`;
      const bytes = Buffer.from(report as string);
      const stored = await blobs.put(TENANT, blobKey, (async function* () { yield bytes; })());
      return {
        scanId, tenantId: TENANT, sequence: sequence += 1, receivedAt: '2026-11-22T09:59:00.000Z', scannedAt: '', blobKey, blobBytes: stored.bytes, sha256: stored.sha256, contentType: '', fileName: 'report',
        encoding: '', format: '', tool: '', coverage: '', reported: -1, actor: 'test', ...over,
        target: {
          asset: '', version: '', line: 'main', defaultLine: true, path: '', category: '', application: '', service: '', repository: 'github.com/acme/pay', branch: 'main', commit: 'f9ec22dff2cb0d0bb2d3b2c28ec09e9e37afbf98', image: '',
          url: '', account: '', environment: '', build: '', pullRequest: '', base: '', ...over.target,
        },
      };
    },
    receive: async (scans, options = {}) => {
      try {
        return await database.run([TENANT], async (unit: Unit) => {
          const outcome = await handleScanReceived(scans.map(toRecord), unit, { ...context, ...options.context }, { ...deps, ...options.deps });
          if (!Array.isArray(outcome) && (outcome as Outcome).kind === 'retry') throw new RolledBack(outcome as Outcome);
          return outcome;
        });
      } catch (error) {
        if (error instanceof RolledBack) return error.outcome;
        throw error;
      }
    },
    async everything() {
      const tables = await Promise.all(['parser_runs', 'quarantine', 'progress', 'due_work'].map(async (table) => JSON.stringify((await admin.query(`select * from normalization.${table}`)).rows)));
      return [...tables, JSON.stringify(await emitted())].join('\n');
    },
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    async close() {
      await database.close();
      await admin.end();
      await test.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const toRecord = (value: ScanReceived, index: number): StreamRecord<ScanReceived> => ({
  topic: TOPICS.scanReceived, partition: 0, offset: BigInt(index), timestamp: 0, key: `${value.tenantId}|${value.scanId}`, eventId: value.scanId, tenantId: tenantId(value.tenantId), headers: {}, value,
});

/** A SARIF report with so many results, each of about 800 bytes. */
export function sarif(count: number, options: { readonly broken?: readonly number[]; readonly invocation?: object; readonly text?: string } = {}): string {
  const results = Array.from({ length: count }, (_, index) => (options.broken?.includes(index) ? { ruleId: 'x', locations: 'nowhere' } : {
    ruleId: `rule-${index % 7}`, level: 'error', message: { text: `Result ${index}. ${options.text ?? 'A value flows into a query. '.repeat(20)}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: `src/file-${index % 50}.js` }, region: { startLine: index + 1, snippet: { text: `query("select " + value${index})` } } } }],
  }));
  return JSON.stringify({ version: '2.1.0', runs: [{ results, ...(options.invocation ? { invocations: [options.invocation] } : {}), tool: { driver: { name: 'Tester', version: '1.2.3' } } }] });
}
