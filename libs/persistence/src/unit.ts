import type { Clock } from '@throughline/domain';
import { activeTraceHeaders, encodeMessage, type Codec, type OutgoingMessage, type ProducerMessage, type QueryOptions } from '@throughline/stream';
import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { UnitIsOver } from './errors.js';
import { packRows } from './outbox.js';
import type { DatabaseUnit } from './ports.js';
import { insertOutbox, OUTBOX_ROWS } from './statements.js';

export interface UnitContext {
  readonly schema: string;
  readonly codec: Codec | undefined;
  readonly source: string;
  readonly clock: Clock;
}

/** One open transaction. The database begins and ends it; the work only queries and announces. */
export class PostgresUnit implements DatabaseUnit {
  readonly #announced: OutgoingMessage[] = [];
  readonly #forwarded: ProducerMessage[] = [];
  #client: PoolClient | undefined;
  #manager: EntityManager | undefined;
  /** The first failed statement: it aborted the transaction, later errors only echo it. */
  firstError: unknown;

  constructor(client: PoolClient, private readonly dataSource: DataSource, private readonly context: UnitContext) {
    this.#client = client;
  }

  async query<R extends object = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = [], options: QueryOptions = {}): Promise<readonly R[]> {
    try {
      const { rows } = await this.#open().query<R>({ text: sql, values: [...parameters], ...(options.name ? { name: options.name } : {}) });
      return rows;
    } catch (error) {
      this.firstError ??= error;
      throw error;
    }
  }

  announce(...messages: readonly OutgoingMessage[]): void {
    this.#open();
    this.#announced.push(...messages);
  }

  forward(...messages: readonly ProducerMessage[]): void {
    this.#open();
    this.#forwarded.push(...messages);
  }

  get manager(): EntityManager {
    this.#manager ??= managerOn(this.#open(), this.dataSource);
    return this.#manager;
  }

  /** Encodes and writes what was announced; true when there was something. */
  async flush(): Promise<boolean> {
    const messages = [...this.#encode(), ...this.#forwarded];
    if (messages.length === 0) return false;
    const rows = packRows(messages);
    for (let at = 0; at < rows.length; at += OUTBOX_ROWS) {
      const part = rows.slice(at, at + OUTBOX_ROWS);
      const statement = insertOutbox(this.context.schema, part.length);
      await this.query(statement.text, part.flatMap((row) => [row.messages, row.bytes, row.payload]), statement);
    }
    return true;
  }

  end(): void {
    this.#client = undefined;
  }

  #encode(): ProducerMessage[] {
    if (this.#announced.length === 0) return [];
    const { codec, source, clock } = this.context;
    if (!codec) throw new TypeError('this database was opened without a codec: its units cannot announce');
    const envelope = { source, time: clock.now(), trace: activeTraceHeaders() };
    return this.#announced.map((message) => encodeMessage(message, codec, envelope));
  }

  #open(): PoolClient {
    if (!this.#client) throw new UnitIsOver();
    return this.#client;
  }
}

/**
 * A TypeORM manager on a connection that we took and whose transaction we began. The query runner is told both, or it
 * would take another connection, or begin and commit a transaction of its own in the middle of ours.
 */
function managerOn(client: PoolClient, dataSource: DataSource): EntityManager {
  const runner: QueryRunner = dataSource.createQueryRunner();
  Object.assign(runner, { databaseConnection: client, isTransactionActive: true, transactionDepth: 1 });
  return runner.manager;
}
