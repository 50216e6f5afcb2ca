import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { derivedId } from '@throughline/contracts';
import type { ProducerMessage } from '@throughline/stream';
import { until } from '@throughline/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWorkers, startWorker } from './support/worker.js';
import { makeMessages, makePlace, outboxRows, produce, readAll, startMember, tally, type Place } from './support/world.js';

const SEED = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
const KILLS = Number(process.env.FAULT_KILLS ?? 3);
const COUNT = 20_000;

/** Mulberry32: a seed that a failed run prints can be run again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const done = async (place: Place, count: number): Promise<boolean> => (await tally(place)).events === count && await outboxRows(place) === 0;

async function expectOnce(place: Place, messages: readonly ProducerMessage[]): Promise<void> {
  expect(await tally(place)).toEqual({ events: messages.length, twice: 0 });
  const announced = new Set((await readAll(place, place.topics.of('out'))).map(({ headers }) => headers.ce_id));
  expect(announced.size).toBe(messages.length);
  expect(messages.filter(({ headers }) => !announced.has(derivedId(headers.ce_id ?? '', 'counted')))).toEqual([]);
}

describe(`processes that die (seed ${SEED})`, () => {
  const places: Place[] = [];
  const newPlace = async (): Promise<Place> => { const place = await makePlace(); places.push(place); return place; };
  beforeAll(() => { console.info(`FAULT_SEED=${SEED}`); });
  afterAll(async () => {
    endWorkers();
    for (const place of places) { await place.topics.drop(); await place.database.drop(); }
  });

  it(`FAULTS 3, 4: kill -9 at random points (${KILLS} times): nothing lost, nothing applied twice, derived ids equal`, async () => {
    const random = seeded(SEED);
    const place = await newPlace();
    const messages = makeMessages(place.topics.of('in'), COUNT);
    await produce(place, messages);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = (await tally(place)).events;
      const worker = startWorker(place, 15);
      // Dies after a random share of the rest, and then at whatever it is doing.
      const goal = before + Math.floor(random() * ((COUNT - before) / (KILLS - kill + 1)));
      await until(async () => (await tally(place)).events > goal, { everyMs: 5 });
      await sleep(random() * 60);
      expect(await worker.end('SIGKILL')).toBeNull();
    }
    expect((await tally(place)).events).toBeLessThan(COUNT);
    const last = startWorker(place);
    await until(() => done(place, COUNT));
    expect(await last.end('SIGTERM')).toBe(0);
    await expectOnce(place, messages);
  }, 90_000);

  it('FAULTS 5: SIGTERM with a batch in flight: exit 0 within 10 s, no error logged, the next one goes on at once', async () => {
    const place = await newPlace();
    const messages = makeMessages(place.topics.of('in'), 3000);
    await produce(place, messages);
    const worker = startWorker(place, 100);
    await until(async () => (await tally(place)).events > 0, { everyMs: 5 });
    const began = performance.now();
    expect(await worker.end('SIGTERM')).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(worker.errors.join('')).toBe('');
    expect((await tally(place)).events).toBeLessThan(3000);
    const began2 = performance.now();
    const member = await startMember(place);
    await until(() => done(place, 3000));
    expect(performance.now() - began2).toBeLessThan(6000); // no session had to time out: the group was left
    await member.stop();
    await expectOnce(place, messages);
  });

  it('FAULTS 18: a member frozen beyond its session is fenced; its late work has no effect', async () => {
    const place = await newPlace();
    const messages = makeMessages(place.topics.of('in'), 4000);
    await produce(place, messages);
    const frozen = startWorker(place, 400);
    await until(async () => (await tally(place)).events > 0, { everyMs: 5 });
    await sleep(100); // now inside of a handler, its transaction open
    frozen.process.kill('SIGSTOP');
    const heir = await startMember(place);
    await until(() => done(place, 4000), { timeoutMs: 40_000 });
    frozen.process.kill('SIGCONT');
    const more = makeMessages(place.topics.of('in'), 500, 4000);
    await produce(place, more);
    await until(() => done(place, 4500));
    await sleep(1000);
    await frozen.end('SIGTERM');
    await heir.stop();
    await expectOnce(place, [...messages, ...more]);
  }, 90_000);

  it('FAULTS 17: replicas that come and go, and seeks that come late', async () => {
    const place = await newPlace();
    const messages = makeMessages(place.topics.of('in'), 6000);
    const first = await startMember(place);
    for (let turn = 0; turn < 4; turn += 1) {
      await produce(place, messages.slice(turn * 1500, (turn + 1) * 1500));
      const second = await startMember(place);
      await sleep(700);
      await second.stop();
    }
    await until(() => done(place, 6000));
    await first.stop();
    await expectOnce(place, messages);
  }, 90_000);
});
