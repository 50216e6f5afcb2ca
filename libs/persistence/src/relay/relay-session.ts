import { unpackMessages, type ProducerMessage } from '@throughline/stream';
import { Client } from 'pg';
import { lockNumber } from '../advisory-locks.js';
import type { Database } from '../ports.js';
import { outboxChannel } from '../statements.js';

export interface OutboxBatch {
  readonly id: string;
  readonly messages: readonly ProducerMessage[];
}

/** The active relay's own connection: its advisory lock lives and dies with it. */
export interface RelaySession {
  /** Oldest rows first, up to so many packed bytes, at least one row. */
  read(maxBytes: number): Promise<OutboxBatch[]>;
  remove(ids: readonly string[]): Promise<void>;
  /** Asks the server something now and then until the returned function is called. */
  keepAlive(): () => void;
  close(): Promise<void>;
}

/** The server ends a session that is silent for this long: a frozen relay must not hold the lock (FACTS: SIGSTOP). */
const IDLE_SESSION_TIMEOUT = '5s';
const KEEP_ALIVE_MS = 1500;

/** Opens a session when the schema's lock is free; undefined when another replica has it. */
export async function openRelaySession(database: Database, onNotified: () => void): Promise<RelaySession | undefined> {
  const client = new Client(database.connectionConfig({ idle_session_timeout: IDLE_SESSION_TIMEOUT, statement_timeout: '30s' }));
  const session = new PostgresRelaySession(client);
  client.on('error', () => session.break());
  client.on('notification', onNotified);
  await client.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [lockNumber(`throughline:relay:${database.schema}`).toString()]);
    if (rows[0]?.locked) {
      await client.query(`listen ${client.escapeIdentifier(outboxChannel(database.schema))}`);
      return session;
    }
  } catch (error) {
    await session.close();
    throw error;
  }
  await session.close();
  return undefined;
}

class PostgresRelaySession implements RelaySession {
  #isBroken = false;

  constructor(private readonly client: Client) {}

  /** A broken connection has lost the lock: nothing may be sent on its strength any more. */
  break(): void {
    this.#isBroken = true;
  }

  async read(maxBytes: number): Promise<OutboxBatch[]> {
    this.#check();
    const { rows } = await this.client.query<{ id: string; payload: Buffer }>({
      name: 'tl_read_outbox',
      text: `select id, payload from (
               select id, payload, sum(bytes) over (order by id) - bytes as before from (select id, payload, bytes from outbox order by id limit 200) head
             ) counted where before < $1 order by id`,
      values: [maxBytes],
    });
    return rows.map((row) => ({ id: row.id, messages: unpackMessages(row.payload) }));
  }

  async remove(ids: readonly string[]): Promise<void> {
    this.#check();
    await this.client.query({ name: 'tl_remove_outbox', text: 'delete from outbox where id = any($1::bigint[])', values: [ids] });
  }

  keepAlive(): () => void {
    const timer = setInterval(() => { this.client.query('select 1').catch(() => this.break()); }, KEEP_ALIVE_MS);
    return () => clearInterval(timer);
  }

  async close(): Promise<void> {
    this.#isBroken = true;
    await this.client.end().catch(() => undefined);
  }

  #check(): void {
    if (this.#isBroken) throw new RelaySessionLost('the relay lost its session');
  }
}

class RelaySessionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly code = 'connection_lost';
}
