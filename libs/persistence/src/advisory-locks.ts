import { createHash } from 'node:crypto';
import type { Unit } from '@throughline/stream';

/**
 * Locks things that have no row yet, such as the identity of a (tenant, asset) pair, until the unit ends. All in one
 * statement and in sorted order, so that two units that share several keys cannot deadlock. Two keys may share a lock
 * (64 bits of SHA-256): they then wait for each other, and nothing else.
 */
export async function advisoryLocks(unit: Unit, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await unit.query('select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key', [lockNumbers(keys)], { name: 'tl_advisory_locks' });
}

/** Distinct lock numbers in ascending order, as text since they have 64 bits. */
export function lockNumbers(keys: readonly string[]): string[] {
  const numbers = new Set(keys.map(lockNumber));
  return [...numbers].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map(String);
}

/** First 8 bytes of the key's SHA-256 as a signed number. */
export function lockNumber(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigInt64BE(0);
}
