import { afterEach, describe, expect, it } from '@jest/globals';
import { derivedId, SchemaUnavailable, UndecodableRecord } from '@throughline/contracts';
import { DEFAULT_TENANT } from '@throughline/domain';
import { done, reject, retry, skip, type Outcome } from '../../outcome.js';
import type { BatchHandler, Codec, ProducerMessage, RawRecord } from '../../ports.js';
import { redrive } from '../../redrive.js';
import { InProcessMetrics, METRICS } from '../../metrics.js';
import { createConsumerRunner } from '../../runner/consumer-runner.js';
import type { ConsumerRunner, ConsumerRunnerOptions } from '../../runner/types.js';
import { createMemoryDriver, createMemoryProducer, MemoryBroker, MemoryDatabase, MemoryProcess, startMemoryRelay, type MemoryStore, type MemoryUnit } from './index.js';

const codec: Codec = {
  decode: (_topic, value) => {
    const text = value.toString();
    if (text === 'poison') return Promise.reject(new UndecodableRecord('not JSON'));
    if (text === 'unknown schema') return registry.isUp ? Promise.resolve({ n: -1 }) : Promise.reject(new SchemaUnavailable('registry down'));
    return Promise.resolve(JSON.parse(text) as unknown);
  },
  encode: (_topic, value) => Buffer.from(JSON.stringify(value)),
};
const registry = { isUp: true };

interface Work { readonly n: number }

/** Applies are counted, so that "twice" is seen. */
const count: BatchHandler<Work, MemoryUnit> = async (records, unit) => {
  for (const record of records) {
    unit.put(record.eventId, Number(unit.get(record.eventId) ?? 0) + 1);
    unit.announce({ topic: 'out', key: [record.key], value: { of: record.eventId }, tenantId: DEFAULT_TENANT, eventId: derivedId(record.eventId, 'counted'), cause: record });
  }
  return Promise.resolve(done);
};

const GROUP = 'throughline.test';
const toStop: (() => unknown)[] = [];
afterEach(async () => { registry.isUp = true; for (const stop of toStop.splice(0)) await stop(); });

const message = (n: number, text = JSON.stringify({ n })): ProducerMessage => ({ topic: 'in', key: Buffer.from(`k${n % 7}`), value: Buffer.from(text), headers: { ce_id: `e${n}`, tenant: DEFAULT_TENANT } });

interface Member { readonly runner: ConsumerRunner; readonly metrics: InProcessMetrics; readonly driver: ReturnType<typeof createMemoryDriver>; readonly store: MemoryStore; stop(): Promise<void> }

function startMember(broker: MemoryBroker, database: MemoryDatabase, process = new MemoryProcess(), options: Partial<ConsumerRunnerOptions<MemoryUnit>> = {}): Member {
  const store = database.store(process, { codec });
  const metrics = new InProcessMetrics();
  const driver = createMemoryDriver(broker, { process, fetchRecords: 12 });
  const runner = createConsumerRunner<MemoryUnit>({
    group: GROUP, driver, store, codec, metrics, handlers: { in: count },
    chunk: { records: 5, bytes: 1_000_000 }, backoff: { firstMs: 2, factor: 1.5, maxMs: 10 }, timing: { watchdogMs: 10, tickMs: 5, drainMs: 200 }, ...options,
  });
  const stopRelay = startMemoryRelay(database, createMemoryProducer(broker, process), process);
  void runner.start();
  const stop = async (): Promise<void> => { stopRelay(); await runner.stop(); };
  toStop.push(stop);
  return { runner, metrics, driver, store, stop };
}

async function until(ask: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000 && !ask(); tries += 1) await new Promise((resolve) => { setTimeout(resolve, 1); });
  expect(ask()).toBe(true);
}

function makeWorld(count: number, partitions = 2): { broker: MemoryBroker; database: MemoryDatabase } {
  const broker = new MemoryBroker();
  broker.createTopic('in', partitions);
  broker.createTopic('out');
  broker.createTopic(`${GROUP}.dlq.v1`);
  for (let n = 0; n < count; n += 1) broker.append(message(n));
  return { broker, database: new MemoryDatabase() };
}

const applied = (database: MemoryDatabase): number => database.state.size;
const expectOnce = (broker: MemoryBroker, database: MemoryDatabase, total: number): void => {
  expect(applied(database)).toBe(total);
  expect(new Set(database.state.values())).toEqual(new Set([1]));
  const derived = new Set(broker.records('out').map(({ headers }) => headers.ce_id));
  expect(derived).toEqual(new Set([...database.state.keys()].map((id) => derivedId(id, 'counted'))));
};

describe('the runner between every two steps', () => {
  const TOTAL = 23;

  /** The steps of an undisturbed run; each is then a place to die. */
  async function steps(): Promise<readonly string[]> {
    const { broker, database } = makeWorld(TOTAL);
    const process = new MemoryProcess();
    const member = startMember(broker, database, process, { timing: { watchdogMs: 60_000, tickMs: 60_000, drainMs: 200 } });
    await until(() => applied(database) === TOTAL && database.outbox.length === 0);
    await member.stop();
    return process.steps;
  }

  it('FAULTS 3, 4: killed there, loses nothing, applies nothing twice, derives the same events', async () => {
    const names = await steps();
    expect(new Set(names)).toEqual(new Set(['read offsets', 'read watermarks', 'fetched', 'begin', 'fenced', 'worked', 'before commit', 'committed', 'batch ended', 'relay read', 'send', 'sent', 'relay acknowledged', 'relay deleted']));
    for (let at = 1; at <= names.length; at += 1) {
      const { broker, database } = makeWorld(TOTAL);
      const doomed = new MemoryProcess((_name, step, process) => { if (step === at) process.kill(); });
      const first = startMember(broker, database, doomed, { timing: { watchdogMs: 60_000, tickMs: 60_000, drainMs: 1 } });
      await until(() => doomed.isDead || (applied(database) === TOTAL && database.outbox.length === 0));
      first.driver.expel();
      await first.stop();
      const second = startMember(broker, database);
      await until(() => applied(database) === TOTAL && database.outbox.length === 0);
      expectOnce(broker, database, TOTAL);
      await second.stop();
    }
  }, 60_000);

  it('FAULTS 17, 18: frozen there while another takes over, the zombie\'s late work is refused', async () => {
    const names = await steps();
    for (let at = 1; at <= names.length; at += 1) {
      const { broker, database } = makeWorld(TOTAL);
      const process = new MemoryProcess((_name, step, self) => { if (step === at) self.freeze(); });
      const zombie = startMember(broker, database, process, { timing: { watchdogMs: 5, tickMs: 60_000, drainMs: 50 } });
      await until(() => process.steps.length >= at);
      zombie.driver.expel();
      const heir = startMember(broker, database);
      await until(() => applied(database) === TOTAL);
      process.thaw();
      await until(() => database.outbox.length === 0);
      broker.append(message(TOTAL));
      await until(() => applied(database) === TOTAL + 1 && database.outbox.length === 0);
      expectOnce(broker, database, TOTAL + 1);
      await zombie.stop();
      await heir.stop();
    }
  }, 60_000);

  it('survives kills at random steps again and again', async () => {
    const seed = Number(process.env.FAULT_SEED ?? 20261122);
    let state = seed;
    const random = (): number => { state = (state * 1103515245 + 12345) % 2147483648; return state / 2147483648; };
    for (let round = 0; round < 15; round += 1) {
      const { broker, database } = makeWorld(60, 3);
      for (let lives = 0; lives < 8; lives += 1) {
        const at = 1 + Math.floor(random() * 60);
        const doomed = new MemoryProcess((_name, step, process) => { if (step === at) process.kill(); });
        const member = startMember(broker, database, doomed, { timing: { watchdogMs: 3, tickMs: 2, drainMs: 1 } });
        await until(() => doomed.isDead || (applied(database) === 60 && database.outbox.length === 0));
        member.driver.expel();
        await member.stop();
      }
      const last = startMember(broker, database);
      await until(() => applied(database) === 60 && database.outbox.length === 0);
      expectOnce(broker, database, 60);
      await last.stop();
    }
  }, 60_000);
});

describe('faults of the surroundings', () => {
  it('FAULTS 8, 9: a database that is down or read-only pauses, dead-letters nothing, and resumes', async () => {
    const { broker, database } = makeWorld(20);
    database.outage = Object.assign(new Error('cannot execute in a read-only transaction'), { code: '25006' });
    const member = startMember(broker, database);
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    expect(applied(database)).toBe(0);
    database.outage = undefined;
    await until(() => applied(database) === 20 && database.outbox.length === 0);
    expectOnce(broker, database, 20);
    expect(broker.records(`${GROUP}.dlq.v1`)).toHaveLength(0);
    expect(member.runner.ready()).toBe(true);
  });

  it('FAULTS 6, 7: a broker that is down leaves the outbox to wait; nothing is lost', async () => {
    const { broker, database } = makeWorld(20);
    startMember(broker, database);
    await until(() => applied(database) >= 5);
    broker.outage = Object.assign(new Error('broker'), { code: 'ECONNREFUSED' });
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    broker.outage = undefined;
    broker.append(message(20));
    await until(() => applied(database) === 21 && database.outbox.length === 0);
    expectOnce(broker, database, 21);
  });

  it('FAULTS 12: an unknown schema while the registry is down pauses its partition and is never dead-lettered', async () => {
    const { broker, database } = makeWorld(0, 2);
    registry.isUp = false;
    const stuck = broker.append(message(0, 'unknown schema')).partition;
    let n = 1;
    while (broker.watermarks('in').get(1 - stuck)?.high === 0n) { broker.append(message(n)); n += 1; }
    const member = startMember(broker, database);
    await until(() => database.state.has(`e${n - 1}`));
    expect(database.state.has('e0')).toBe(false);
    await until(() => member.metrics.value(METRICS.retries, { group: GROUP, topic: 'in' }) > 2);
    registry.isUp = true;
    await until(() => applied(database) === n);
    expect(broker.records(`${GROUP}.dlq.v1`)).toHaveLength(0);
  });

  it('waits while it is held, e.g. because the outbox is above its cap', async () => {
    const { broker, database } = makeWorld(10);
    let isAboveCap = true;
    startMember(broker, database, new MemoryProcess(), { isHeld: () => isAboveCap });
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    expect(applied(database)).toBe(0);
    isAboveCap = false;
    await until(() => applied(database) === 10);
  });

  it('a retry outcome keeps nothing of the batch', async () => {
    const { broker, database } = makeWorld(10);
    let tries = 0;
    const handler: BatchHandler<Work, MemoryUnit> = async (records, unit, context) => {
      const outcome = await count(records, unit, context);
      tries += 1;
      return tries <= 3 ? retry('not now') : outcome;
    };
    startMember(broker, database, new MemoryProcess(), { handlers: { in: handler } });
    await until(() => applied(database) === 10 && database.outbox.length === 0);
    expectOnce(broker, database, 10);
  });
});

describe('records at fault', () => {
  const dlq = (broker: MemoryBroker) => broker.records(`${GROUP}.dlq.v1`);

  it('FAULTS 14: poison bytes go to the dead letters with their place, their neighbours are applied', async () => {
    const { broker, database } = makeWorld(8, 1);
    const place = broker.append(message(8, 'poison'));
    for (let n = 9; n < 16; n += 1) broker.append(message(n));
    startMember(broker, database);
    await until(() => applied(database) === 15 && dlq(broker).length === 1);
    const [letter] = dlq(broker);
    expect(letter?.value?.toString()).toBe('poison');
    expect(letter?.headers).toMatchObject({ dlq_step: 'decode', dlq_code: 'undecodable', dlq_class: 'UndecodableRecord', dlq_topic: 'in', dlq_partition: '0', dlq_offset: String(place.offset), dlq_group: GROUP, ce_id: 'e8' });
    expectOnce(broker, database, 15);
  });

  it('FAULTS 14: a record that the handler throws on is found by bisection', async () => {
    const { broker, database } = makeWorld(20, 1);
    const handler: BatchHandler<Work, MemoryUnit> = async (records, unit, context) => {
      if (records.some(({ value }) => value.n === 13)) throw new TypeError('unexpected shape');
      return count(records, unit, context);
    };
    startMember(broker, database, new MemoryProcess(), { handlers: { in: handler } });
    await until(() => applied(database) === 19 && dlq(broker).length === 1);
    expect(dlq(broker)[0]?.headers).toMatchObject({ ce_id: 'e13', dlq_step: 'handle', dlq_class: 'TypeError' });
    expectOnce(broker, database, 19);
  });

  it('a rejected record is dead-lettered in the transaction that applies its neighbours', async () => {
    const { broker, database } = makeWorld(10, 1);
    const handler: BatchHandler<Work, MemoryUnit> = async (records, unit, context) => {
      const good = records.filter(({ value }) => value.n !== 4);
      await count(good, unit, context);
      return records.map(({ value }): Outcome => (value.n === 4 ? reject('no_target', 'names no target') : done));
    };
    startMember(broker, database, new MemoryProcess(), { handlers: { in: handler } });
    await until(() => applied(database) === 9 && dlq(broker).length === 1);
    expect(dlq(broker)[0]?.headers).toMatchObject({ dlq_step: 'reject', dlq_code: 'no_target', dlq_reason: 'names no target' });
  });

  it('FAULTS 15: when every record fails, it stops unready within the budget and keeps the backlog', async () => {
    const { broker, database } = makeWorld(1000, 1);
    const handler: BatchHandler<Work, MemoryUnit> = () => Promise.reject(new TypeError('bad deploy'));
    const member = startMember(broker, database, new MemoryProcess(), { handlers: { in: handler } });
    await until(() => member.runner.state() === 'failed');
    await until(() => database.outbox.length === 0);
    expect(member.runner.ready()).toBe(false);
    expect(member.runner.failure()).toMatchObject({ code: 'reject_budget_exceeded' });
    expect(dlq(broker).length).toBe(100);
    await member.stop();
    // The next deploy is good: it goes on after the dead letters and loses nothing of the backlog.
    startMember(broker, database);
    await until(() => applied(database) === 900);
  });

  it('FAULTS 21: a handler whose message is above 1 MB has its cause dead-lettered; the relay is never blocked', async () => {
    const { broker, database } = makeWorld(6, 1);
    const handler: BatchHandler<Work, MemoryUnit> = async (records, unit, context) => {
      const outcome = await count(records, unit, context);
      if (records.some(({ value }) => value.n === 2)) unit.announce({ topic: 'out', key: ['big'], value: { text: 'x'.repeat(1_000_001) }, tenantId: null, eventId: 'big' });
      return outcome;
    };
    startMember(broker, database, new MemoryProcess(), { handlers: { in: handler } });
    await until(() => applied(database) === 5 && dlq(broker).length === 1);
    expect(dlq(broker)[0]?.headers).toMatchObject({ ce_id: 'e2', dlq_code: 'message_too_large' });
  });
});

describe('redrive', () => {
  async function* letters(broker: MemoryBroker): AsyncGenerator<RawRecord> {
    for (const letter of broker.records(`${GROUP}.dlq.v1`)) yield await Promise.resolve(letter);
  }
  interface Versioned { readonly n: number; readonly version: number }

  it('FAULTS 16: a corrected dead letter is applied once; one that is older than what is stored has no effect', async () => {
    const { broker, database } = makeWorld(0, 1);
    const versioned: BatchHandler<Versioned, MemoryUnit> = (records, unit) => Promise.resolve(records.map((record): Outcome => {
      if (record.value.version < 0) return reject('no_version', 'versions count from 0');
      const stored = unit.get(record.key) as { version: number; times: number } | undefined;
      if (stored && stored.version >= record.value.version) return skip('older');
      unit.put(record.key, { version: record.value.version, times: (stored?.times ?? 0) + 1 });
      return done;
    }));
    const send = (key: string, version: number): void => void broker.append({ topic: 'in', key: Buffer.from(key), value: Buffer.from(JSON.stringify({ version })), headers: { ce_id: `${key}-${version}` } });
    send('a', -3);
    send('b', -3);
    send('b', 9);
    startMember(broker, database, new MemoryProcess(), { handlers: { in: versioned } });
    await until(() => broker.records(`${GROUP}.dlq.v1`).length === 2 && applied(database) === 1);
    const producer = createMemoryProducer(broker);
    const edit = (original: ProducerMessage): ProducerMessage => ({ ...original, value: Buffer.from(JSON.stringify({ version: 3 })) });
    expect(await redrive({ from: letters(broker), producer, edit })).toEqual({ sent: 2, passed: 0, unrecoverable: 0 });
    await redrive({ from: letters(broker), producer, edit });
    await until(() => broker.committed(GROUP, { topic: 'in', partition: 0 }) === 7n);
    expect(Object.fromEntries(database.state)).toEqual({ a: { version: 3, times: 1 }, b: { version: 9, times: 1 } });
    expect(broker.records('in').slice(3).map(({ headers }) => headers.ce_id)).toEqual(['a--3', 'b--3', 'a--3', 'b--3']);
    expect(broker.records('in').slice(3).every(({ headers }) => headers.redriven !== undefined && headers.dlq_code === undefined)).toBe(true);
  });

  it('sends only what the filter lets through, and nothing in a dry run', async () => {
    const { broker, database } = makeWorld(3, 1);
    broker.append(message(3, 'poison'));
    startMember(broker, database);
    await until(() => broker.records(`${GROUP}.dlq.v1`).length === 1);
    const producer = createMemoryProducer(broker);
    expect(await redrive({ from: letters(broker), producer, filter: ({ headers }) => headers.dlq_code === 'other' })).toEqual({ sent: 0, passed: 1, unrecoverable: 0 });
    expect(await redrive({ from: letters(broker), producer, dryRun: true })).toEqual({ sent: 1, passed: 0, unrecoverable: 0 });
    expect(broker.records('in')).toHaveLength(4);
  });
});

describe('positions', () => {
  it('a restored database is noticed while idle, and what it lost is applied again', async () => {
    const { broker, database } = makeWorld(10, 1);
    startMember(broker, database);
    await until(() => applied(database) === 10);
    const backup = new Map(database.offsets);
    for (let n = 10; n < 15; n += 1) broker.append(message(n));
    await until(() => applied(database) === 15);
    for (const [key, offset] of backup) database.offsets.set(key, offset);
    for (let n = 10; n < 15; n += 1) database.state.delete(`e${n}`);
    await until(() => applied(database) === 15);
    expectOnce(broker, database, 15);
  });

  it('a dropped database is rebuilt from the log\'s start', async () => {
    const { broker, database } = makeWorld(10, 1);
    startMember(broker, database);
    await until(() => applied(database) === 10);
    database.offsets.clear();
    database.state.clear();
    await until(() => applied(database) === 10);
    broker.append(message(10));
    await until(() => applied(database) === 11);
    expect(new Set(database.state.values())).toEqual(new Set([1]));
  });

  it('stops when the log lost records that were never applied, instead of jumping over them', async () => {
    const { broker, database } = makeWorld(10, 1);
    const member = startMember(broker, database);
    await until(() => applied(database) === 10);
    await member.stop();
    for (let n = 10; n < 20; n += 1) broker.append(message(n));
    broker.trim({ topic: 'in', partition: 0, offset: 15n });
    const next = startMember(broker, database);
    await until(() => next.runner.state() === 'failed');
    expect(next.runner.failure()).toMatchObject({ code: 'position_out_of_range', stored: 10n, low: 15n });
    expect(applied(database)).toBe(10);
  });

  it('stops when the log is shorter than what was applied: it is another topic', async () => {
    const { broker, database } = makeWorld(10, 1);
    const member = startMember(broker, database);
    await until(() => applied(database) === 10);
    await member.stop();
    broker.createTopic('in', 1);
    const next = startMember(broker, database);
    await until(() => next.runner.state() === 'failed');
    expect(next.runner.failure()?.message).toContain('re-created or truncated');
  });

  it('goes over the gaps that compaction leaves, also where a whole fetch is gone', async () => {
    const { broker, database } = makeWorld(50, 1);
    broker.compact({ topic: 'in', partition: 0 }, ({ offset }) => offset < 3n || offset === 17n || offset > 45n);
    startMember(broker, database);
    await until(() => applied(database) === 8);
    expectOnce(broker, database, 8);
  });

  it('FAULTS 5: a stop finishes what is in hand and releases the rest', async () => {
    const { broker, database } = makeWorld(40, 1);
    const handler: BatchHandler<Work, MemoryUnit> = async (records, unit, context) => {
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      return count(records, unit, context);
    };
    const member = startMember(broker, database, new MemoryProcess(), { handlers: { in: handler } });
    await until(() => applied(database) > 0);
    await member.stop();
    const kept = applied(database);
    expect(kept).toBeLessThan(40);
    expect(kept % 5).toBe(0);
    startMember(broker, database);
    await until(() => applied(database) === 40 && database.outbox.length === 0);
    expectOnce(broker, database, 40);
  });

  it('FAULTS 17: keeps each member\'s work apart over rebalances', async () => {
    const { broker, database } = makeWorld(0, 6);
    const members = [startMember(broker, database), startMember(broker, database), startMember(broker, database)];
    for (let n = 0; n < 600; n += 1) {
      broker.append(message(n));
      if (n % 50 === 0) broker.rebalance(GROUP);
      if (n % 20 === 0) await new Promise((resolve) => { setTimeout(resolve, 1); });
      if (n === 300) await members[0]?.stop();
    }
    await until(() => applied(database) === 600 && database.outbox.length === 0);
    expectOnce(broker, database, 600);
  });
});
