import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantId } from '@throughline/domain';
import { acceptOnce, advisoryLocks, forgetDeliveriesBefore, startRelay, UnitAborted, UnitIsOver, type Database } from '@throughline/persistence';
import { NO_OFFSET, type ProducerMessage, type ProducerPort, type Unit } from '@throughline/stream';
import { until, type TestDatabase } from '@throughline/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { A, B, note, notesOf, startNotes, type Notes } from './support/notes.js';
import { withClient } from './support/world.js';

let world: Notes;
let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  world = await startNotes();
  ({ test, database } = world);
});
afterAll(() => world?.close());

const notes = (tenants: readonly TenantId[]): Promise<string[]> => notesOf(database, tenants);

describe('isolation of tenants', () => {
  it('FAULTS 55: the database refuses to show or take another tenant\'s rows, even when the query forgets the tenant', async () => {
    await database.run([A], (unit) => note(unit, A, 'of-a'));
    await database.run([B], (unit) => note(unit, B, 'of-b'));
    expect(await notes([A])).toEqual(['of-a']);
    expect(await notes([A, B])).toEqual(['of-a', 'of-b']);
    expect(await notes([])).toEqual([]);
    await expect(database.run([A], (unit) => note(unit, B, 'smuggled'))).rejects.toMatchObject({ code: '42501' });
    expect(await database.run([A], (unit) => unit.query('delete from notes where id = $1 returning 1', ['of-b']))).toEqual([]);
  });

  it('a connection does not carry tenants from one unit into the next', async () => {
    for (let turn = 0; turn < 10; turn += 1) await database.run([A], (unit) => unit.query('select 1'));
    const seen = await Promise.all(Array.from({ length: 10 }, () => notes([])));
    expect(seen.flat()).toEqual([]);
  });

  it('the service\'s role owns nothing: it can neither create, nor alter, nor switch the policy off', async () => {
    for (const sql of ['create table mine (x int)', 'alter table notes disable row level security', 'drop policy tenant_isolation on notes', 'truncate notes', 'select * from platform.migrations']) {
      await expect(database.run([A], (unit) => unit.query(sql))).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('the owner of the tables is held to the policy too', async () => {
    expect(await withClient(test.ownerUrl, async (client) => (await client.query('select * from dedup.notes')).rows)).toEqual([]);
  });
});

describe('a unit of work', () => {
  const count = async (): Promise<number> => (await notes([A])).length;

  it('keeps nothing when it throws, and says so when a failure was swallowed', async () => {
    const before = await count();
    await expect(database.run([A], async (unit) => { await note(unit, A, 'x'); throw new Error('no'); })).rejects.toThrow('no');
    const swallowed = database.run([A], async (unit) => { await note(unit, A, 'y'); await unit.query('select 1/0').catch(() => undefined); });
    await expect(swallowed).rejects.toBeInstanceOf(UnitAborted);
    await expect(swallowed).rejects.toMatchObject({ cause: { code: '22012' } });
    expect(await count()).toBe(before);
  });

  it('cannot be used after its end', async () => {
    let kept: Unit | undefined;
    await database.run([A], (unit) => { kept = unit; return Promise.resolve(); });
    await expect(kept?.query('select 1')).rejects.toBeInstanceOf(UnitIsOver);
    expect(() => kept?.announce()).toThrow(UnitIsOver);
  });

  it('shares its transaction with TypeORM\'s manager', async () => {
    const before = await count();
    await expect(database.run([A], async (unit) => {
      await unit.manager.query('insert into notes (tenant_id, id) values ($1, $2)', [A, 'typeorm']);
      await unit.manager.transaction(async (inner) => { await inner.query('select 1'); });
      expect((await unit.query('select 1 from notes where id = $1', ['typeorm'])).length).toBe(1);
      throw new Error('undo');
    })).rejects.toThrow('undo');
    expect(await count()).toBe(before);
  });

  it('moves the offset by compare-and-set: once, from where it stands, and never for a row that is gone', async () => {
    const at = { group: 'g', topic: 't', partition: 1, log: 'cluster' };
    const move = (from: bigint, next: bigint, create = false) => database.transact({ ...at, from, next, create }, [A], () => Promise.resolve('applied'));
    expect(await move(0n, 5n)).toEqual({ fenced: true, stored: NO_OFFSET });
    expect(await move(0n, 5n, true)).toEqual({ fenced: false, value: 'applied' });
    expect(await move(0n, 9n, true)).toEqual({ fenced: true, stored: 5n });
    expect(await move(5n, 9n)).toEqual({ fenced: false, value: 'applied' });
    expect(await database.offsets('g', 't', [0, 1], 'cluster')).toEqual(new Map([[1, 9n]]));
    expect(await database.offsets('g', 't', [1], 'another cluster')).toEqual(new Map());
    const race = await Promise.all(Array.from({ length: 8 }, () => move(9n, 10n)));
    expect(race.filter(({ fenced }) => !fenced)).toHaveLength(1);
  });

  it('leaves offset, rows and outbox as they were when it is rolled back', async () => {
    const at = { group: 'g', topic: 't', partition: 2, from: 0n, next: 5n, create: true };
    const result = await database.transact(at, [A], async (unit) => {
      await note(unit, A, 'z');
      unit.announce({ topic: 't', key: ['k'], value: {}, tenantId: A, eventId: 'e' });
      return { rollback: true as const, value: 'no' };
    });
    expect(result).toEqual({ fenced: false, value: 'no' });
    expect(await database.offsets('g', 't', [2])).toEqual(new Map());
    expect(await database.run([], (unit) => unit.query('select 1 from outbox'))).toEqual([]);
  });

  it('a lock that is not given in time is an error of the surroundings, and a frozen holder loses it', async () => {
    await expect(database.run([], async (unit) => { await unit.query('select pg_sleep(0)'); await sleep(6000); await unit.query('select 1'); })).rejects.toMatchObject({ code: expect.stringMatching(/25P03|connection_lost/) });
  }, 20_000);

  it('advisory locks keep others out until the unit ends, in any order of keys', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 6 }, (_, turn) => database.run([A], async (unit) => {
      await advisoryLocks(unit, turn % 2 ? ['asset-1', 'asset-2', 'asset-1'] : ['asset-2', 'asset-1']);
      inside += 1;
      most = Math.max(most, inside);
      await sleep(5);
      inside -= 1;
    })));
    expect(most).toBe(1);
  });

  it('the inbox accepts a delivery once, unless its unit failed', async () => {
    const delivery = { source: 'github:1', deliveryId: 'd1', receivedAt: new Date() };
    await expect(database.run([A], async (unit) => { await acceptOnce(unit, delivery); throw new Error('later'); })).rejects.toThrow();
    const answers = await Promise.all(Array.from({ length: 5 }, () => database.run([A], (unit) => acceptOnce(unit, delivery))));
    expect(answers.filter(Boolean)).toHaveLength(1);
    await database.run([], (unit) => forgetDeliveriesBefore(unit, new Date(Date.now() + 2 * 86_400_000)));
    expect(await database.run([A], (unit) => acceptOnce(unit, delivery))).toBe(true);
  });
});

describe('the outbox relay', () => {
  const collect = (): ProducerPort & { readonly sent: ProducerMessage[]; fail: boolean } => {
    const port = {
      sent: [] as ProducerMessage[], fail: false, connect: () => Promise.resolve(), disconnect: () => Promise.resolve(),
      send(messages: readonly ProducerMessage[]): Promise<void> {
        if (port.fail) return Promise.reject(new Error('no broker'));
        port.sent.push(...messages);
        return Promise.resolve();
      },
    };
    return port;
  };
  const announce = (count: number, from = 0) => database.run([A], (unit) => {
    unit.announce(...Array.from({ length: count }, (_, index) => ({ topic: 't', key: [A, 'k'], value: { n: from + index }, tenantId: A, eventId: `e${from + index}` })));
    return Promise.resolve();
  });
  const isEmpty = async (): Promise<boolean> => (await database.run([], (unit) => unit.query('select 1 from outbox limit 1'))).length === 0;

  it('sends in order and removes what was acknowledged; of two replicas one is active, and the other takes over', async () => {
    const [one, two] = [collect(), collect()];
    const first = startRelay(database, one);
    await until(() => first.isActive());
    const second = startRelay(database, two);
    for (let n = 0; n < 20; n += 1) await announce(10, n * 10);
    await until(isEmpty);
    expect(one.sent.map(({ headers }) => headers.ce_id)).toEqual(Array.from({ length: 200 }, (_, n) => `e${n}`));
    expect(one.sent[0]?.headers).toMatchObject({ ce_source: '/throughline/dedup', tenant: A, ce_type: 't' });
    expect(two.sent).toEqual([]);
    expect(second.isActive()).toBe(false);
    await first.stop();
    await announce(5, 200);
    await until(isEmpty);
    expect(two.sent).toHaveLength(5);
    await second.stop();
  });

  it('a message is on its way in milliseconds', async () => {
    const port = collect();
    const relay = startRelay(database, port, { pollMs: 5000 });
    await until(() => relay.isActive());
    await sleep(300);
    const began = performance.now();
    await announce(1);
    await until(() => port.sent.length === 1, { everyMs: 1 });
    expect(performance.now() - began).toBeLessThan(1000);
    await relay.stop();
  });

  it('goes on after its session was ended by the server', async () => {
    const port = collect();
    const relay = startRelay(database, port);
    await until(() => relay.isActive());
    await withClient(test.adminUrl, (client) => client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dedup-relay'"));
    await announce(3);
    await until(isEmpty);
    expect(port.sent).toHaveLength(3);
    await relay.stop();
  });

  it('FAULTS 6: says when it is above its cap, and when it is below again; nothing is lost meanwhile', async () => {
    const port = collect();
    port.fail = true;
    const crossings: boolean[] = [];
    const relay = startRelay(database, port, { capBytes: 10_000, measureMs: 50, onCap: (isAbove) => crossings.push(isAbove) });
    await announce(300);
    await until(() => relay.isAboveCap());
    expect(relay.depth()).toMatchObject({ messages: 300 });
    port.fail = false;
    await until(() => !relay.isAboveCap());
    expect(crossings).toEqual([true, false]);
    expect(port.sent).toHaveLength(300);
    await relay.stop();
  });
});
