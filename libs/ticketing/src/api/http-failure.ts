import { DestinationError } from './destination.js';

/** Turns an HTTP status into what must happen next; `retry-after` is seconds or an HTTP date (RFC 9110 §10.2.3). */
export function failureOf(status: number, message: string, retryAfter: string | undefined, now: Date): DestinationError {
  const wait = retryAfterMs(retryAfter, now);
  if (status === 401) return new DestinationError('auth', message);
  // GitHub answers 403 for both a missing right and a rate limit; a limit says when to come back.
  if (status === 403) return wait === undefined ? new DestinationError('auth', message) : new DestinationError('retry', message, wait);
  if (status === 404 || status === 410) return new DestinationError('gone', message);
  if (status === 408 || status === 425 || status === 429 || status >= 500) return new DestinationError('retry', message, wait);
  return new DestinationError('rejected', message);
}

function retryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
