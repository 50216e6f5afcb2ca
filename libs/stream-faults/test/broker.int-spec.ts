import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT } from '@throughline/domain';
import { redrive, skip, done, type Outcome, type ProducerMessage, type ProducerPort, type RawRecord } from '@throughline/stream';
import { createKafkaJsDriver, createKafkaJsProducer, readTopic } from '@throughline/stream/kafkajs';
import { createPlatformaticProducer } from '@throughline/stream/platformatic';
import { until } from '@throughline/testing';
import { makeMessages, makePlace, outboxRows, produce, readAll, startMember, tally, type Place } from './support/world.js';

const all = async (from: AsyncIterable<RawRecord>): Promise<RawRecord[]> => {
  const records: RawRecord[] = [];
  for await (const record of from) records.push(record);
  return records;
};

describe('records on the real broker', () => {
  const places: Place[] = [];
  const newPlace = async (options?: Parameters<typeof makePlace>[0]): Promise<Place> => { const place = await makePlace(options); places.push(place); return place; };
  let shared: Place;
  beforeAll(async () => { shared = await newPlace({ partitions: 12 }); });
  afterAll(async () => { for (const place of places) { await place.topics.drop(); await place.database.drop(); } });
  const connection = (place: Place) => ({ brokers: place.brokers, clientId: 'faults', sasl: place.sasl });

  it.each<[string, (place: Place) => ProducerPort]>([
    ['kafkajs', (place) => createKafkaJsProducer(connection(place))],
    ['@platformatic/kafka', (place) => createPlatformaticProducer(connection(place))],
  ])('FAULTS 21: %s sends 2000 messages of 1 KB, one of almost 1 MB, and a deletion mark, and puts keys where Java does', async (_name, create) => {
    const topic = shared.topics.of('out');
    const before = (await all(readTopic({ ...connection(shared), topic }))).length;
    const producer = create(shared);
    await producer.connect();
    const messages: ProducerMessage[] = Array.from({ length: 2000 }, (_, n) => ({ topic, key: Buffer.from(`key-${n}`), value: Buffer.alloc(1024, n), headers: { ce_id: `e${n}`, 'content-type': 'x' } }));
    await producer.send([...messages, { topic, key: Buffer.from('big'), value: Buffer.alloc(990_000), headers: {} }, { topic, key: Buffer.from('gone'), value: null, headers: {} }]);
    await producer.disconnect();
    const records = (await all(readTopic({ ...connection(shared), topic })));
    expect(records).toHaveLength(before + 2002);
    // Both clients agree on the partition of every key, and keep the order of sends within it.
    const homes = new Map<string, Set<number>>();
    for (const { key, partition } of records) homes.set(String(key), (homes.get(String(key)) ?? new Set()).add(partition));
    expect([...homes.values()].every((partitions) => partitions.size === 1)).toBe(true);
    expect(records.filter(({ value }) => value === null).length).toBeGreaterThan(0);
    expect(records.find(({ key }) => String(key) === 'key-7')?.headers).toEqual({ ce_id: 'e7', 'content-type': 'x' });
  }, 60_000);

  it('FAULTS 14, 16: bad bytes become a dead letter, neighbours are applied, and the corrected record is applied once when redriven', async () => {
    const place = await newPlace({ partitions: 1 });
    const messages = makeMessages(place.topics.of('in'), 300);
    messages[150] = { ...messages[150] as ProducerMessage, value: Buffer.from('{"n": 150') };
    await produce(place, messages);
    const member = await startMember(place);
    await until(async () => (await tally(place)).events === 299 && await outboxRows(place) === 0);
    const dlq = `${place.group}.dlq.v1`;
    const letters = await readAll(place, dlq);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({
      value: Buffer.from('{"n": 150'), key: messages[150].key,
      headers: { dlq_step: 'decode', dlq_code: 'undecodable', dlq_topic: place.topics.of('in'), dlq_partition: '0', dlq_offset: '150', dlq_group: place.group, ce_id: messages[150].headers.ce_id },
    });
    const producer = createKafkaJsProducer(connection(place));
    const edit = (original: ProducerMessage): ProducerMessage => ({ ...original, value: Buffer.from('{"n": 150}') });
    expect(await redrive({ from: readTopic({ ...connection(place), topic: dlq }), producer, edit })).toEqual({ sent: 1, passed: 0, unrecoverable: 0 });
    await until(async () => (await tally(place)).events === 300);
    await producer.disconnect();
    await member.stop();
    expect(await tally(place)).toEqual({ events: 300, twice: 0 });
  });

  it('FAULTS 15: a deploy that rejects everything stops unready, and the dead letters stay within the budget', async () => {
    const place = await newPlace({ partitions: 2 });
    await produce(place, makeMessages(place.topics.of('in'), 2000));
    const member = await startMember(place, { handlers: { [place.topics.of('in')]: () => Promise.reject(new TypeError('bad deploy')) } });
    await until(() => member.runner.state() === 'failed', { timeoutMs: 45_000 });
    expect(member.runner.ready()).toBe(false);
    expect(member.runner.failure()).toMatchObject({ code: 'reject_budget_exceeded' });
    await until(async () => await outboxRows(place) === 0);
    // Partitions are judged side by side: each other one may have a letter in hand when the last of the budget is spent.
    const inHand = 1;
    expect((await readAll(place, `${place.group}.dlq.v1`)).length).toBeLessThanOrEqual(100 + inHand);
    await member.stop();
  }, 60_000);

  it('a seek that comes late, back to the start, applies nothing twice', async () => {
    const place = await newPlace();
    const messages = makeMessages(place.topics.of('in'), 3000);
    await produce(place, messages);
    const driver = createKafkaJsDriver(connection(place));
    const member = await startMember(place, { driver });
    await until(async () => (await tally(place)).events > 500, { everyMs: 5 });
    for (let partition = 0; partition < 3; partition += 1) driver.seek({ topic: place.topics.of('in'), partition, offset: 0n });
    await until(async () => (await tally(place)).events === 3000);
    for (let partition = 0; partition < 3; partition += 1) driver.seek({ topic: place.topics.of('in'), partition, offset: 0n });
    await produce(place, makeMessages(place.topics.of('in'), 30, 3000));
    await until(async () => (await tally(place)).events === 3030);
    await member.stop();
    expect(await tally(place)).toEqual({ events: 3030, twice: 0 });
  });

  it('an outcome a record: what is skipped is passed over', async () => {
    const place = await newPlace({ partitions: 1 });
    await produce(place, makeMessages(place.topics.of('in'), 10));
    const seen: string[] = [];
    const member = await startMember(place, { handlers: { [place.topics.of('in')]: (records) => Promise.resolve(records.map((record): Outcome => { seen.push(record.eventId); return record.tenantId === DEFAULT_TENANT ? skip('not ours') : done; })) } });
    await until(() => seen.length === 10);
    await member.stop();
    expect(await readAll(place, `${place.group}.dlq.v1`)).toEqual([]);
  });
});
