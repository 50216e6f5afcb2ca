import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@throughline/contracts';
import { DEFAULT_TENANT } from '@throughline/domain';
import { METRICS, type StreamLogger } from '@throughline/stream';
import { until } from '@throughline/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOwnEngines, type OwnEngines } from './support/own-engines.js';
import { makeMessages, outboxRows, produce, readAll, startMember, tally, type Member } from './support/world.js';

/** FAULTS 6 and 7 say 30 s and 10 min: set FAULT_OUTAGE_MS for the literal durations. */
const OUTAGE_MS = Number(process.env.FAULT_OUTAGE_MS ?? 15_000);

describe('engines that go away', () => {
  let place: OwnEngines;
  let member: Member | undefined;
  let sent = 0;
  const errors: string[] = [];
  const logger: StreamLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (event, message) => void errors.push(`${message} ${JSON.stringify(event)}`) };
  beforeAll(async () => { place = await startOwnEngines(); }, 120_000);
  afterEach(async () => { await member?.stop(); member = undefined; });
  afterAll(async () => { await place?.end(); }, 60_000);

  const feed = async (count: number): Promise<void> => {
    await produce(place, makeMessages('in', count, sent));
    sent += count;
  };
  const settled = async (): Promise<boolean> => (await tally(place)).events === sent && await outboxRows(place) === 0;

  it(`FAULTS 6, 7: broker gone for ${OUTAGE_MS} ms: units still commit, nothing crashes, memory is flat, all is drained within 60 s`, async () => {
    member = await startMember(place, { logger });
    await feed(2000);
    await until(settled);
    await place.engines.each.kafka.stop(10_000);
    const before = process.memoryUsage().rss;
    // What HTTP does meanwhile: commit and leave it in the outbox.
    const gone = performance.now();
    let accepted = 0;
    while (performance.now() - gone < OUTAGE_MS) {
      await member.database.run([DEFAULT_TENANT], (unit) => {
        unit.announce({ topic: 'out', key: ['http'], value: { accepted }, tenantId: DEFAULT_TENANT, eventId: newId() });
        return Promise.resolve();
      });
      accepted += 1;
      await sleep(100);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    await until(() => member !== undefined && member.relay.depth().messages >= accepted - 20);
    await place.engines.each.kafka.start();
    const back = performance.now();
    await until(async () => await outboxRows(place) === 0, { timeoutMs: 60_000 });
    await feed(500);
    await until(settled, { timeoutMs: 60_000 });
    expect(performance.now() - back).toBeLessThan(60_000);
    expect(await tally(place)).toEqual({ events: sent, twice: 0 });
    const announced = new Set((await readAll(place, 'out')).map(({ headers }) => headers.ce_id));
    expect(announced.size).toBe(sent + accepted);
    expect(member.runner.state()).toBe('running');
    expect(errors).toEqual([]);
  }, 150_000);

  it('FAULTS 8: Postgres restarts under load: the consumer pauses, does not crash, and goes on within 15 s', async () => {
    member = await startMember(place, { logger });
    await feed(10_000);
    await until(async () => (await tally(place)).events > sent - 9000);
    await place.engines.each.postgres.stop(5000);
    // A quick machine may have applied all before the stop: what comes meanwhile is surely waiting.
    await feed(2_000);
    await sleep(3000);
    expect(member.runner.state()).toBe('running');
    await place.engines.each.postgres.start();
    const back = performance.now();
    // Not "more than a moment ago": a quick machine has applied it all before the first look.
    await until(settled, { timeoutMs: 15_000 });
    expect(performance.now() - back).toBeLessThan(15_500);
    expect(await tally(place)).toEqual({ events: sent, twice: 0 });
    expect(await readAll(place, 'faults.dlq.v1')).toEqual([]);
    expect(errors).toEqual([]);
    expect(member.metrics.value(METRICS.retries, { group: 'faults', topic: 'in' }) + member.metrics.value(METRICS.fenced, { group: 'faults', topic: 'in' })).toBeGreaterThan(0);
  }, 90_000);

  it('FAULTS 9: a read-only database dead-letters nothing; work goes on when it is writable again', async () => {
    const { withClient } = await import('./support/world.js');
    const readOnly = (on: boolean) => withClient(place.database.adminUrl, async (client) => {
      await client.query(`alter role tl_dedup set default_transaction_read_only = ${on ? 'on' : 'off'}`);
      await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tl_dedup'");
    });
    member = await startMember(place, { logger });
    await until(() => member?.runner.ready());
    await readOnly(true);
    await feed(1000);
    await until(() => (member?.metrics.value(METRICS.retries, { group: 'faults', topic: 'in' }) ?? 0) > 2);
    await readOnly(false);
    await until(settled);
    expect(await tally(place)).toEqual({ events: sent, twice: 0 });
    expect(await readAll(place, 'faults.dlq.v1')).toEqual([]);
  }, 60_000);

  it('a backup restored under an idle consumer is noticed and caught up', async () => {
    const { withClient } = await import('./support/world.js');
    member = await startMember(place, { logger });
    await until(settled);
    const lost = await withClient(place.database.adminUrl, async (client) => {
      // What a restore to an earlier time does: rows and offsets of the last 1000 messages are gone.
      await client.query("delete from dedup.applied where event_id in (select event_id from dedup.applied order by n desc limit 1000)");
      const { rowCount } = await client.query("update dedup.offsets set next_offset = greatest(0, next_offset - 1000) where consumer_group = 'faults'");
      return rowCount;
    });
    expect(lost).toBe(3);
    await until(settled);
  }, 60_000);
});
