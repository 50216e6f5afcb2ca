/**
 * Whose fault an error is, by class or code and never by message text.
 *  - transient: the surroundings (database, broker, registry, network); the partition waits and tries again.
 *  - permanent: the record's bytes or the handler; bisected to the record, which is dead-lettered, within a budget.
 */
export type Fault = 'transient' | 'permanent';

/** SQLSTATE classes of PostgreSQL whose errors say nothing about the statement's data (Appendix A of its manual). */
const TRANSIENT_SQLSTATE_CLASSES = new Set([
  '08', // connection exception
  '53', // insufficient resources: disk full, out of memory, too many connections
  '57', // operator intervention: shutdown, starting up, cancelled by statement_timeout
  '58', // system error: I/O error
]);

const TRANSIENT_SQLSTATES = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock_timeout
  '25006', // read-only: a standby, or a full disk made so (FAULTS 9)
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
  '28000', '28P01', '42501', '3D000', // sign-in, rights or database missing: a matter of set-up, no record is wrong
  '42P01', '3F000', '42703', // table, schema or column missing: migrations have not run yet, or a deploy is half-way
]);

const TRANSIENT_CODES = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'ENOTFOUND',
  'EMFILE', 'ENFILE', 'ENOSPC', 'EROFS', 'EIO', 'EBUSY', 'ENOTCONN', 'ESOCKETTIMEDOUT', 'ABORT_ERR',
  'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED',
  'schema_unavailable', 'connection_lost', 'handler_error_hidden',
]);

const TRANSIENT_NAMES = new Set([
  'SchemaUnavailable', 'ConnectionLost', 'TimeoutError', 'AbortError',
  'KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError', 'KafkaJSBrokerNotFound', 'KafkaJSNoBrokerAvailableError',
  'KafkaJSNumberOfRetriesExceeded', 'KafkaJSLeaderElectionInProgress', 'KafkaJSLockTimeout',
]);

const MAX_CAUSES = 5;

/** Classifies an error or its causes (wrapping libraries keep the original in `cause`, TypeORM in `driverError`). */
export function classifyError(error: unknown): Fault {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Object; depth += 1) {
    if (isTransientHere(current)) return 'transient';
    current = 'driverError' in current ? current.driverError : 'cause' in current ? current.cause : undefined;
  }
  return 'permanent';
}

export const isTransient = (error: unknown): boolean => classifyError(error) === 'transient';

/** Short, stable word for logs and dead letters: the code, else the class. */
export function errorCode(error: unknown): string {
  if (error instanceof Object && 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) return String(error.code);
  return error instanceof Error ? error.name : typeof error;
}

function isTransientHere(error: object): boolean {
  // Several addresses of one host were tried (Node's happy eyeballs): it is transient when each attempt was.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isTransient);
  if ('name' in error && typeof error.name === 'string' && TRANSIENT_NAMES.has(error.name)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return false;
  if (TRANSIENT_CODES.has(code) || TRANSIENT_SQLSTATES.has(code)) return true;
  return /^[0-9A-Z]{5}$/.test(code) && TRANSIENT_SQLSTATE_CLASSES.has(code.slice(0, 2));
}

export interface BackoffOptions {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { firstMs: 200, factor: 2, maxMs: 10_000 };

/**
 * Milliseconds to wait before attempt `attempt` + 1 (0 = after the first failure): exponential with equal jitter, i.e.
 * between half the ceiling and the ceiling, so that many consumers do not return in step and none hammers.
 */
export function backoffMs(attempt: number, random: () => number, options: BackoffOptions = DEFAULT_BACKOFF): number {
  const ceiling = Math.min(options.maxMs, options.firstMs * options.factor ** Math.min(attempt, 64));
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}
