import { systemClock, type Clock } from '@throughline/domain';
import { backoffMs, classifyError, errorCode, silentLogger, type BackoffOptions, type Outcome, type StreamLogger } from '@throughline/stream';
import type { Database, DatabaseUnit } from '../ports.js';
import { finishDue, leaseDue, lockDue, peekDue, postponeDue, renewDue, type DueHint, type TakenWork } from './due-store.js';
import type { DueWork } from './due-work.js';

/** `again`: done for now, due once more at a time (a pull, a clock with steps). */
export type DueOutcome = Outcome | { readonly kind: 'again'; readonly dueAt: Date };

/** Works inside one transaction that also removes the row: for work that touches nothing but the database. */
export type DueHandler = (work: DueWork, unit: DatabaseUnit) => Promise<DueOutcome>;

/**
 * For work that calls others: no transaction is open meanwhile, the row is leased. A worker that dies in between leaves
 * it due again after the lease, so the handler must be idempotent (search before create).
 */
export interface LeasedDueHandler {
  /** Longer than the handler can take, unless it is renewed. */
  readonly leaseMs: number;
  /**
   * The lease is renewed while the handler runs, up to this time: long work whose worker dies is due again after one
   * short lease. Absent: it is not renewed.
   */
  readonly maxMs?: number;
  readonly handle: (work: DueWork, database: Database) => Promise<DueOutcome>;
}

export interface DueWorkerOptions {
  readonly kinds: Readonly<Record<string, DueHandler | LeasedDueHandler>>;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: StreamLogger;
  /** Pause between looks when nothing is due (default 1000 ms). */
  readonly pollMs?: number;
  /** Rows a look (default 50). */
  readonly batch?: number;
  /** Rows worked on at the same time (default 2; each takes a connection). */
  readonly concurrency?: number;
  readonly backoff?: BackoffOptions;
  /** True: looks only when `drain` is called, for tests that turn the clock. */
  readonly manual?: boolean;
}

export interface DueWorker {
  /** Works off all that is due now, then resolves with the number of rows; for tests and for a hurry. */
  drain(): Promise<number>;
  stop(): Promise<void>;
}

const RETRY_BACKOFF: BackoffOptions = { firstMs: 2_000, factor: 2, maxMs: 15 * 60_000 };

/** How long a stop waits for work in hand. */
const DRAIN_MS = 10_000;

/** Works off due rows until stopped. Many workers may run: a row is worked on by one at a time. */
export function startDueWorker(database: Database, options: DueWorkerOptions): DueWorker {
  const worker = new Worker(database, options);
  worker.start();
  return worker;
}

class Worker implements DueWorker {
  readonly #kinds: readonly string[];
  readonly #clock: Clock;
  readonly #logger: StreamLogger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<number> = Promise.resolve(0);
  #stopped = false;

  constructor(private readonly database: Database, private readonly options: DueWorkerOptions) {
    this.#kinds = Object.keys(options.kinds);
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  start(): void {
    const tick = (): void => {
      this.#look()
        .catch((error: unknown) => this.#logger.warn({ event: 'due_work.look_failed', code: errorCode(error) }, 'due work could not be read'))
        .finally(() => { if (!this.#stopped) this.#timer = setTimeout(tick, this.options.pollMs ?? 1000); });
    };
    if (!this.options.manual) this.#timer = setTimeout(tick, 0);
  }

  async drain(): Promise<number> {
    let total = 0;
    for (;;) {
      const done = await this.#look();
      if (done === 0) return total;
      total += done;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#running.catch(() => 0), new Promise((resolve) => { setTimeout(resolve, DRAIN_MS).unref(); })]);
  }

  /** One look at a time in this process: who comes meanwhile looks after it. */
  #look(): Promise<number> {
    const before = this.#running;
    this.#running = (async () => {
      await before.catch(() => 0);
      return this.#stopped ? 0 : this.#lookOnce();
    })();
    // Whoever asked gets the failure; after a stop that did not wait (a handler that hangs) nobody asks any more.
    this.#running.catch(() => undefined);
    return this.#running;
  }

  async #lookOnce(): Promise<number> {
    const { batch = 50, concurrency = 2 } = this.options;
    const due = [...await this.database.run([], (unit) => peekDue(unit, this.#kinds, this.#clock.now(), batch))];
    let worked = 0;
    const lane = async (): Promise<void> => {
      for (let hint = due.shift(); hint && !this.#stopped; hint = due.shift()) if (await this.#work(hint)) worked += 1;
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return worked;
  }

  async #work({ id, kind }: DueHint): Promise<boolean> {
    const now = this.#clock.now();
    const handler = this.options.kinds[kind];
    if (!handler) return false;
    return typeof handler === 'function' ? this.#inTransaction(id, now, handler) : this.#leased(id, now, handler);
  }

  async #inTransaction(id: string, now: Date, handler: DueHandler): Promise<boolean> {
    let work: TakenWork | undefined;
    try {
      return await this.database.run([], async (unit) => {
        work = await lockDue(unit, id, now);
        if (!work) return false;
        if (work.tenantId) await unit.query(`select set_config('app.tenants', $1, true)`, [`{${work.tenantId}}`]);
        const outcome = await handler(work, unit);
        if (outcome.kind === 'retry' || outcome.kind === 'reject') throw new NotDone(outcome);
        await this.#settle(unit, work, outcome);
        return true;
      });
    } catch (error) {
      if (!work) throw error;
      const taken = work;
      const outcome = error instanceof NotDone ? error.outcome : this.#outcomeOf(error, taken);
      await this.database.run([], (unit) => this.#settle(unit, taken, outcome));
      return true;
    }
  }

  async #leased(id: string, now: Date, handler: LeasedDueHandler): Promise<boolean> {
    const work = await this.database.run([], (unit) => leaseDue(unit, id, now, new Date(now.getTime() + handler.leaseMs)));
    if (!work) return false;
    const renewal = this.#renewing(work, handler);
    const outcome = await Promise.race([handler.handle(work, this.database), overdue(handler.maxMs ?? handler.leaseMs)]).catch((error: unknown) => this.#outcomeOf(error, work));
    await renewal.end();
    await this.database.run([], (unit) => this.#settle(unit, work, outcome));
    return true;
  }

  /** A renewal that fails is made up for by the next one, or the lease ends as if this worker had died. */
  #renewing(work: TakenWork, { leaseMs, maxMs }: LeasedDueHandler): { end(): Promise<void> } {
    let last: Promise<void> = Promise.resolve();
    const renew = (): void => {
      const until = new Date(this.#clock.now().getTime() + leaseMs);
      last = this.database.run([], (unit) => renewDue(unit, work, until))
        .catch((error: unknown) => this.#logger.warn({ event: 'due_work.not_renewed', kind: work.kind, key: work.key, code: errorCode(error) }, 'a lease was not renewed'));
    };
    const timer = maxMs === undefined ? undefined : setInterval(renew, leaseMs / 3);
    // One that is on its way is waited for, or it would move the row after the outcome has.
    return { end: () => { clearInterval(timer); return last; } };
  }

  async #settle(unit: DatabaseUnit, work: TakenWork, outcome: DueOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'done': case 'skip': return finishDue(unit, work);
      case 'again': return postponeDue(unit, work, outcome.dueAt, null);
      case 'retry': {
        const wait = backoffMs(work.attempt - 1, this.options.random ?? Math.random, this.options.backoff ?? RETRY_BACKOFF);
        return postponeDue(unit, work, new Date(this.#clock.now().getTime() + wait), outcome.reason);
      }
      case 'reject':
        this.#logger.error({ event: 'due_work.parked', kind: work.kind, key: work.key, code: outcome.code }, 'due work was parked');
        return postponeDue(unit, work, null, `${outcome.code}: ${outcome.reason}`);
    }
  }

  /** An exception is retried, whoever's fault it is: the row waits alone and blocks nobody. */
  #outcomeOf(error: unknown, work: TakenWork): Outcome {
    this.#logger.warn({ event: 'due_work.failed', kind: work.kind, key: work.key, attempt: work.attempt, fault: classifyError(error), code: errorCode(error) }, 'due work failed');
    return { kind: 'retry', reason: errorCode(error) };
  }
}

/** A call that hangs beyond its lease must not keep all other work waiting; somebody else may hold the row by then. */
async function overdue(leaseMs: number): Promise<DueOutcome> {
  await new Promise((resolve) => { setTimeout(resolve, leaseMs).unref(); });
  return { kind: 'retry', reason: 'lease_over' };
}

/** Rolls the unit back with an outcome in hand. */
class NotDone extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.kind);
  }
}
