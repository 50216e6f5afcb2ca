import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AvroCodec, TOPICS } from '@throughline/contracts';
import type { AssetObserved, ChainChanged } from '@throughline/contracts';
import { systemClock } from '@throughline/domain';
import { createDatabase, startRelay } from '@throughline/persistence';
import type { Database, Relay } from '@throughline/persistence';
import { createConsumerRunner } from '@throughline/stream';
import type { ConsumerRunner, ProducerMessage, ProducerPort, StreamRecord } from '@throughline/stream';
import { createKafkaJsDriver, createKafkaJsProducer, readTopic } from '@throughline/stream/kafkajs';
import type { KafkaConnectionOptions } from '@throughline/stream/kafkajs';
import { createDatabase as createTestDatabase, createTopics, engines, uniquePrefix, until } from '@throughline/testing';
import type { TestDatabase, TestTopics } from '@throughline/testing';
import { AssetObservedHandler } from '../src/consumers/asset-observed.handler.js';
import { part, TENANT } from './support/harness.js';
import { codeFacts, marker, NAMES as N, runtimeFacts } from './support/sample.js';

const prefix = uniquePrefix('chain');
const group = `${prefix}throughline.chain-resolution`;
const observed = `${prefix}${TOPICS.assetObserved}`;
const changed = `${prefix}${TOPICS.chainChanged}`;
const plain = (topic: string): string => topic.slice(prefix.length);

/** Ids as a registry would give them; the real one is the topics tool's business. */
function memoryCodec(): AvroCodec {
  const schemas = new Map<number, string>();
  return new AvroCodec({
    registry: {
      idOf: (_subject, schema) => { schemas.set(schemas.size + 1, JSON.stringify(schema)); return Promise.resolve(schemas.size); },
      schemaById: (id) => Promise.resolve(schemas.get(id) ?? ''),
    },
  });
}

describe('on a real broker', () => {
  const codec = memoryCodec();
  let kafka: KafkaConnectionOptions;
  let topics: TestTopics;
  let test: TestDatabase;
  let database: Database;
  let producer: ProducerPort;
  let relay: Relay;
  let runner: ConsumerRunner | undefined;

  beforeAll(async () => {
    await codec.prepare([TOPICS.assetObserved, TOPICS.chainChanged]);
    const found = await engines();
    const sasl = found.kafka.sasl;
    kafka = { brokers: found.kafka.brokers, clientId: 'chain-spec', ...(sasl && { sasl: { username: sasl.username, password: sasl.password } }) };
    topics = await createTopics(prefix, [TOPICS.assetObserved, TOPICS.chainChanged, 'throughline.chain-resolution.dlq.v1'], { partitions: 3 });
    test = await createTestDatabase({ services: ['chain-resolution'] });
    database = await createDatabase({ url: test.urlFor('chain_resolution'), schema: 'chain_resolution', codec });
    producer = createKafkaJsProducer(kafka);
    await producer.connect();
    const prefixed: ProducerPort = { ...bound(producer), send: (messages) => producer.send(messages.map((one): ProducerMessage => ({ ...one, topic: one.topic.startsWith(prefix) ? one.topic : `${prefix}${one.topic}` }))) };
    relay = startRelay(database, prefixed);
    await start();
  }, 120_000);

  afterAll(async () => {
    await runner?.stop();
    await relay?.stop();
    await producer?.disconnect();
    await database?.close();
    await topics?.drop();
    await test?.drop();
  }, 60_000);

  async function start(): Promise<void> {
    const handler = new AssetObservedHandler(systemClock, { warn: () => undefined } as never);
    runner = createConsumerRunner({
      group, store: database, driver: createKafkaJsDriver(kafka), codec: { decode: (topic, value) => codec.decode(plain(topic), value) },
      handlers: { [observed]: (records, unit, context) => handler.handle({ records: records as readonly StreamRecord<AssetObserved>[], unit, context }) },
    });
    await runner.start();
  }

  const send = (values: readonly AssetObserved[], poison = false): Promise<void> => producer.send(values.map((value, index): ProducerMessage => ({
    topic: observed, key: Buffer.from(`${value.tenantId}|${value.source}`), value: poison ? Buffer.from([0, 0, 0, 0, 1, 255, 255]) : codec.encode(TOPICS.assetObserved, value),
    headers: { ce_id: `${value.observationId}-${value.source}-${index}`, tenant: value.tenantId },
  })));

  async function contexts(): Promise<ChainChanged[]> {
    const found: ChainChanged[] = [];
    for await (const record of readTopic({ ...kafka, topic: changed })) if (record.value) found.push(await codec.decode(TOPICS.chainChanged, record.value) as ChainChanged);
    return found;
  }

  const latest = async (asset: string): Promise<ChainChanged | undefined> => (await contexts()).filter((one) => one.asset === asset).sort((a, b) => Number(b.version) - Number(a.version))[0];

  it('E10: facts become contexts on the public topic within seconds, past a poison record', async () => {
    const begun = performance.now();
    await send([part(codeFacts)]);
    await send([part(codeFacts)], true);
    await send([part(runtimeFacts()), part(marker())]);
    const context = await until(async () => (await latest(N.repository))?.exposure === 'internet' && latest(N.repository), { timeoutMs: 60_000, everyMs: 300, what: 'the context of the repository' });
    console.log(`facts to context over Kafka: ${Math.round(performance.now() - begun)} ms`);
    expect(context).toMatchObject({ tenantId: TENANT, deployed: 'yes', running: [{ version: N.image, commit: N.commit }] });
    const dead = await until(async () => {
      const records = [];
      for await (const record of readTopic({ ...kafka, topic: `${group}.dlq.v1` })) records.push(record);
      return records.length > 0 && records;
    }, { timeoutMs: 60_000, what: 'the dead letter' });
    expect(dead).toHaveLength(1);
  }, 150_000);

  it('FAULTS 3 and 16: a consumer that went away in between, and a replay of everything, leave versions as they are', async () => {
    await runner?.stop();
    const before = (await latest(N.endpoint))?.version;
    await start();
    await send([part(codeFacts), part(runtimeFacts()), part(marker())]);
    await send([part({ source: 'deployments', links: [[N.image, 'runs-as', 'service:pay', { method: 'deployment-record', data: { environment: 'prod' } }]] })]);
    await until(async () => (await latest('service:pay')) !== undefined, { timeoutMs: 60_000, everyMs: 300, what: 'the context of the service' });
    const versions = (await contexts()).map((one) => `${one.asset}|${one.version}`);
    expect(new Set(versions).size).toBe(versions.length);
    expect((await latest(N.endpoint))?.version).toBe(before);
  }, 150_000);
});

function bound(port: ProducerPort): ProducerPort {
  return { connect: () => port.connect(), send: (messages) => port.send(messages), disconnect: () => port.disconnect() };
}
