import { afterAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createTopics, engines, uniquePrefix } from '../src/index.js';

const drops: (() => Promise<void>)[] = [];
afterAll(async () => { for (const drop of drops) await drop(); });

describe('engines', () => {
  it('answers on all four', async () => {
    const { clickhouseUrl, postgres, registryUrl } = await engines();
    const client = new pg.Client(postgres.ownerUrl);
    await client.connect();
    const { rows } = await client.query<{ who: string; fsync: string }>("select current_user as who, current_setting('fsync') as fsync");
    await client.end();
    expect(rows).toEqual([{ who: 'throughline_owner', fsync: 'on' }]);
    expect((await fetch(`${registryUrl}/subjects`)).status).toBe(200);
    expect(await (await fetch(`${clickhouseUrl}/?query=select+1`)).text()).toBe('1\n');
  });

  it('lets a service in as itself and refuses it a topic it has no grant for', async () => {
    const { kafka } = await engines();
    const topics = await createTopics(uniquePrefix('engines'), ['any']);
    drops.push(topics.drop);
    const producer = new Kafka({ brokers: kafka.brokers, sasl: kafka.saslFor('dedup'), logLevel: logLevel.NOTHING, retry: { retries: 0 } }).producer();
    await producer.connect();
    await expect(producer.send({ topic: topics.of('any'), messages: [{ value: 'x' }] })).rejects.toThrow(/authoriz/i);
    await producer.disconnect();
  });
});
