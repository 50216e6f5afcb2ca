// A service in a process of its own, to be killed: consumes `in`, counts in Postgres, announces to `out`.
// Plain Node runs it (types are stripped), against the built libraries.
import { derivedId } from '@throughline/contracts';
import { createDatabase, startRelay } from '@throughline/persistence';
import { createConsumerRunner, done, type BatchHandler, type RunnerUnit, type StreamLogger } from '@throughline/stream';
import { createKafkaJsDriver, createKafkaJsProducer } from '@throughline/stream/kafkajs';
import { createPlatformaticProducer } from '@throughline/stream/platformatic';

interface WorkerConfig {
  readonly url: string;
  readonly brokers: string[];
  readonly sasl?: { readonly username: string; readonly password: string };
  readonly group: string;
  readonly in: string;
  readonly out: string;
  /** Slows the handler down, so that kills find it at work. */
  readonly pauseMs: number;
}

const config = JSON.parse(process.argv[2] ?? '') as WorkerConfig;
const codec = {
  decode: (_topic: string, value: Buffer) => Promise.resolve(JSON.parse(value.toString()) as unknown),
  encode: (_topic: string, value: object) => Buffer.from(JSON.stringify(value)),
};
const say = (event: object, message: string): void => { if (process.env.FAULTS_VERBOSE) console.error(process.pid, message, JSON.stringify(event)); };
const logger: StreamLogger = { debug: () => undefined, info: say, warn: say, error: (event, message) => console.error('ERROR', message, JSON.stringify(event)) };
const kafka = { brokers: config.brokers, clientId: 'worker', logger, ...(config.sasl ? { sasl: config.sasl } : {}) };

const database = await createDatabase({ url: config.url, schema: 'dedup', codec });
const producer = process.env.FAULT_PRODUCER === 'platformatic' ? createPlatformaticProducer(kafka) : createKafkaJsProducer(kafka);
const relay = startRelay(database, producer, { logger });

const handler: BatchHandler<{ n: number }, RunnerUnit> = async (records, unit) => {
  await unit.query(
    `insert into applied as a (event_id, times, n) select id, 1, n from unnest($1::text[], $2::int[]) as t (id, n)
     order by id on conflict (event_id) do update set times = a.times + 1`,
    [records.map((record) => record.eventId), records.map((record) => record.value.n)], { name: 'count' },
  );
  unit.announce(...records.map((record) => ({ topic: config.out, key: [record.key], value: { of: record.eventId }, tenantId: record.tenantId, eventId: derivedId(record.eventId, 'counted'), cause: record })));
  if (config.pauseMs > 0) await new Promise((resolve) => { setTimeout(resolve, config.pauseMs); });
  return done;
};

const runner = createConsumerRunner({
  group: config.group, driver: createKafkaJsDriver(kafka), store: database, codec, logger, handlers: { [config.in]: handler },
  chunk: { records: 200, bytes: 4_000_000 },
});
process.on('SIGTERM', () => {
  void (async () => {
    await runner.stop();
    await relay.stop();
    await producer.disconnect();
    await database.close();
    process.exitCode = 0;
    process.disconnect?.();
  })();
});
await runner.start();
const readiness = setInterval(() => {
  if (!runner.ready()) return;
  clearInterval(readiness);
  process.send?.('ready');
}, 20);
