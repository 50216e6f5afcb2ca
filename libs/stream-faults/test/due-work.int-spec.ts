import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantId } from '@throughline/domain';
import { cancelDue, scheduleDue, startDueWorker, type Database, type DueOutcome, type DueWork } from '@throughline/persistence';
import { done, reject, retry, type Unit } from '@throughline/stream';
import { fakeClock, until } from '@throughline/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { A, B, note, notesOf, startNotes, type Notes } from './support/notes.js';

let world: Notes;
let database: Database;
beforeAll(async () => {
  world = await startNotes();
  ({ database } = world);
});
afterAll(() => world?.close());

const notes = (tenants: readonly TenantId[]): Promise<string[]> => notesOf(database, tenants);

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
