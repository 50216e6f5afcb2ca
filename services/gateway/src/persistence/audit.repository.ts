import type { AuditRecorded } from '@throughline/contracts';
import type { Unit } from '@throughline/stream';
import { chainHash, GENESIS } from '../domain/audit-chain.js';

export interface AuditRow { readonly sequence: string; readonly audit_id: string; readonly actor: string; readonly action: string; readonly object: string; readonly reason: string; readonly before: string; readonly after: string; readonly recorded_at: string; readonly previous_hash: string; readonly hash: string }

/**
 * Appends entries of one tenant to its chain. A lock on the tenant's chain makes the order one; an entry that is there
 * already (redelivery) is passed over, so that the chain holds each once.
 */
export async function appendAudit(unit: Unit, tenantId: string, entries: readonly AuditRecorded[]): Promise<number> {
  await unit.query(`select pg_advisory_xact_lock(hashtextextended('audit:' || $1, 0))`, [tenantId]);
  const known = await unit.query<{ audit_id: string }>(`select audit_id from audit where tenant_id = $1 and audit_id = any($2::uuid[])`, [tenantId, entries.map((e) => e.auditId)]);
  const seen = new Set(known.map((row) => row.audit_id));
  const fresh = entries.filter((entry) => !seen.has(entry.auditId) && seen.add(entry.auditId));
  if (fresh.length === 0) return 0;
  const [last] = await unit.query<{ sequence: string; hash: string }>(`select sequence, hash from audit where tenant_id = $1 order by sequence desc limit 1`, [tenantId]);
  let previous = last?.hash ?? GENESIS;
  const chained = fresh.map((entry) => {
    const previousHash = previous;
    previous = chainHash(previousHash, entry);
    return { ...entry, previousHash, hash: previous };
  });
  const column = <K extends keyof (typeof chained)[number]>(key: K) => chained.map((entry) => entry[key]);
  await unit.query(
    `insert into audit (tenant_id, sequence, audit_id, actor, action, object, reason, before, after, request_id, recorded_at, previous_hash, hash)
     select $1::uuid, $2::bigint + row_number() over (order by n), audit_id, actor, action, object, reason, before, after, request_id, recorded_at, previous_hash, hash
     from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
       with ordinality as e(audit_id, actor, action, object, reason, before, after, request_id, recorded_at, previous_hash, hash, n)`,
    [tenantId, last?.sequence ?? 0, column('auditId'), column('actor'), column('action'), column('object'), column('reason'), column('before'), column('after'), column('requestId'), column('recordedAt'), column('previousHash'), column('hash')]);
  return fresh.length;
}

/** Newest first; `before` is the sequence of the last row shown. */
export async function listAudit(unit: Unit, limit: number, before: number | undefined): Promise<readonly AuditRow[]> {
  return unit.query<AuditRow>(`select * from audit where ($2::bigint is null or sequence < $2) order by sequence desc limit $1`, [limit, before ?? null]);
}
