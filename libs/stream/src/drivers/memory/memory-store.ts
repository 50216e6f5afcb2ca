import type { TenantId } from '@throughline/domain';
import { encodeMessage } from '../../envelope.js';
import { NO_OFFSET, type Codec, type FencedResult, type FencePosition, type OutgoingMessage, type ProducerMessage, type QueryOptions, type Rollback, type RunnerUnit, type StateStore } from '../../ports.js';
import { activeTraceHeaders } from '../../trace.js';
import { MemoryProcess } from './memory-process.js';

/** A unit of work over a map; SQL works when the test says what it answers. */
export interface MemoryUnit extends RunnerUnit {
  readonly tenants: readonly TenantId[];
  get(key: string): unknown;
  put(key: string, value: unknown): void;
}

export interface MemoryStoreOptions {
  readonly codec?: Codec;
  /** Stands in for the database; without it `query` throws. */
  readonly query?: (sql: string, parameters: readonly unknown[], unit: MemoryUnit) => Promise<readonly object[]>;
}

/** What a database would keep: committed state, offsets and outbox. Shared by the processes that use it. */
export class MemoryDatabase {
  readonly state = new Map<string, unknown>();
  readonly offsets = new Map<string, bigint>();
  readonly outbox: { readonly id: number; readonly messages: readonly ProducerMessage[] }[] = [];
  /** Fails every call while set. */
  outage: Error | undefined;
  #nextId = 1;
  readonly #listeners = new Set<() => void>();

  addOutbox(messages: readonly ProducerMessage[]): void {
    if (messages.length === 0) return;
    this.outbox.push({ id: this.#nextId++, messages });
    for (const listener of this.#listeners) listener();
  }

  onOutbox(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  store(process = new MemoryProcess(), options: MemoryStoreOptions = {}): MemoryStore {
    return new MemoryStore(this, process, options);
  }
}

/** StateStore in memory with the same promises as the real one: all or nothing, fenced, and a frozen loser fails. */
export class MemoryStore implements StateStore<MemoryUnit> {
  constructor(readonly database: MemoryDatabase, private readonly process: MemoryProcess, private readonly options: MemoryStoreOptions) {}

  async offsets(group: string, topic: string, partitions: readonly number[], log = ''): Promise<ReadonlyMap<number, bigint>> {
    await this.process.step('read offsets');
    this.#check();
    return new Map(partitions.flatMap((partition) => {
      const stored = this.database.offsets.get(fenceKey({ group, topic, partition, log }));
      return stored === undefined ? [] : [[partition, stored] as const];
    }));
  }

  async transact<R>(position: FencePosition, tenants: readonly TenantId[], work: (unit: MemoryUnit) => Promise<R | Rollback<R>>): Promise<FencedResult<R>> {
    await this.process.step('begin');
    this.#check();
    const key = fenceKey(position);
    const stored = this.database.offsets.get(key);
    const mayMove = stored === undefined ? position.create === true : stored === position.from;
    if (!mayMove) return { fenced: true, stored: stored ?? NO_OFFSET };
    await this.process.step('fenced');
    const value = await this.#work(tenants, work, () => {
      // Another process moved the row while we were frozen: Postgres had ended our idle transaction by then.
      if (this.database.offsets.get(key) !== stored) throw new IdleTransactionEnded('the transaction was ended while it was idle');
      this.database.offsets.set(key, position.next);
    });
    return { fenced: false, value };
  }

  async run<R>(tenants: readonly TenantId[], work: (unit: MemoryUnit) => Promise<R>): Promise<R> {
    await this.process.step('begin');
    this.#check();
    return this.#work<R>(tenants, work, () => undefined);
  }

  async #work<R>(tenants: readonly TenantId[], work: (unit: MemoryUnit) => Promise<R | Rollback<R>>, fence: () => void): Promise<R> {
    const unit = new OverlayUnit(this.database, tenants, this.options);
    const result = await work(unit);
    await this.process.step('worked');
    this.#check();
    if (isRollback(result)) return result.value;
    const messages = unit.encode();
    await this.process.step('before commit');
    this.#check();
    fence();
    for (const [key, value] of unit.writes) this.database.state.set(key, value);
    this.database.addOutbox(messages);
    await this.process.step('committed');
    return result;
  }

  #check(): void {
    if (this.database.outage) throw this.database.outage;
  }
}

class OverlayUnit implements MemoryUnit {
  readonly writes = new Map<string, unknown>();
  readonly #announced: OutgoingMessage[] = [];
  readonly #forwarded: ProducerMessage[] = [];

  constructor(private readonly database: MemoryDatabase, readonly tenants: readonly TenantId[], private readonly options: MemoryStoreOptions) {}

  get(key: string): unknown {
    return this.writes.has(key) ? this.writes.get(key) : this.database.state.get(key);
  }

  put(key: string, value: unknown): void {
    this.writes.set(key, value);
  }

  async query<R extends object = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = [], _options?: QueryOptions): Promise<readonly R[]> {
    if (!this.options.query) throw new TypeError('this memory store knows no SQL; give it a query function');
    return await this.options.query(sql, parameters, this) as readonly R[];
  }

  announce(...messages: readonly OutgoingMessage[]): void {
    this.#announced.push(...messages);
  }

  forward(...messages: readonly ProducerMessage[]): void {
    this.#forwarded.push(...messages);
  }

  encode(): ProducerMessage[] {
    const { codec } = this.options;
    if (!codec && this.#announced.length > 0) throw new TypeError('this memory store has no codec: its units cannot announce');
    const context = { source: '/memory', time: new Date(0), trace: activeTraceHeaders() };
    return [...this.#announced.map((message) => encodeMessage(message, codec as Codec, context)), ...this.#forwarded];
  }
}

/** As pg reports it: a transient fault. */
class IdleTransactionEnded extends Error {
  override readonly name = 'ConnectionLost';
  readonly code = '25P03';
}

function isRollback<R>(result: R | Rollback<R>): result is Rollback<R> {
  return typeof result === 'object' && result !== null && 'rollback' in result && result.rollback === true;
}

const fenceKey = ({ group, topic, partition, log = '' }: Pick<FencePosition, 'group' | 'topic' | 'partition' | 'log'>): string => `${group}|${log}|${topic}/${partition}`;
