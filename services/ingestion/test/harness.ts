import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestCodec, fingerprintOf, schemaOfTopic, subjectOf, TOPIC_CATALOGUE } from '@throughline/contracts';
import { DEFAULT_TENANT, type Role, type TenantId } from '@throughline/domain';
import { bootstrapService, createTokenSigner, type RunningService } from '@throughline/service-kit';
import { unpackMessages } from '@throughline/stream';
import { createDatabase, type TestDatabase } from '@throughline/testing';
import pg from 'pg';
import { ingestionConfig, type IngestionConfig } from '../src/config.js';
import { ingestion, type IngestionOptions } from '../src/service.js';

export interface Announced { readonly topic: string; readonly key: string; readonly value: Record<string, unknown>; readonly headers: Readonly<Record<string, string>> }

/** The service on a database of its own, without a broker: what it announces stays in the outbox, where a test reads it. */
export interface World {
  readonly url: string;
  readonly dir: string;
  readonly database: TestDatabase;
  readonly environment: Readonly<Record<string, string>>;
  fetch(path: string, init?: RequestInit & { readonly role?: Role; readonly tenant?: TenantId; readonly duplex?: 'half' }): Promise<Response>;
  token(role?: Role, tenant?: TenantId): Promise<string>;
  /** As the superuser, over all tenants. */
  sql<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
  announced(topic?: string): Promise<Announced[]>;
  restart(changes?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export async function startWorld(changes: Readonly<Record<string, string>> = {}, options: IngestionOptions = {}): Promise<World> {
  const database = await createDatabase({ services: ['ingestion'] });
  const dir = await mkdtemp(join(tmpdir(), 'ingestion-'));
  const keys = generateKeyPairSync('ed25519');
  const sign = await createTokenSigner(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await writeFile(join(dir, 'token.pem'), keys.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await writeFile(join(dir, 'master'), randomBytes(32).toString('hex'));
  await writeFile(join(dir, 'schema-ids.json'), JSON.stringify({ subjects: keptIds(), schemas: {} }));
  const environment = {
    DATABASE_URL: database.urlFor('ingestion'), DATABASE_POOL: '5', KAFKA_BROKERS: `127.0.0.1:${await closedPort()}`, SCHEMA_IDS_FILE: join(dir, 'schema-ids.json'),
    INTERNAL_TOKEN_PUBLIC_KEY_FILE: join(dir, 'token.pem'), MASTER_KEY_FILE: join(dir, 'master'), BLOB_DIR: join(dir, 'blobs'), LOG_LEVEL: 'silent', ...changes,
  };
  const admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
  admin.on('error', () => undefined);
  const codec = createTestCodec();
  await codec.prepare();
  let service: RunningService = await start(environment, options);
  const token: World['token'] = (role = 'admin', tenant = DEFAULT_TENANT) => sign({ tenantId: tenant, actor: `test-${role}`, name: 'Test', role, scopes: [] });
  return {
    get url() { return service.url; },
    dir, database, environment, token,
    async fetch(path, { role, tenant, ...init } = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${await token(role, tenant)}`);
      return fetch(new URL(path, service.url), { ...init, headers });
    },
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    async announced(topic) {
      const { rows } = await admin.query<{ payload: Buffer }>('select payload from ingestion.outbox order by id');
      const messages = rows.flatMap((row) => unpackMessages(row.payload)).filter((message) => topic === undefined || message.topic === topic);
      return Promise.all(messages.map(async ({ topic: name, key, value, headers }) => ({ topic: name, key: key?.toString() ?? '', headers, value: await codec.decode(name, value as Buffer) as Record<string, unknown> })));
    },
    async restart(more = {}) {
      await service.close();
      service = await start({ ...environment, ...more }, options);
    },
    async close() {
      await service.close();
      await admin.end();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const start = async (environment: Readonly<Record<string, string>>, options: IngestionOptions): Promise<RunningService> => bootstrapService(await ingestion(ingestionConfig.parse(environment) as IngestionConfig, options));

/** The ids of createTestCodec, as the file that a start keeps. */
function keptIds(): Record<string, { id: number; fingerprint: string }> {
  return Object.fromEntries(Object.keys(TOPIC_CATALOGUE).flatMap((topic, index) => {
    const schema = schemaOfTopic(topic);
    return schema === undefined ? [] : [[subjectOf(topic), { id: index + 1, fingerprint: fingerprintOf(schema) }]];
  }));
}

/** A port that nobody listens on: the broker is away. */
function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 1));
    });
  });
}
