import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fingerprintOf, newId, schemaOfTopic, subjectOf, TOPIC_CATALOGUE } from '@throughline/contracts';
import { DEFAULT_TENANT, type TenantId } from '@throughline/domain';
import { bootstrapService, createTokenSigner, type RunningService } from '@throughline/service-kit';
import { createDatabase, type TestDatabase } from '@throughline/testing';
import pg from 'pg';
import { normalizationConfig } from '../src/config.js';
import { normalization } from '../src/service.js';

const OTHER = '00000000-0000-7000-8000-0000000000ff' as TenantId;
let database: TestDatabase;
let service: RunningService;
let admin: pg.Pool;
let dir: string;
let get: (path: string, tenant?: TenantId) => Promise<{ status: number; body: Record<string, never> & { items: Record<string, unknown>[]; next: string | null } }>;

beforeAll(async () => {
  database = await createDatabase({ services: ['normalization'] });
  admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
  admin.on('error', () => undefined);
  dir = await mkdtemp(join(tmpdir(), 'normalization-http-'));
  const keys = generateKeyPairSync('ed25519');
  const sign = await createTokenSigner(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await writeFile(join(dir, 'token.pem'), keys.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await writeFile(join(dir, 'master'), randomBytes(32).toString('hex'));
  await writeFile(join(dir, 'schema-ids.json'), JSON.stringify({ schemas: {}, subjects: Object.fromEntries(Object.keys(TOPIC_CATALOGUE).flatMap((topic, index) => {
    const schema = schemaOfTopic(topic);
    return schema === undefined ? [] : [[subjectOf(topic), { id: index + 1, fingerprint: fingerprintOf(schema) }]];
  })) }));
  // Port 1: the broker is away; the service must answer all the same.
  service = await bootstrapService(await normalization(normalizationConfig.parse({
    DATABASE_URL: database.urlFor('normalization'), KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_IDS_FILE: join(dir, 'schema-ids.json'), INTERNAL_TOKEN_PUBLIC_KEY_FILE: join(dir, 'token.pem'),
    MASTER_KEY_FILE: join(dir, 'master'), BLOB_DIR: join(dir, 'blobs'), LOG_LEVEL: 'silent',
  })));
  get = async (path, tenant = DEFAULT_TENANT) => {
    const token = await sign({ tenantId: tenant, actor: 'test', name: 'Test', role: 'viewer', scopes: [] });
    const response = await fetch(new URL(path, service.url), { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.json() as never };
  };
});

afterAll(async () => {
  await service?.close();
  await admin?.end();
  await database?.drop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

describe('GET /v1/formats', () => {
  it('names every format with its class, versions and how it was verified', async () => {
    const { status, body } = await get('/v1/formats');
    expect(status).toBe(200);
    expect(body.items.map((item) => item['id'])).toEqual(expect.arrayContaining(['sarif', 'trivy', 'gitleaks', 'checkov', 'zap']));
    for (const item of body.items) expect(item).toMatchObject({ name: expect.any(String), class: expect.any(String), versions: expect.any(Array), verified: expect.any(Array) });
  });
});

describe('GET /v1/quarantine', () => {
  const scan = newId();
  beforeAll(async () => {
    await admin.query(
      `insert into normalization.quarantine (tenant_id, id, scan_id, ordinal, format, tool, position, code, message, excerpt, created_at)
       select $1, gen_random_uuid(), $2, n, 'sarif', 't', 'result ' || n, case when n % 2 = 0 then 'wrong_type' else 'malformed' end, 'm', 'e', '2026-11-22T10:00:00Z'::timestamptz + n * interval '1 microsecond' from generate_series(0, 24) n`,
      [DEFAULT_TENANT, scan],
    );
  });

  it('lists newest first, page by page, each once', async () => {
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await get(`/v1/quarantine?limit=10${cursor === null ? '' : `&cursor=${cursor}`}`) as { body: { items: Record<string, unknown>[]; next: string | null } };
      seen.push(...body.items.map((item) => item['ordinal']));
      cursor = body.next;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 24 - index));
  });

  it('filters by scan, code and format', async () => {
    expect((await get(`/v1/quarantine?scan=${scan}&code=wrong_type&format=sarif`)).body.items).toHaveLength(13);
    expect((await get(`/v1/quarantine?scan=${newId()}`)).body.items).toEqual([]);
  });

  it('FAULTS 55: shows another tenant nothing', async () => {
    expect((await get(`/v1/quarantine?scan=${scan}`, OTHER)).body.items).toEqual([]);
  });

  it.each(['limit=1001', 'limit=0', 'scan=x', 'cursor=nonsense', 'nosuch=1', 'sort=code'])('refuses %s with 400', async (query) => expect((await get(`/v1/quarantine?${query}`)).status).toBe(400));
});

it('needs a token', async () => expect((await fetch(new URL('/v1/formats', service.url))).status).toBe(401));
