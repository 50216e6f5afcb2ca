import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestCodec, TOPICS, type FindingObserved, type ScanReceived } from '@throughline/contracts';
import { startRelay, type Relay } from '@throughline/persistence';
import { createConsumerRunner, encodeMessage, type ConsumerRunner, type ProducerPort } from '@throughline/stream';
import { createKafkaJsDriver, createKafkaJsProducer, readTopic, type KafkaConnectionOptions } from '@throughline/stream/kafkajs';
import { createTopics, engines, uniquePrefix, until, type TestTopics } from '@throughline/testing';
import { systemClock } from '@throughline/domain';
import { handleScanReceived } from '../src/consumers/scan-received.handler.js';
import { sarif, startWorld, TENANT, type World } from './harness.js';

/** From the topic of received scans to the topic of observed findings, over the real broker and the real outbox, on topics of this spec. */
let world: World;
let topics: TestTopics;
let connection: KafkaConnectionOptions;
let producer: ProducerPort;
let relay: Relay;
let runner: ConsumerRunner;
const codec = createTestCodec();
const prefix = uniquePrefix('normalization');
const bare = (topic: string): string => topic.replace(prefix, '');

beforeAll(async () => {
  await codec.prepare();
  world = await startWorld();
  topics = await createTopics(prefix, [TOPICS.scanReceived, TOPICS.findingObserved, `${prefix}group.dlq.v1`], { partitions: 2 });
  const { kafka } = await engines();
  connection = { brokers: kafka.brokers, clientId: 'normalization-spec', ...(kafka.sasl && { sasl: { username: kafka.sasl.username, password: kafka.sasl.password } }) };
  producer = createKafkaJsProducer(connection);
  await producer.connect();
  // The service announces on the platform's topics; here they are this spec's own.
  relay = startRelay(world.database, { ...producer, connect: () => producer.connect(), disconnect: () => producer.disconnect(), send: (messages) => producer.send(messages.map((message) => ({ ...message, topic: topics.of(message.topic) }))) });
  runner = createConsumerRunner({
    group: `${prefix}group`, driver: createKafkaJsDriver({ ...connection, concurrency: 2 }), store: world.database,
    codec: { decode: (topic, value) => codec.decode(bare(topic), value) },
    handlers: { [topics.of(TOPICS.scanReceived)]: (records, unit, context) => handleScanReceived(records as never, unit, context, world.deps) },
  });
  await runner.start();
});

afterAll(async () => {
  await runner?.stop();
  await relay?.stop();
  await producer?.disconnect();
  await topics?.drop();
  await world?.close();
});

async function send(scans: readonly ScanReceived[]): Promise<void> {
  await producer.send(scans.map((scan) => ({
    ...encodeMessage({ topic: TOPICS.scanReceived, key: [scan.tenantId, scan.scanId], value: scan, tenantId: TENANT, eventId: scan.scanId }, codec, { source: 'spec', time: systemClock.now() }), topic: topics.of(TOPICS.scanReceived),
  })));
}

async function observed(): Promise<FindingObserved[]> {
  const out: FindingObserved[] = [];
  for await (const message of readTopic({ ...connection, topic: topics.of(TOPICS.findingObserved) })) out.push(await codec.decode(TOPICS.findingObserved, message.value as Buffer) as FindingObserved);
  return out;
}

it('reports that arrive on Kafka leave as parts and one marker each, however often they are sent', async () => {
  const scans = [await world.upload(sarif(450)), await world.upload('{"nothing":"known"}'), await world.upload(sarif(7000))];
  await send(scans);
  await send(scans);
  await until(async () => (await world.sql('select 1 from normalization.parser_runs')).length === scans.length && (await world.sql('select 1 from normalization.outbox')).length === 0 && runner.lag() === 0n, { timeoutMs: 50_000 });
  const all = await observed();
  for (const [scan, count, parts] of [[scans[0], 450, 3], [scans[1], 0, 0], [scans[2], 7000, 35]] as const) {
    const own = all.filter((one) => one.header.scanId === scan?.scanId);
    expect(own.filter((one) => one.marker !== null)).toHaveLength(1);
    expect(own.flatMap((one) => one.drafts)).toHaveLength(count);
    expect(own.find((one) => one.marker !== null)?.marker).toMatchObject({ parts, observed: count, rejected: count === 0 ? 'unknown_format' : '' });
  }
});
