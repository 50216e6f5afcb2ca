import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { createMemoryDriver, MemoryBroker, MemoryDatabase, type MemoryUnit } from '../drivers/memory/index.js';
import { InProcessMetrics, METRICS } from '../metrics.js';
import { done, reject, type Outcome } from '../outcome.js';
import type { Codec } from '../ports.js';
import { KafkaBatchStrategy, StreamExceptionFilter, type StreamBatch } from './index.js';

const codec: Codec = { decode: (_topic, value) => Promise.resolve(JSON.parse(value.toString())), encode: (_topic, value) => Buffer.from(JSON.stringify(value)) };
const faults: { next: unknown } = { next: undefined };

@Controller()
class CountController {
  @EventPattern('numbers')
  count({ records, unit }: StreamBatch<{ n: number }, MemoryUnit>): Promise<Outcome[]> {
    const fault = faults.next;
    faults.next = undefined;
    if (fault !== undefined) throw fault;
    return Promise.resolve(records.map((record): Outcome => {
      if (record.value.n < 0) return reject('negative', 'numbers are counted from 0');
      unit.put(record.eventId, record.value.n);
      return done;
    }));
  }
}

@Module({ controllers: [CountController] })
class CountModule {}

describe('KafkaBatchStrategy in a Nest application', () => {
  let app: INestMicroservice | undefined;
  afterEach(async () => { await app?.close(); faults.next = undefined; });

  async function start(numbers: readonly number[], withFilter = true) {
    const [broker, database, metrics] = [new MemoryBroker(), new MemoryDatabase(), new InProcessMetrics()];
    broker.createTopic('numbers', 1);
    numbers.forEach((n) => broker.append({ topic: 'numbers', key: null, value: Buffer.from(JSON.stringify({ n })), headers: { ce_id: `n${n}` } }));
    const strategy = new KafkaBatchStrategy<MemoryUnit>({ group: 'g', driver: createMemoryDriver(broker), store: database.store(undefined, { codec }), codec, metrics, backoff: { firstMs: 1, factor: 1, maxMs: 5 } });
    app = await NestFactory.createMicroservice<MicroserviceOptions>(CountModule, { strategy, logger: false });
    if (withFilter) app.useGlobalFilters(new StreamExceptionFilter());
    await app.listen();
    return { database, metrics, strategy };
  }
  const until = async (ask: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 500 && !ask(); tries += 1) await new Promise((resolve) => { setTimeout(resolve, 2); });
    expect(ask()).toBe(true);
  };
  const letters = (database: MemoryDatabase) => database.outbox.flatMap(({ messages }) => messages);

  it('hands whole batches with their unit to @EventPattern methods and keeps their outcomes', async () => {
    const { database, strategy } = await start([1, 2, -3, 4]);
    await until(() => database.state.size === 3);
    expect(letters(database).map(({ headers }) => headers.dlq_code)).toEqual(['negative']);
    expect(strategy.ready()).toBe(true);
  });

  it('lets the class of an exception through: a database fault is tried again', async () => {
    faults.next = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const { database, metrics } = await start([1, 2]);
    await until(() => database.state.size === 2);
    expect(metrics.value(METRICS.retries, { group: 'g', topic: 'numbers' })).toBe(1);
    expect(letters(database)).toHaveLength(0);
  });

  it('condemns nobody when a filter hid the exception\'s class', async () => {
    faults.next = new TypeError('a bug, or not: Nest does not say');
    const { database, metrics } = await start([1], false);
    await until(() => database.state.size === 1);
    expect(metrics.value(METRICS.retries, { group: 'g', topic: 'numbers' })).toBe(1);
    expect(letters(database)).toHaveLength(0);
  });
});
