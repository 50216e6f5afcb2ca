import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AvroCodec, TOPICS } from '@throughline/contracts';
import type { AssetObserved, ChainChanged } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId } from '@throughline/domain';
import type { TenantId } from '@throughline/domain';
import { createDatabase, startDueWorker } from '@throughline/persistence';
import type { Database, DatabaseUnit } from '@throughline/persistence';
import { CLOCK, ServiceModule } from '@throughline/service-kit';
import type { CallerIdentity, ServiceParts } from '@throughline/service-kit';
import type { Outcome, OutgoingMessage, StreamRecord } from '@throughline/stream';
import { createDatabase as createTestDatabase, fakeClock } from '@throughline/testing';
import type { TestDatabase } from '@throughline/testing';
import { AppModule } from '../../src/app.module.js';
import { AssetObservedHandler } from '../../src/consumers/asset-observed.handler.js';
import { REVERIFY, reverifyHandler } from '../../src/provenance/reverify.js';
import { RECOMPUTE } from '../../src/resolution/recompute.js';
import { recomputeHandler } from '../../src/service.js';

export const TENANT = DEFAULT_TENANT;
export const OTHER = tenantId('00000000-0000-7000-8000-0000000000ff');
export const START = new Date('2026-03-01T12:00:00.000Z');

/** Minutes after the start of the test's time, as text. */
export const minute = (count: number): string => new Date(START.getTime() + count * 60_000).toISOString();

export type LinkSpec = readonly [from: string, kind: string, to: string, extra?: Partial<AssetObserved['links'][number]> & { data?: object }];

export interface PartSpec {
  readonly assets?: readonly (readonly [urn: string, attributes: object, observedAt?: string])[];
  readonly links?: readonly LinkSpec[];
  readonly attestations?: readonly { readonly bundle: string; readonly subject?: string; readonly observedAt?: string; readonly origin?: string }[];
  readonly source?: string;
  readonly scope?: string;
  readonly complete?: boolean;
  readonly parts?: number;
  readonly ordinal?: number;
  readonly sequence?: number;
  readonly receivedAt?: string;
  readonly tenant?: TenantId;
}

export function part(spec: PartSpec): AssetObserved {
  const at = spec.receivedAt ?? minute(0);
  return {
    tenantId: spec.tenant ?? TENANT, observationId: `o-${spec.sequence ?? 1}`, source: spec.source ?? 'aws:1/eu', sequence: spec.sequence ?? 1, ordinal: spec.ordinal ?? 0,
    assets: (spec.assets ?? []).map(([urn, attributes, observedAt]) => ({ urn, kind: 'any', attributes: JSON.stringify(attributes), observedAt: observedAt ?? at })),
    links: (spec.links ?? []).map(([from, kind, to, extra = {}]) => {
      const { data, ...rest } = extra;
      return { from, kind, to, method: 'api', evidence: JSON.stringify(data ?? {}), confidence: -1, verified: false, validFrom: at, validTo: '', observedAt: at, ...rest };
    }),
    attestations: (spec.attestations ?? []).map((one) => ({ subject: '', mediaType: '', origin: 'oci-referrers', observedAt: at, ...one })),
    snapshotScope: spec.scope ?? '', snapshotComplete: spec.complete ?? false, parts: spec.parts ?? -1, receivedAt: at,
  };
}

export interface Harness {
  readonly database: Database;
  readonly test: TestDatabase;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly app: NestFastifyApplication;
  /** Applies records as one batch; `diesAt`: the statement at which the process is gone. */
  apply(records: readonly AssetObserved[], diesAt?: number): Promise<{ changed: ChainChanged[]; outcomes: readonly Outcome[] }>;
  /** Works off what a wide change left; returns what was announced. */
  drain(): Promise<ChainChanged[]>;
  /** Everything announced so far, in order. */
  readonly announced: OutgoingMessage[];
  call(method: 'GET' | 'PUT' | 'DELETE', url: string, body?: object, tenant?: TenantId, scopes?: readonly string[]): Promise<{ status: number; body: never }>;
  run<R>(work: (unit: DatabaseUnit) => Promise<R>, tenants?: readonly TenantId[]): Promise<R>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

const TABLES = [
  'assets', 'asset_versions', 'asset_claims', 'asset_refs', 'link_claims', 'links', 'inventories', 'inventory_parts', 'image_origins', 'service_states', 'service_members',
  'contexts', 'pending', 'exposure_periods', 'hop_states', 'definitions', 'definition_versions', 'outbox', 'due_work', 'attestations', 'attestation_subjects', 'attestation_images', 'image_tag_hints', 'image_instructions', 'dockerfile_instructions',
];

/** The service on a real Postgres: its handler, its due work and its HTTP routes, with Avro as it goes over the wire. */
export async function startHarness(): Promise<Harness> {
  const test = await createTestDatabase({ services: ['chain-resolution'] });
  const codec = new AvroCodec({ registry: { idOf: async () => 1, schemaOf: async () => { throw new Error('not needed'); } } as never });
  await codec.prepare([TOPICS.chainChanged, TOPICS.auditRecorded]);
  const clock = fakeClock(START);
  const database = await createDatabase({ url: test.urlFor('chain_resolution'), schema: 'chain_resolution', codec, pool: 4, clock });
  const announced: OutgoingMessage[] = [];
  const spying: Database = Object.assign(Object.create(database) as Database, {
    run: <R>(tenants: readonly TenantId[], work: (unit: DatabaseUnit) => Promise<R>) => database.run(tenants, (unit) => work(spy(unit, announced))),
  });
  const app = await startHttp(spying, clock);
  const logger = { warn: () => undefined } as never;
  const handler = new AssetObservedHandler(clock, logger);
  const run = <R>(work: (unit: DatabaseUnit) => Promise<R>, tenants: readonly TenantId[] = [TENANT]): Promise<R> => database.run(tenants, work);
  const since = (count: number): ChainChanged[] => announced.slice(count).filter((one) => one.topic === TOPICS.chainChanged).map((one) => one.value as ChainChanged);
  return {
    database, test, clock, app, announced, run,
    apply: async (records, diesAt = Number.POSITIVE_INFINITY) => {
      const before = announced.length;
      const tenants = [...new Set(records.map((record) => tenantId(record.tenantId)))];
      const told: OutgoingMessage[] = [];
      const outcomes = await run((unit) => handler.handle({ records: records.map(toRecord), unit: spy(unit, told, diesAt), context: { stopping: () => false, checkpoint: async () => { throw new Error('unused'); } } }), tenants);
      announced.push(...told);
      return { outcomes, changed: since(before) };
    },
    drain: async () => {
      const before = announced.length;
      const worker = startDueWorker(spying, { clock, kinds: { [RECOMPUTE]: recomputeHandler(clock), [REVERIFY]: reverifyHandler(clock) } });
      await worker.drain();
      await worker.stop();
      return since(before);
    },
    call: async (method, url, body, tenant = TENANT, scopes = []) => {
      const response = await app.inject({ method, url, headers: { authorization: `Bearer ${[tenant, ...scopes].join(',')}`, ...(body ? { 'content-type': 'application/json' } : {}) }, ...(body ? { payload: JSON.stringify(body) } : {}) });
      return { status: response.statusCode, body: (response.body === '' ? undefined : JSON.parse(response.body)) as never };
    },
    clear: async () => {
      announced.length = 0;
      await run(async (unit) => { for (const table of TABLES) await unit.query(`delete from ${table}`); }, [TENANT, OTHER]);
    },
    close: async () => { await app.close(); await database.close(); await test.drop(); },
  };
}

async function startHttp(database: Database, clock: unknown): Promise<NestFastifyApplication> {
  const caller = (token: string): CallerIdentity => ({ tenantId: tenantId(token.split(',')[0] ?? ''), actor: 'tester', name: 'Tester', role: 'admin', scopes: token.split(',').slice(1) });
  const parts = {
    config: {}, database, codec: {}, producer: {}, readiness: { report: () => ({ status: 'ready', checks: {} }) }, verifyToken: async (token: string) => caller(token),
    logger: { error: () => undefined, warn: () => undefined, info: () => undefined },
  } as unknown as ServiceParts;
  const shared = ServiceModule.forRoot(parts);
  const withClock = { ...shared, providers: (shared.providers ?? []).map((one) => (typeof one === 'object' && 'provide' in one && one.provide === CLOCK ? { provide: CLOCK, useValue: clock } : one)) };
  const exported = { ...withClock, exports: (shared.exports as { provide?: unknown }[]).map((one) => (one.provide === CLOCK ? { provide: CLOCK, useValue: clock } : one)) as never };
  const app = await NestFactory.create<NestFastifyApplication>({ module: class TestRoot {}, imports: [exported, AppModule] }, new FastifyAdapter({ routerOptions: { maxParamLength: 2000 } }), { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

function spy(unit: DatabaseUnit, messages: OutgoingMessage[], diesAt = Number.POSITIVE_INFINITY): DatabaseUnit {
  let statements = 0;
  const query: DatabaseUnit['query'] = async (sql, parameters, options) => {
    if (statements++ === diesAt) throw new Error('killed');
    return unit.query(sql, parameters, options);
  };
  return Object.assign(Object.create(unit) as DatabaseUnit, {
    query, announce: (...all: readonly OutgoingMessage[]) => { messages.push(...all); unit.announce(...all); },
  });
}

function toRecord(value: AssetObserved, index: number): StreamRecord<AssetObserved> {
  return { topic: TOPICS.assetObserved, partition: 0, offset: BigInt(index), timestamp: 0, key: `${value.tenantId}|${value.source}`, eventId: `${value.observationId}|${value.ordinal}`, tenantId: tenantId(value.tenantId), headers: {}, value };
}
