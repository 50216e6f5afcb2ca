import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';

export interface ClickHouseOptions {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What services see of ClickHouse. */
export interface ClickHouse {
  /**
   * Inserts rows and resolves when the engine has them on disk. Inserts of many callers that arrive within half a second
   * become one part: small parts cost more to merge than to write. The same rows again are replaced by their tables'
   * versioned keys (FAULTS 11), so a caller that got no answer simply repeats.
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
    insert: (table, rows) => insert(client, table, rows),
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

/** How long the engine gathers rows before it writes a part. */
const GATHER_MS = 500;

async function insert(client: ClickHouseClient, table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await client.insert({
    table, values: [...rows], format: 'JSONEachRow',
    clickhouse_settings: { async_insert: 1, wait_for_async_insert: 1, async_insert_busy_timeout_min_ms: GATHER_MS, async_insert_busy_timeout_max_ms: GATHER_MS },
  });
}

/** ClickHouse's error codes that blame the rows themselves; all else (network, overload, restart) is worth a retry. */
const ROWS_AT_FAULT = new Set(['6', '26', '27', '38', '41', '53', '69', '70', '72', '117', '321', '349', '376', '467']);

/** True when the same insert can never succeed, because a value does not fit its column. */
export function blamesRows(error: unknown): boolean {
  return error instanceof ClickHouseError && ROWS_AT_FAULT.has(error.code);
}
