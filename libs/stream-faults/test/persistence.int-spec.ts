import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@throughline/contracts';
import { tenantId, type TenantId } from '@throughline/domain';
import {
  acceptOnce, advisoryLocks, cancelDue, createDatabase, forgetDeliveriesBefore, migrateAll, scheduleDue, startDueWorker, startRelay, UnitAborted, UnitIsOver,
  type Database, type DueOutcome, type DueWork,
} from '@throughline/persistence';
import { done, NO_OFFSET, reject, retry, type ProducerMessage, type ProducerPort, type Unit } from '@throughline/stream';
import { createDatabase as createTestDatabase, fakeClock, until, type TestDatabase } from '@throughline/testing';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonCodec } from './support/json-codec.js';
import { withClient } from './support/world.js';

const A = tenantId(newId());
const B = tenantId(newId());

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase({ services: ['dedup'] });
  await withClient(test.ownerUrl, (client) => client.query(`
    create table dedup.notes (tenant_id uuid not null, id text, primary key (tenant_id, id));
    select platform.tenant_table('dedup', 'notes')`));
  database = await createDatabase({ url: test.urlFor('dedup'), schema: 'dedup', codec: jsonCodec });
});
afterAll(async () => {
  await database?.close();
  await test?.drop();
});

const note = (unit: Unit, tenant: TenantId, id: string) => unit.query('insert into notes (tenant_id, id) values ($1, $2)', [tenant, id]);
const notes = async (tenants: readonly TenantId[]): Promise<string[]> =>
  (await database.run(tenants, (unit) => unit.query<{ id: string }>('select id from notes order by id'))).map(({ id }) => id);

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

describe('due work', () => {
  const clock = fakeClock(new Date('2026-11-22T10:00:00Z'));
  const at = (seconds: number): Date => new Date(Date.parse('2026-11-22T10:00:00Z') + seconds * 1000);
  const workerWith = (handle: (work: DueWork, unit: Unit) => Promise<DueOutcome>) => startDueWorker(database, { kinds: { test: handle }, clock, manual: true, random: () => 0 });
  const rows = () => database.run([], (unit) => unit.query<{ key: string; due_at: Date; attempts: number; last_error: string | null }>("select key, due_at, attempts, last_error from due_work where kind = 'test' order by key"));

  it('is done when it is due, once, as its tenant, and removed with its effects', async () => {
    await database.run([A], (unit) => scheduleDue(unit, { kind: 'test', key: 'k1', tenantId: A, dueAt: at(60), payload: { id: 'n1' } }, { kind: 'test', key: 'k2', tenantId: B, dueAt: at(7200) }));
    const workers = [1, 2, 3].map(() => workerWith(async (work, unit) => { await note(unit, work.tenantId ?? A, `due-${work.key}`); return done; }));
    expect((await Promise.all(workers.map((worker) => worker.drain()))).reduce((a, b) => a + b)).toBe(0);
    clock.set(at(61));
    expect((await Promise.all(workers.map((worker) => worker.drain()))).reduce((a, b) => a + b)).toBe(1);
    expect(await notes([A])).toContain('due-k1');
    expect((await rows()).map(({ key }) => key)).toEqual(['k2']);
    await Promise.all(workers.map((worker) => worker.stop()));
    await database.run([], (unit) => cancelDue(unit, 'test', ['k2']));
    expect(await rows()).toEqual([]);
  });

  it('is tried again with growing waits, keeps nothing of a failed try, and is parked when it is rejected', async () => {
    await database.run([A], (unit) => scheduleDue(unit, { kind: 'test', key: 'k3', tenantId: A, dueAt: clock.now() }));
    const outcomes: DueOutcome[] = [retry('destination down'), retry('destination down'), reject('gone', 'no such destination')];
    const worker = workerWith(async (work, unit) => { await note(unit, A, `try-${work.attempt}`); return outcomes[work.attempt - 1] ?? done; });
    const waits: number[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      await worker.drain();
      const [row] = await rows();
      waits.push((row?.due_at.getTime() ?? 0) - clock.now().getTime());
      expect(row).toMatchObject({ attempts: turn + 1, last_error: 'destination down' });
      clock.set(row?.due_at ?? clock.now());
    }
    expect(waits[1]).toBe((waits[0] ?? 0) * 2);
    await worker.drain();
    clock.set(at(365 * 86_400));
    expect(await worker.drain()).toBe(0);
    expect((await rows())[0]?.last_error).toBe('gone: no such destination');
    expect((await notes([A])).filter((id) => id.startsWith('try-'))).toEqual([]);
    await database.run([], (unit) => cancelDue(unit, 'test', ['k3']));
    await worker.stop();
  });

  it('that was scheduled anew while it ran stays, and `again` repeats it', async () => {
    const reschedule = (unit: Unit, seconds: number) => scheduleDue(unit, { kind: 'test', key: 'k4', tenantId: A, dueAt: new Date(clock.now().getTime() + seconds * 1000) });
    await database.run([A], (unit) => reschedule(unit, 0));
    const first = workerWith(async (_work, unit) => { await reschedule(unit, 30); return done; });
    await first.drain();
    await first.stop();
    expect(await rows()).toHaveLength(1);
    clock.set(new Date(clock.now().getTime() + 31_000));
    const next = new Date(clock.now().getTime() + 60_000);
    const second = workerWith(() => Promise.resolve({ kind: 'again', dueAt: next }));
    await second.drain();
    await second.stop();
    expect(await rows()).toMatchObject([{ due_at: next, attempts: 0 }]);
    await database.run([], (unit) => cancelDue(unit, 'test', ['k4']));
  });

  it('with a lease holds no transaction, and comes back when its worker died', async () => {
    await database.run([A], (unit) => scheduleDue(unit, { kind: 'leased', key: 'k5', tenantId: A, dueAt: clock.now() }));
    let calls = 0;
    const handle = async (): Promise<DueOutcome> => {
      calls += 1;
      expect((await database.run([], (unit) => unit.query("select 1 from due_work where kind = 'leased' for update nowait"))).length).toBe(1);
      return calls === 1 ? new Promise<DueOutcome>(() => undefined) : done;
    };
    const options = { kinds: { leased: { leaseMs: 60_000, handle } }, clock, manual: true };
    const died = startDueWorker(database, options);
    // Its work hangs past the end of this spec, as a dead worker's would: how it ends is nobody's business.
    died.drain().catch(() => undefined);
    await until(() => calls === 1);
    const worker = startDueWorker(database, options);
    expect(await worker.drain()).toBe(0);
    clock.set(new Date(clock.now().getTime() + 61_000));
    expect(await worker.drain()).toBe(1);
    expect(calls).toBe(2);
    await worker.stop();
  });

  it('with a lease that is renewed stays with its worker as long as that lives, unless it is scheduled anew', async () => {
    await database.run([A], (unit) => scheduleDue(unit, { kind: 'renewed', key: 'k6', tenantId: A, dueAt: new Date() }));
    const ends: ((outcome: DueOutcome) => void)[] = [];
    const options = { kinds: { renewed: { leaseMs: 3_000, maxMs: 60_000, handle: () => new Promise<DueOutcome>((resolve) => { ends.push(resolve); }) } }, manual: true };
    const [holder, other] = [startDueWorker(database, options), startDueWorker(database, options)];
    const held = holder.drain();
    await until(() => ends.length === 1);
    await sleep(4_500);
    expect(await other.drain()).toBe(0);
    const later = new Date(Date.now() + 3_600_000);
    ends[0]?.({ kind: 'again', dueAt: later });
    await held;
    await sleep(500);
    expect(await database.run([], (unit) => unit.query("select due_at from due_work where kind = 'renewed'"))).toEqual([{ due_at: later }]);
    await database.run([A], (unit) => scheduleDue(unit, { kind: 'renewed', key: 'k6', tenantId: A, dueAt: new Date() }));
    const again = holder.drain();
    await until(() => ends.length === 2);
    await database.run([A], (unit) => scheduleDue(unit, { kind: 'renewed', key: 'k6', tenantId: A, dueAt: new Date() }));
    await sleep(500);
    const anew = other.drain();
    await until(() => ends.length === 3);
    for (const end of ends) end(done);
    await Promise.all([again, anew, holder.stop(), other.stop()]);
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

describe('migrations', () => {
  function repository(files: Readonly<Record<string, string>>): string {
    const root = mkdtempSync(join(tmpdir(), 'throughline-migrations-'));
    mkdirSync(join(root, 'services/dedup/migrations'), { recursive: true });
    for (const [name, sql] of Object.entries(files)) writeFileSync(join(root, 'services/dedup/migrations', name), sql);
    return root;
  }
  const migrate = (root: string) => migrateAll({ ownerUrl: test.ownerUrl, root, services: ['dedup'] });

  it('are applied once, in order, also by several processes at the same time', async () => {
    const root = repository({ '9002-second.sql': 'alter table m1 add y int;', '9001-first.sql': "create table m1 (x int);\ncomment on table m1 is 'test; retention: none; shared: test';" });
    const runs = await Promise.all([migrate(root), migrate(root), migrate(root)]);
    expect(runs.flat()).toEqual(['services/dedup/migrations/9001-first.sql', 'services/dedup/migrations/9002-second.sql']);
  });

  it('refuse a file that was edited after it was applied', async () => {
    const root = repository({ '9010-x.sql': 'select 1;' });
    await migrate(root);
    writeFileSync(join(root, 'services/dedup/migrations/9010-x.sql'), 'select 2;');
    await expect(migrate(root)).rejects.toThrow('services/dedup/migrations/9010-x.sql was applied already and has been edited');
  });

  it('name file, line and statement when one fails, and leave nothing of that file', async () => {
    const root = repository({ '9020-bad.sql': '-- a comment; with a semicolon\ncreate table half (x int);\n\nalter table half\n  add constraint c check (y > 0);\n' });
    await expect(migrate(root)).rejects.toThrow(/services\/dedup\/migrations\/9020-bad\.sql:4: column "y" does not exist\n {2}in: alter table half add constraint/);
    expect(await withClient(test.ownerUrl, async (client) => (await client.query("select to_regclass('dedup.half') as half")).rows)).toEqual([{ half: null }]);
  });

  it('refuse a tenant table without its column, and a shared one without a reason', async () => {
    await expect(migrate(repository({ '9030-a.sql': "create table no_tenant (x int); select platform.tenant_table('dedup', 'no_tenant');" }))).rejects.toThrow('needs a column tenant_id uuid not null');
    await expect(migrate(repository({ '9031-b.sql': "create table no_reason (x int); select platform.shared_table('dedup', 'no_reason', ' ');" }))).rejects.toThrow('say why');
  });
});
