import { afterEach, describe, expect, it } from '@jest/globals';
import { UndecodableRecord } from '@throughline/contracts';
import type { Codec, StreamRecord } from '../../ports.js';
import { done, reject, retry, type Outcome } from '../../outcome.js';
import { createSinkRunner } from '../../runner/consumer-runner.js';
import type { ConsumerRunner, SinkHandler } from '../../runner/types.js';
import { createMemoryDriver, createMemoryProducer, MemoryBroker, MemoryProcess } from './index.js';

const codec: Pick<Codec, 'decode'> = {
  decode: (_topic, value) => (value.toString() === 'poison' ? Promise.reject(new UndecodableRecord('poison')) : Promise.resolve(Number(value.toString()))),
};
const GROUP = 'throughline.analytics';
const TOTAL = 17;
const toStop: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of toStop.splice(0)) await stop(); });

/** A store that keeps a row by its id, however often it is written: what the handler must be. */
class Rows {
  readonly byId = new Map<string, number>();
  writes = 0;

  readonly write = (records: readonly StreamRecord<number>[]): void => {
    this.writes += 1;
    for (const record of records) this.byId.set(record.eventId, record.value);
  };
}

function makeBroker(values: readonly string[] = Array.from({ length: TOTAL }, (_, n) => String(n))): MemoryBroker {
  const broker = new MemoryBroker();
  broker.createTopic('in', 1);
  broker.createTopic(`${GROUP}.dlq.v1`);
  values.forEach((value, n) => broker.append({ topic: 'in', key: null, value: Buffer.from(value), headers: { ce_id: `e${n}` } }));
  return broker;
}

function start(broker: MemoryBroker, handler: SinkHandler<number>, process = new MemoryProcess()): ConsumerRunner & { expel(): void } {
  const driver = createMemoryDriver(broker, { process, fetchRecords: 8 });
  const runner = createSinkRunner({
    group: GROUP, driver, codec, producer: createMemoryProducer(broker, process), handlers: { in: handler },
    chunk: { records: 4, bytes: 1e6 }, backoff: { firstMs: 1, factor: 1, maxMs: 4 }, timing: { tickMs: 5, drainMs: 1 },
  });
  toStop.push(() => runner.stop());
  void runner.start();
  return Object.assign(runner, { expel: () => driver.expel() });
}

async function until(ask: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !ask(); tries += 1) await new Promise((resolve) => { setTimeout(resolve, 1); });
  expect(ask()).toBe(true);
}
const committed = (broker: MemoryBroker): bigint | undefined => broker.committed(GROUP, { topic: 'in', partition: 0 });
const letters = (broker: MemoryBroker) => broker.records(`${GROUP}.dlq.v1`);

describe('a sink', () => {
  it('killed between any two steps writes everything at least once and commits only what is written', async () => {
    const whole = new MemoryProcess();
    const rows = new Rows();
    const broker = makeBroker();
    start(broker, (records) => { rows.write(records); return Promise.resolve(done); }, whole);
    await until(() => committed(broker) === BigInt(TOTAL));
    for (let at = 1; at <= whole.steps.length; at += 1) {
      const [again, kept] = [makeBroker(), new Rows()];
      const handler: SinkHandler<number> = (records) => { kept.write(records); return Promise.resolve(done); };
      const doomed = new MemoryProcess((_name, step, process) => { if (step === at) process.kill(); });
      const first = start(again, handler, doomed);
      await until(() => doomed.isDead || committed(again) === BigInt(TOTAL));
      expect(Number(committed(again) ?? 0n)).toBeLessThanOrEqual(kept.byId.size);
      first.expel();
      start(again, handler);
      await until(() => committed(again) === BigInt(TOTAL));
      expect(kept.byId.size).toBe(TOTAL);
    }
  });

  it('FAULTS 10: waits while its store is away, and dead-letters nothing', async () => {
    const broker = makeBroker();
    const rows = new Rows();
    let isUp = false;
    start(broker, (records) => {
      if (!isUp) return Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));
      rows.write(records);
      return Promise.resolve(done);
    });
    await new Promise((resolve) => { setTimeout(resolve, 25); });
    expect(committed(broker) ?? 0n).toBe(0n);
    isUp = true;
    await until(() => committed(broker) === BigInt(TOTAL));
    expect(rows.byId.size).toBe(TOTAL);
    expect(letters(broker)).toHaveLength(0);
  });

  it('FAULTS 14: dead-letters what cannot be decoded, what it rejects, and what its handler throws on', async () => {
    const broker = makeBroker(['0', '1', 'poison', '3', '4', '-1', '6', '666', '8']);
    const rows = new Rows();
    start(broker, (records) => {
      if (records.some(({ value }) => value === 666)) throw new RangeError('no row for it');
      rows.write(records.filter(({ value }) => value >= 0));
      return Promise.resolve(records.map(({ value }): Outcome => (value < 0 ? reject('negative', 'below 0') : done)));
    });
    await until(() => committed(broker) === 9n);
    expect(letters(broker).map(({ headers }) => [headers.ce_id, headers.dlq_step, headers.dlq_code])).toEqual([['e2', 'decode', 'undecodable'], ['e5', 'reject', 'negative'], ['e7', 'handle', 'RangeError']]);
    expect([...rows.byId.keys()].sort()).toEqual(['e0', 'e1', 'e3', 'e4', 'e6', 'e8']);
  });

  it('a dead letter that cannot be written blocks its partition instead of being lost', async () => {
    const broker = makeBroker(['0', 'poison', '2']);
    const rows = new Rows();
    const driver = createMemoryDriver(broker);
    let isUp = false;
    const real = createMemoryProducer(broker);
    const runner = createSinkRunner({
      group: GROUP, driver, codec, handlers: { in: (records: readonly StreamRecord<number>[]) => { rows.write(records); return Promise.resolve(done); } }, backoff: { firstMs: 1, factor: 1, maxMs: 2 },
      producer: { ...real, send: (messages) => (isUp ? real.send(messages) : Promise.reject(new Error('DLQ is full'))) },
    });
    toStop.push(() => runner.stop());
    void runner.start();
    await until(() => rows.writes > 3);
    expect(committed(broker) ?? 0n).toBe(0n);
    isUp = true;
    await until(() => committed(broker) === 3n);
    expect(letters(broker)).toHaveLength(1);
  });

  it('tries a batch again as a whole when it says retry', async () => {
    const broker = makeBroker();
    const rows = new Rows();
    let tries = 0;
    start(broker, (records) => {
      tries += 1;
      if (tries < 4) return Promise.resolve(retry('throttled'));
      rows.write(records);
      return Promise.resolve(done);
    });
    await until(() => committed(broker) === BigInt(TOTAL));
    expect(rows.byId.size).toBe(TOTAL);
  });

  it('goes on after a rebalance that came while it waited', async () => {
    const broker = makeBroker();
    const rows = new Rows();
    let isUp = false;
    start(broker, (records) => {
      if (!isUp) return Promise.resolve(retry('not yet'));
      rows.write(records);
      return Promise.resolve(done);
    });
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 3); });
      broker.rebalance(GROUP);
    }
    isUp = true;
    await until(() => committed(broker) === BigInt(TOTAL));
    expect(rows.byId.size).toBe(TOTAL);
  });
});
