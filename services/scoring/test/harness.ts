import { AvroCodec, TOPICS, type ChainChanged, type FindingChanged, type IntelUpdated, type RiskChanged, type ScanCompleted, type ScanScored, type TicketChanged } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId, type TenantId } from '@throughline/domain';
import { createDatabase, startDueWorker, type Database, type DatabaseUnit, type DueWorker } from '@throughline/persistence';
import type { Outcome, OutgoingMessage, StreamRecord } from '@throughline/stream';
import { createDatabase as createTestDatabase, fakeClock, type FakeClock, type TestDatabase } from '@throughline/testing';
import { v7 } from 'uuid';
import { createCvssCalculator } from '../src/adapters/cvss.js';
import { dueHandlers } from '../src/application/due-handlers.js';
import { ChainChangedHandler } from '../src/consumers/chain-changed.handler.js';
import { FindingChangedHandler } from '../src/consumers/finding-changed.handler.js';
import { IntelUpdatedHandler } from '../src/consumers/intel-updated.handler.js';
import { ScanCompletedHandler } from '../src/consumers/scan-completed.handler.js';
import { TicketChangedHandler } from '../src/consumers/ticket-changed.handler.js';

export const TENANT: TenantId = DEFAULT_TENANT;
export const OTHER_TENANT: TenantId = tenantId('00000000-0000-7000-8000-000000000002');
export const caller = (tenant: TenantId = TENANT, actor = 'ann') => ({ tenantId: tenant, actor, name: actor, role: 'admin' as const, scopes: [] });

export interface Told {
  readonly outcomes: Outcome | readonly Outcome[] | 'fenced';
  readonly risks: readonly RiskChanged[];
  readonly scored: readonly ScanScored[];
}

export interface Harness {
  readonly database: Database;
  readonly test: TestDatabase;
  readonly clock: FakeClock;
  findings(records: readonly FindingChanged[], at?: { readonly from: number; readonly partition?: number; readonly crash?: boolean }): Promise<Told>;
  contexts(records: readonly ChainChanged[]): Promise<Told>;
  intel(records: readonly IntelUpdated[]): Promise<Told>;
  scans(records: readonly ScanCompleted[]): Promise<Told>;
  tickets(records: readonly TicketChanged[]): Promise<Told>;
  /** Works off what is due now. */
  due(): Promise<Told>;
  run<R>(work: (unit: DatabaseUnit) => Promise<R>, tenant?: TenantId): Promise<R>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

const TABLES = ['findings', 'finding_identifiers', 'finding_history', 'chain_contexts', 'tickets', 'ticket_history', 'scan_ledger', 'exceptions', 'activations', 'policies', 'intel_cursors', 'intel', 'intel_feeds', 'known_tenants', 'due_work', 'outbox', 'offsets'];

/** The handlers on a real database of their own; what they announce is encoded with the real schemas and kept here. */
export async function startHarness(): Promise<Harness> {
  const test = await createTestDatabase({ services: ['scoring'] });
  const clock = fakeClock('2026-11-02T00:00:00.000Z');
  const ids = new Map<string, number>();
  const codec = new AvroCodec({ registry: {
    idOf: async (subject) => ids.get(subject) ?? ids.set(subject, ids.size + 1).size,
    schemaById: async () => { throw new Error('not asked'); },
  } });
  await codec.prepare();
  const database = recording(await createDatabase({ url: test.urlFor('scoring'), pool: 4, schema: 'scoring', codec, clock }));
  const tools = { calculate: createCvssCalculator(), clock };
  const handlers = { finding: new FindingChangedHandler(tools), chain: new ChainChangedHandler(tools), intel: new IntelUpdatedHandler(tools), scan: new ScanCompletedHandler(tools), ticket: new TicketChangedHandler() };
  const worker: DueWorker = startDueWorker(database, { kinds: dueHandlers(tools), clock, pollMs: 3_600_000 });
  await worker.drain();
  const apply = async (topic: string, values: readonly object[], handle: (records: readonly StreamRecord<never>[], unit: DatabaseUnit) => Promise<Outcome | readonly Outcome[]>): Promise<Told> => {
    const records = values.map((value, index) => recordOf(topic, value, index));
    const outcomes = await database.run(tenantsOf(records), (unit) => handle(records as StreamRecord<never>[], unit));
    return told(outcomes, database.take());
  };
  return {
    database, test, clock,
    async findings(values, at) {
      const records = values.map((value, index) => recordOf(TOPICS.findingChanged, value, index));
      if (at === undefined) return apply(TOPICS.findingChanged, values, (r, unit) => handlers.finding.handle(r, unit));
      const position = { group: 'throughline.scoring', topic: TOPICS.findingChanged, partition: at.partition ?? 0, from: BigInt(at.from), next: BigInt(at.from + values.length), create: at.from === 0 };
      const result = await database.transact(position, tenantsOf(records), async (unit) => {
        const outcomes = await handlers.finding.handle(records as StreamRecord<FindingChanged>[], unit);
        if (at.crash) throw new Error('killed');
        return outcomes;
      }).catch((error: Error) => { database.take(); throw error; });
      return result.fenced ? told('fenced', database.take()) : told(result.value as readonly Outcome[], database.take());
    },
    contexts: (values) => apply(TOPICS.chainChanged, values, (records, unit) => handlers.chain.handle(records, unit)),
    intel: (values) => apply(TOPICS.intelUpdated, values, (records, unit) => handlers.intel.handle(records, unit)),
    scans: (values) => apply(TOPICS.scanCompleted, values, (records, unit) => handlers.scan.handle(records, unit)),
    tickets: (values) => apply(TOPICS.ticketChanged, values, (records, unit) => handlers.ticket.handle(records, unit)),
    async due() {
      await worker.drain();
      return told([], database.take());
    },
    run: (work, tenant = TENANT) => database.run([tenant], work),
    async clear() {
      database.take();
      handlers.finding = new FindingChangedHandler(tools); // it remembers tenants
      await database.run([TENANT, OTHER_TENANT], async (unit) => {
        for (const table of TABLES) await unit.query(`delete from ${table}`);
      });
    },
    async close() {
      await worker.stop();
      await database.close();
      await test.drop();
    },
  };
}

/** Keeps what committed units announced. */
function recording(database: Database): Database & { take(): OutgoingMessage[] } {
  let kept: OutgoingMessage[] = [];
  const watch = <R>(work: (unit: DatabaseUnit) => Promise<R>) => {
    const mine: OutgoingMessage[] = [];
    return { mine, work: (unit: DatabaseUnit) => {
      const announce = unit.announce.bind(unit);
      unit.announce = (...messages) => { mine.push(...messages); announce(...messages); };
      return work(unit);
    } };
  };
  return new Proxy(database, { get: (target, name) => {
    if (name === 'take') return () => { const taken = kept; kept = []; return taken; };
    if (name === 'run') return async (tenants: readonly TenantId[], work: (unit: DatabaseUnit) => Promise<unknown>) => {
      const watched = watch(work);
      const result = await target.run(tenants, watched.work);
      kept.push(...watched.mine);
      return result;
    };
    if (name === 'transact') return async (position: never, tenants: readonly TenantId[], work: (unit: DatabaseUnit) => Promise<unknown>) => {
      const watched = watch(work);
      const result = await target.transact(position, tenants, watched.work);
      kept.push(...watched.mine);
      return result;
    };
    const value: unknown = Reflect.get(target, name, target);
    return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
  } }) as Database & { take(): OutgoingMessage[] };
}

function told(outcomes: Told['outcomes'], messages: readonly OutgoingMessage[]): Told {
  const of = <T>(topic: string): readonly T[] => messages.filter((message) => message.topic === topic).map((message) => message.value as T);
  return { outcomes, risks: of<RiskChanged>(TOPICS.riskChanged), scored: of<ScanScored>(TOPICS.scanScored) };
}

function recordOf(topic: string, value: object, index: number): StreamRecord<object> {
  const { tenantId: tenant, header } = value as { tenantId?: string; header?: { tenantId: string } };
  const given = tenant ?? header?.tenantId;
  return { topic, partition: 0, offset: BigInt(index), timestamp: 0, key: '', eventId: v7(), tenantId: given === undefined ? null : tenantId(given), headers: {}, value };
}

const tenantsOf = (records: readonly StreamRecord<unknown>[]): readonly TenantId[] => [...new Set(records.flatMap((record) => record.tenantId ?? []))];
