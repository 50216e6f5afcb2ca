import { createHash } from 'node:crypto';

/** The fields of an audit entry that its hash covers, in this order. */
export interface AuditFields {
  readonly auditId: string;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly reason: string;
  readonly before: string;
  readonly after: string;
  readonly recordedAt: string;
}

export const GENESIS = '0'.repeat(64);

/** SHA-256 over the previous hash and the entry as a JSON array: changing or removing an entry breaks every later hash. */
export function chainHash(previous: string, entry: AuditFields): string {
  const { auditId, actor, action, object, reason, before, after, recordedAt } = entry;
  return createHash('sha256').update(JSON.stringify([previous, auditId, actor, action, object, reason, before, after, recordedAt])).digest('hex');
}
