import { createHash } from 'node:crypto';

/** Key of a claim or a group: the first 16 bytes of SHA-256 as a UUID, since two URNs may be longer than an index row. */
export function keyUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

export const toDate = (ms: number): string => new Date(ms).toISOString();
export const toDateOrNull = (ms: number | null): string | null => (ms === null ? null : toDate(ms));
export const toMs = (date: Date): number => date.getTime();
export const toMsOrNull = (date: Date | null): number | null => (date === null ? null : date.getTime());
