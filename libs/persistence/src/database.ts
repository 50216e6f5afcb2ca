import { systemClock, type Clock } from '@throughline/domain';
import { isTransient, NO_OFFSET, type Codec, type FencedResult, type FencePosition, type Rollback } from '@throughline/stream';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { serverOptions, UNIT_SETTINGS } from './connection.js';
import { ConnectionLost, UnitAborted } from './errors.js';
import type { Database, DatabaseUnit, DirectConnectionConfig, Tenants } from './ports.js';
import { BEGIN_UNIT, MOVE_OFFSET, CREATE_OFFSET, READ_OFFSET, READ_OFFSETS } from './statements.js';
import { PostgresUnit } from './unit.js';

export interface DatabaseOptions {
  /** The service's own role; it owns nothing. */
  readonly url: string;
  /** Connections at most (default 5); the relay and the due worker add one each. */
  readonly pool?: number;
  /** The service's schema in snake_case. */
  readonly schema: string;
  /** Needed by units that announce. */
  readonly codec?: Codec;
  readonly applicationName?: string;
  /** CloudEvents source of announced messages; default `/throughline/<schema>`. */
  readonly source?: string;
  readonly clock?: Clock;
  /** TypeORM entities, for units that use `manager`. */
  readonly entities?: DataSourceOptions['entities'];
  /** How long to wait for a database that is starting up (default 30 s). */
  readonly connectTimeoutMs?: number;
}

const CONNECT_RETRY_MS = 250;

/**
 * Opens the database of a service. Waits while it starts up (57P03, refused connections); other errors are thrown at
 * once: a wrong password does not get better.
 */
export async function createDatabase(options: DatabaseOptions): Promise<Database> {
  const dataSource = new DataSource(dataSourceOptions(options));
  const deadline = Date.now() + (options.connectTimeoutMs ?? 30_000);
  for (;;) {
    try {
      await dataSource.initialize();
      return new PostgresDatabase(dataSource, options);
    } catch (error) {
      const wait = isTransient(error) && !isSetUpError(error) && Date.now() < deadline;
      if (!wait) throw error;
      await new Promise((resolve) => { setTimeout(resolve, CONNECT_RETRY_MS); });
    }
  }
}

class PostgresDatabase implements Database {
  readonly schema: string;
  readonly #pool: Pool;
  readonly #listeners = new Set<() => void>();
  readonly #source: string;
  readonly #clock: Clock;

  constructor(readonly dataSource: DataSource, private readonly options: DatabaseOptions) {
    this.schema = options.schema;
    this.#source = options.source ?? `/throughline/${options.schema.replaceAll('_', '-')}`;
    this.#clock = options.clock ?? systemClock;
    // TypeORM keeps its pg pool there; sharing it keeps one limit on connections for mapped and raw queries.
    this.#pool = (dataSource.driver as unknown as { readonly master: Pool }).master;
  }

  async offsets(group: string, topic: string, partitions: readonly number[], log = ''): Promise<ReadonlyMap<number, bigint>> {
    return this.#withClient(async (client) => {
      const { rows } = await client.query<{ partition: number; next_offset: string }>({ ...READ_OFFSETS, values: [group, topic, partitions, log] });
      return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
    });
  }

  async transact<R>(position: FencePosition, tenants: Tenants, work: (unit: DatabaseUnit) => Promise<R | Rollback<R>>): Promise<FencedResult<R>> {
    const fence = [position.group, position.topic, position.partition, position.log ?? ''];
    return this.#withClient(async (client) => {
      await client.query('begin');
      const move = position.create ? CREATE_OFFSET : MOVE_OFFSET;
      const moved = await client.query({ ...move, values: [arrayLiteral(tenants), ...fence, position.from.toString(), position.next.toString()] });
      if (moved.rowCount === 0) {
        const { rows } = await client.query<{ next_offset: string }>({ ...READ_OFFSET, values: fence });
        await client.query('rollback');
        return { fenced: true, stored: rows[0] ? BigInt(rows[0].next_offset) : NO_OFFSET };
      }
      return { fenced: false, value: await this.#finish(client, work) };
    });
  }

  async run<R>(tenants: Tenants, work: (unit: DatabaseUnit) => Promise<R>): Promise<R> {
    return this.#withClient(async (client) => {
      await client.query('begin');
      await client.query({ ...BEGIN_UNIT, values: [arrayLiteral(tenants)] });
      return this.#finish<R>(client, work);
    });
  }

  onOutbox(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ping(): Promise<void> {
    await this.#withClient((client) => client.query('select 1'));
  }

  connectionConfig(settings: Readonly<Record<string, string>> = {}): DirectConnectionConfig {
    return {
      connectionString: this.options.url,
      options: serverOptions(this.schema, settings),
      application_name: `${this.options.applicationName ?? this.schema}-relay`,
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    };
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Runs the work and ends the transaction: outbox, then commit; or rollback when the work asks for it. */
  async #finish<R>(client: PoolClient, work: (unit: DatabaseUnit) => Promise<R | Rollback<R>>): Promise<R> {
    const unit = new PostgresUnit(client, this.dataSource, {
      schema: this.schema, codec: this.options.codec, source: this.#source, clock: this.#clock,
    });
    try {
      const result = await work(unit);
      if (isRollback(result)) {
        await client.query('rollback');
        return result.value;
      }
      const announced = await unit.flush();
      const committed = await client.query('commit');
      // Postgres answers a commit of an aborted transaction with ROLLBACK and no error.
      if (committed.command !== 'COMMIT') throw new UnitAborted(unit.firstError);
      if (announced) for (const listener of this.#listeners) listener();
      return result;
    } catch (error) {
      throw unit.firstError !== undefined && isAbortedTransaction(error) ? new UnitAborted(unit.firstError) : error;
    } finally {
      unit.end();
    }
  }

  /** A connection for one transaction. It goes back to the pool clean, or not at all. */
  async #withClient<R>(work: (client: PoolClient) => Promise<R>): Promise<R> {
    const client = await this.#pool.connect().catch((error: unknown) => { throw asConnectionError(error); });
    let lost: Error | undefined;
    const onError = (error: Error): void => { lost = error; };
    client.on('error', onError);
    try {
      const result = await work(client);
      client.off('error', onError);
      client.release();
      return result;
    } catch (error) {
      const clean = lost === undefined && await client.query('rollback').then(() => true, () => false);
      client.off('error', onError);
      client.release(!clean);
      if (clean) throw error;
      throw lost === undefined && hasCode(error) ? error : new ConnectionLost('the connection to Postgres was lost', { cause: error });
    }
  }
}

function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: options.entities ?? [],
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolSize: options.pool ?? 5,
    applicationName: options.applicationName ?? options.schema,
    connectTimeoutMS: 5000,
    // A restarted server ends idle connections: the pool replaces them, there is nothing to tell.
    poolErrorHandler: () => undefined,
    extra: { options: serverOptions(options.schema, UNIT_SETTINGS), keepAlive: true },
  };
}

/** Ids are UUIDs by their brand, so that joining them is safe. */
const arrayLiteral = (tenants: Tenants): string => `{${[...new Set(tenants)].join(',')}}`;

function isRollback<R>(result: R | Rollback<R>): result is Rollback<R> {
  return typeof result === 'object' && result !== null && 'rollback' in result && result.rollback === true;
}

const hasCode = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code !== undefined;

const isAbortedTransaction = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '25P02';

/** Sign-in and missing database: transient for a running consumer, an error of the configuration at start-up. */
function isSetUpError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(28|3D|42)/.test(error.code);
}

function asConnectionError(error: unknown): unknown {
  return hasCode(error) ? error : new ConnectionLost('no connection to Postgres', { cause: error });
}
