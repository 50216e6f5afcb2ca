import { backoffMs, errorCode, METRICS, noMetrics, silentLogger, type BackoffOptions, type ProducerPort, type StreamLogger, type StreamMetrics } from '@throughline/stream';
import type { Database } from '../ports.js';
import { openRelaySession, type RelaySession } from './relay-session.js';

/** What waits in the outbox. */
export interface OutboxDepth {
  readonly messages: number;
  readonly bytes: number;
  /** Age of the oldest row in seconds; 0 when empty. */
  readonly ageSeconds: number;
}

export interface RelayOptions {
  /** Above it `isAboveCap()` is true: ingestion answers 503, consumers pause (default 256 MiB). */
  readonly capBytes?: number;
  /** Called when the cap is crossed, either way. */
  readonly onCap?: (isAbove: boolean, depth: OutboxDepth) => void;
  readonly logger?: StreamLogger;
  readonly metrics?: StreamMetrics;
  /** Fallback for lost notifications, and what keeps the session from idling out (default 200 ms). */
  readonly pollMs?: number;
  /** Packed bytes read at a time (default 4 MiB). */
  readonly readBytes?: number;
  /** How often the depth is measured (default 1000 ms). */
  readonly measureMs?: number;
}

export interface Relay {
  isAboveCap(): boolean;
  depth(): OutboxDepth;
  /** True while this replica is the one that sends. */
  isActive(): boolean;
  stop(): Promise<void>;
}

const EMPTY: OutboxDepth = { messages: 0, bytes: 0, ageSeconds: 0 };
const BACKOFF: BackoffOptions = { firstMs: 100, factor: 2, maxMs: 2000 };
const STOP_MS = 5000;
/** How often a replica that is not the active one asks for the lock. */
const STANDBY_MS = 1000;

/**
 * Sends what units left in the outbox: reads in order, produces, deletes after the acknowledgement. Of many replicas the
 * one that holds the schema's advisory lock sends, so that messages of a key stay in order. A crash between the
 * acknowledgement and the delete sends again: same ids, same versions, which consumers pass over.
 */
export function startRelay(database: Database, producer: ProducerPort, options: RelayOptions = {}): Relay {
  const relay = new OutboxRelay(database, producer, options);
  relay.start();
  return relay;
}

class OutboxRelay implements Relay {
  readonly #logger: StreamLogger;
  readonly #metrics: StreamMetrics;
  readonly #capBytes: number;
  #depth = EMPTY;
  #isAbove = false;
  #isMeasuring = false;
  #session: RelaySession | undefined;
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();
  #measurer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  #unsubscribe: () => void = () => undefined;

  constructor(private readonly database: Database, private readonly producer: ProducerPort, private readonly options: RelayOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#metrics = options.metrics ?? noMetrics;
    this.#capBytes = options.capBytes ?? 256 * 1024 * 1024;
  }

  start(): void {
    this.#unsubscribe = this.database.onOutbox(() => this.#notify());
    this.#measurer = setInterval(() => { void this.#measure(); }, this.options.measureMs ?? 1000);
    this.#loop = this.#run();
  }

  isAboveCap(): boolean { return this.#isAbove; }
  depth(): OutboxDepth { return this.#depth; }
  isActive(): boolean { return this.#session !== undefined; }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#measurer);
    this.#unsubscribe();
    this.#notify();
    // A send to a broker that is away may take long to fail; its rows are still there for the next start.
    await Promise.race([this.#loop, new Promise((resolve) => { setTimeout(resolve, STOP_MS).unref(); })]);
  }

  /** Holds a session as long as it lasts; any failure of database or broker ends in another try. */
  async #run(): Promise<void> {
    for (let attempt = 0; !this.#stopped;) {
      try {
        this.#session ??= await openRelaySession(this.database, () => this.#notify());
        if (!this.#session) {
          await this.#sleep(STANDBY_MS);
          continue;
        }
        const sent = await this.#relayOnce(this.#session);
        attempt = 0;
        if (sent === 0) await this.#sleep(this.options.pollMs ?? 200);
      } catch (error) {
        await this.#drop();
        const waitMs = backoffMs(attempt, Math.random, BACKOFF);
        attempt += 1;
        this.#logger.warn({ event: 'relay.failed', schema: this.database.schema, attempt, waitMs, class: error instanceof Error ? error.name : typeof error, code: errorCode(error) }, 'outbox relay tries again');
        await this.#sleep(waitMs);
      }
    }
    await this.#drop();
  }

  async #relayOnce(session: RelaySession): Promise<number> {
    const rows = await session.read(this.options.readBytes ?? 4 * 1024 * 1024);
    if (rows.length === 0) return 0;
    const messages = rows.flatMap((row) => row.messages);
    // A slow broker must not make our session look idle to the server, which would hand the lock to another relay.
    const stopKeepAlive = session.keepAlive();
    try {
      await this.producer.send(messages);
    } finally {
      stopKeepAlive();
    }
    await session.remove(rows.map((row) => row.id));
    this.#metrics.count(METRICS.relayed, { schema: this.database.schema }, messages.length);
    return messages.length;
  }

  async #drop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  /** Sleeps until the time is over or something was announced; a word that came while we worked counts. */
  async #sleep(ms: number): Promise<void> {
    if (this.#woken || this.#stopped) {
      this.#woken = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
    this.#wake = undefined;
    this.#woken = false;
  }

  #notify(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async #measure(): Promise<void> {
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    try {
      this.#depth = await this.database.run([], async (unit) => {
        const [row] = await unit.query<{ messages: string; bytes: string; age: number }>(
          `select coalesce(sum(messages), 0) as messages, coalesce(sum(bytes), 0) as bytes,
                  coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as age from outbox`, [], { name: 'tl_outbox_depth' });
        return row ? { messages: Number(row.messages), bytes: Number(row.bytes), ageSeconds: row.age } : EMPTY;
      });
    } catch {
      return; // The database is away: whoever needs it will say so; the last depth stands.
    } finally {
      this.#isMeasuring = false;
    }
    this.#metrics.gauge(METRICS.outboxAge, { schema: this.database.schema }, this.#depth.ageSeconds);
    this.#metrics.gauge(METRICS.outboxBytes, { schema: this.database.schema }, this.#depth.bytes);
    // Falls back only well below the cap, so that it does not flap.
    const isAbove = this.#depth.bytes > (this.#isAbove ? this.#capBytes * 0.8 : this.#capBytes);
    if (isAbove === this.#isAbove) return;
    this.#isAbove = isAbove;
    this.options.onCap?.(isAbove, this.#depth);
  }
}
