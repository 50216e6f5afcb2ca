import { derivedId, newId } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import { createDatabase, startRelay, type Database, type Relay } from '@throughline/persistence';
import { createConsumerRunner, done, InProcessMetrics, type BatchHandler, type ConsumerRunner, type ConsumerRunnerOptions, type ProducerMessage, type RunnerUnit } from '@throughline/stream';
import { createKafka, createKafkaJsDriver, createKafkaJsProducer } from '@throughline/stream/kafkajs';
import { createPlatformaticProducer } from '@throughline/stream/platformatic';
import { createDatabase as createTestDatabase, createTopics, engines, uniquePrefix, type TestDatabase, type TestTopics } from '@throughline/testing';
import pg from 'pg';
import { jsonCodec } from './json-codec.js';

export interface Work { readonly id: string; readonly n: number }

/** Where a fault test runs: the shared engines, or ones that it may stop and start. */
export interface Place {
  readonly brokers: string[];
  readonly sasl: { username: string; password: string } | undefined;
  readonly database: TestDatabase;
  readonly topics: TestTopics;
  readonly group: string;
}

const TENANT = '00000000-0000-7000-8000-000000000001' as TenantId;

/** Topics `in` and `out`, a dead-letter topic of the group, and a table that counts how often an event was applied. */
export async function makePlace(options: { partitions?: number; compact?: boolean } = {}): Promise<Place> {
  const { kafka } = await engines();
  const prefix = uniquePrefix('faults');
  const group = `${prefix}group`;
  const [database, topics] = await Promise.all([
    createTestDatabase({ services: ['dedup'] }),
    createTopics(prefix, ['in', 'out', 'group.dlq.v1'], options),
  ]);
  await withClient(database.ownerUrl, (client) => client.query(APPLIED_TABLE));
  return { brokers: kafka.brokers, sasl: kafka.sasl, database, topics, group };
}

export const APPLIED_TABLE = `
  create table dedup.applied (event_id text primary key, times integer not null, n integer not null);
  select platform.shared_table('dedup', 'applied', 'a test');`;

export const sql = {
  count: `insert into applied as a (event_id, times, n) select id, 1, n from unnest($1::text[], $2::int[]) as t (id, n)
          order by id on conflict (event_id) do update set times = a.times + 1`,
};

/** Counts each event and announces one of its own for it. */
export const countAndAnnounce = (out: string): BatchHandler<Work, RunnerUnit> => async (records, unit) => {
  await unit.query(sql.count, [records.map((record) => record.eventId), records.map((record) => record.value.n)], { name: 'count' });
  unit.announce(...records.map((record) => ({
    topic: out, key: [record.key], value: { of: record.eventId }, tenantId: TENANT, eventId: derivedId(record.eventId, 'counted'), cause: record,
  })));
  return done;
};

export interface Member {
  readonly runner: ConsumerRunner;
  readonly relay: Relay;
  readonly database: Database;
  readonly metrics: InProcessMetrics;
  stop(): Promise<void>;
}

/** A whole service in this process: database, relay, runner. */
export async function startMember(place: Place, options: Partial<ConsumerRunnerOptions<RunnerUnit>> = {}): Promise<Member> {
  const database = await createDatabase({ url: place.database.urlFor('dedup'), schema: 'dedup', codec: jsonCodec, applicationName: place.group });
  // FAULT_PRODUCER=platformatic runs the suite over the other client.
  const connection = { brokers: place.brokers, clientId: 'faults', sasl: place.sasl };
  const producer = process.env.FAULT_PRODUCER === 'platformatic' ? createPlatformaticProducer(connection) : createKafkaJsProducer(connection);
  const metrics = new InProcessMetrics();
  const relay = startRelay(database, producer, { metrics });
  const runner = createConsumerRunner({
    group: place.group,
    driver: createKafkaJsDriver({ brokers: place.brokers, clientId: 'faults', sasl: place.sasl }),
    store: database, codec: jsonCodec, metrics,
    handlers: { [place.topics.of('in')]: countAndAnnounce(place.topics.of('out')) },
    backoff: { firstMs: 100, factor: 2, maxMs: 1000 },
    ...options,
  });
  await runner.start();
  return {
    runner, relay, database, metrics,
    async stop() {
      await runner.stop();
      await relay.stop();
      await producer.disconnect();
      await database.close();
    },
  };
}

/** Messages with ids of their own. */
export const makeMessages = (topic: string, count: number, from = 0): ProducerMessage[] => Array.from({ length: count }, (_, index) => {
  const id = newId();
  return { topic, key: Buffer.from(`key-${index % 997}`), value: Buffer.from(JSON.stringify({ id, n: from + index })), headers: { ce_id: id, tenant: TENANT } };
});

export async function produce(place: Place, messages: readonly ProducerMessage[]): Promise<void> {
  const producer = createKafkaJsProducer({ brokers: place.brokers, clientId: 'faults', sasl: place.sasl });
  await producer.send(messages);
  await producer.disconnect();
}

export interface Tally { readonly events: number; readonly twice: number }

export async function tally(place: Place): Promise<Tally> {
  return withClient(place.database.adminUrl, async (client) => {
    const { rows } = await client.query<{ events: number; twice: number }>('select count(*)::int as events, (count(*) filter (where times > 1))::int as twice from dedup.applied');
    return rows[0] ?? { events: 0, twice: 0 };
  });
}

export async function outboxRows(place: Place): Promise<number> {
  return withClient(place.database.adminUrl, async (client) => Number((await client.query<{ count: string }>('select count(*) from dedup.outbox')).rows[0]?.count));
}

/** Everything in a topic from its start to its present end, by a consumer outside of the library. */
export async function readAll(place: Place, topic: string): Promise<{ headers: Record<string, string>; value: Buffer | null; key: Buffer | null }[]> {
  const kafka = createKafka({ brokers: place.brokers, clientId: 'reader', sasl: place.sasl });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Set(ends.filter(({ low, high }) => low !== high).map(({ partition }) => partition));
  if (open.size === 0) return [];
  const found: { headers: Record<string, string>; value: Buffer | null; key: Buffer | null }[] = [];
  const consumer = kafka.consumer({ groupId: uniquePrefix('reader'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.run({
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) {
          found.push({ key: message.key, value: message.value, headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])) });
        }
        const high = ends.find(({ partition }) => partition === batch.partition)?.high ?? '0';
        if (BigInt(batch.lastOffset()) + 1n >= BigInt(high)) open.delete(batch.partition);
        if (open.size === 0) resolve();
        await Promise.resolve();
      },
    }).catch(reject);
  });
  await consumer.disconnect();
  return found;
}

export async function withClient<R>(url: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
