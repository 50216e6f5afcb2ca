import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { gather } from './gather.js';

export interface ClickHouseOptions {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What services see of ClickHouse. */
export interface ClickHouse {
  /**
   * Inserts rows and resolves when the engine has them on disk. Inserts into one table that arrive within a second become
   * one part: small parts cost more to merge than to write (163 rows a part: each row was merged 15 times). The same rows
   * again are replaced by their tables' versioned keys (FAULTS 11), so a caller that got no answer simply repeats.
   */
  insert(table: string, rows: readonly object[]): Promise<void>;
  /** A read with server-side parameters (`{name:Type}`): values never become part of the statement. At most 10 s. */
  query<T>(sql: string, parameters?: Readonly<Record<string, unknown>>): Promise<readonly T[]>;
  /** A statement without rows, for migrations. */
  command(sql: string): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

const QUERY_SECONDS = 10;
/** Gathering is ours and not the engine's async_insert, because the embedded engine has none. */
const GATHER_MS = 1_000;
const GATHER_ROWS = 50_000;

export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  const client = createClient({
    url: options.url, database: options.database, request_timeout: 60_000, max_open_connections: 6,
    ...(options.username !== undefined && { username: options.username }), ...(options.password !== undefined && { password: options.password }),
    clickhouse_settings: { date_time_input_format: 'best_effort' },
    // Errors are thrown to the caller, who knows what they mean; the client's own log would repeat them with the statement.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 2500 },
  });
  return {
    insert: gather((table, rows) => send(client, table, rows), { windowMs: GATHER_MS, maxRows: GATHER_ROWS }),
    async query<T>(sql: string, parameters: Readonly<Record<string, unknown>> = {}) {
      const result = await client.query({ query: sql, query_params: { ...parameters }, format: 'JSONEachRow', clickhouse_settings: { readonly: '2', max_execution_time: QUERY_SECONDS, output_format_json_quote_64bit_integers: 0 } });
      return result.json<T>();
    },
    async command(sql) {
      await client.command({ query: sql });
    },
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
}

async function send(client: ClickHouseClient, table: string, rows: readonly object[]): Promise<void> {
  await client.insert({ table, values: [...rows], format: 'JSONEachRow' });
}

/** ClickHouse's error codes that blame the rows themselves; all else (network, overload, restart) is worth a retry. */
const ROWS_AT_FAULT = new Set(['6', '26', '27', '38', '41', '53', '69', '70', '72', '117', '321', '349', '376', '467']);

/** True when the same insert can never succeed, because a value does not fit its column. */
export function blamesRows(error: unknown): boolean {
  return error instanceof ClickHouseError && ROWS_AT_FAULT.has(error.code);
}
