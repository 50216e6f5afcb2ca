// CPU of one stateful step a message (consume, fence, upsert, outbox, relay, produce) by process: ours, Postgres's backends.
//   node bench/stateful-step.mts [kafkajs|platformatic] [messages] [bytes]
// On the shared engines; the broker's CPU is left out, since others use it too.
import { readFileSync } from 'node:fs';
import { derivedId, newId } from '@throughline/contracts';
import { DEFAULT_TENANT } from '@throughline/domain';
import { createDatabase, startRelay } from '@throughline/persistence';
import { createConsumerRunner, done, type ProducerMessage } from '@throughline/stream';
import { createKafkaJsDriver, createKafkaJsProducer } from '@throughline/stream/kafkajs';
import { createPlatformaticProducer } from '@throughline/stream/platformatic';
import { createDatabase as createTestDatabase, createTopics, engines, uniquePrefix } from '@throughline/testing';
import pg from 'pg';

const [kind = 'kafkajs', count = '60000', size = '1024'] = process.argv.slice(2);
const COUNT = Number(count);
const found = await engines();
const prefix = uniquePrefix('bench');
const topics = await createTopics(prefix, ['in', 'out', 'g.dlq.v1'], { partitions: 12 });
const test = await createTestDatabase({ services: ['dedup'] });
const admin = new pg.Client({ connectionString: test.adminUrl });
await admin.connect();
await admin.query("create table dedup.applied (event_id uuid primary key, n int not null, version int not null, body text); alter table dedup.applied owner to throughline_owner; grant all on dedup.applied to tl_dedup");

const kafka = { brokers: found.kafka.brokers, clientId: 'bench', sasl: found.kafka.sasl };
const feeder = createKafkaJsProducer(kafka);
const body = 'x'.repeat(Number(size) - 60);
for (let from = 0; from < COUNT; from += 5000) {
  await feeder.send(Array.from({ length: Math.min(5000, COUNT - from) }, (_, index): ProducerMessage => {
    const id = newId();
    return { topic: topics.of('in'), key: Buffer.from(id), value: Buffer.from(JSON.stringify({ n: from + index, body })), headers: { ce_id: id, tenant: DEFAULT_TENANT } };
  }));
}
await feeder.disconnect();

const codec = { decode: (_topic: string, value: Buffer) => Promise.resolve(JSON.parse(value.toString()) as { n: number; body: string }), encode: (_topic: string, value: object) => Buffer.from(JSON.stringify(value)) };
const database = await createDatabase({ url: test.urlFor('dedup'), schema: 'dedup', codec, applicationName: prefix });
const producer = kind === 'platformatic' ? createPlatformaticProducer(kafka) : createKafkaJsProducer(kafka);
await producer.connect();
const backends = async (): Promise<number> => {
  const { rows } = await admin.query<{ pid: number }>('select pid from pg_stat_activity where application_name like $1', [`${prefix}%`]);
  return rows.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
};
/** Milliseconds of user and system time; ticks are 10 ms. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
let applied = 0;
const runner = createConsumerRunner({
  group: `${prefix}g`, driver: createKafkaJsDriver(kafka), store: database, codec,
  handlers: {
    [topics.of('in')]: async (records: readonly { eventId: string; key: string; tenantId: typeof DEFAULT_TENANT | null; value: { n: number; body: string } }[], unit: { query: (sql: string, parameters: unknown[], options: { name: string }) => Promise<unknown>; announce: (...messages: object[]) => void }) => {
      const sorted = [...records].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
      await unit.query(
        `insert into applied as a (event_id, n, version, body) select * from unnest($1::uuid[], $2::int[], $3::int[], $4::text[])
         on conflict (event_id) do update set n = excluded.n, version = excluded.version, body = excluded.body where a.version < excluded.version`,
        [sorted.map((r) => r.eventId), sorted.map((r) => r.value.n), sorted.map(() => 1), sorted.map((r) => r.value.body)], { name: 'upsert' });
      unit.announce(...records.map((r) => ({ topic: topics.of('out'), key: [r.key], value: r.value, tenantId: r.tenantId, eventId: derivedId(r.eventId, 'counted') })));
      applied += records.length;
      return done;
    },
  } as never,
});
const began = { cpu: process.cpuUsage(), wall: performance.now() };
const relay = startRelay(database, producer);
await runner.start();
const isDone = async (): Promise<boolean> => applied >= COUNT && (await admin.query('select 1 from dedup.outbox limit 1')).rowCount === 0;
while (!await isDone()) await new Promise((resolve) => { setTimeout(resolve, 100); });
const used = process.cpuUsage(began.cpu);
const seconds = (performance.now() - began.wall) / 1000;
const own = (used.user + used.system) / COUNT;
const postgres = (await backends()) * 1000 / COUNT;
console.log(`${kind}: ${COUNT} messages of ${size} B, ${Math.round(COUNT / seconds)}/s; CPU a message: this process ${own.toFixed(1)} µs, Postgres backends ${postgres.toFixed(1)} µs`);
await runner.stop();
await relay.stop();
await producer.disconnect();
await database.close();
await admin.end();
await topics.drop();
await test.drop();
