import type { Decision } from '@throughline/domain';
import type { Unit } from '@throughline/stream';
import type { ExceptionScope, StoredException } from '../domain/exception.js';

interface Row {
  readonly exception_id: string;
  readonly version: number;
  readonly decision: Decision;
  readonly status: StoredException['status'];
  readonly scope: ExceptionScope;
  readonly reason: string;
  readonly compensating_control: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly approved_by: string | null;
  readonly approved_at: Date | null;
  readonly starts_at: Date;
  readonly expires_at: Date;
  readonly ended_by: string | null;
  readonly ended_at: Date | null;
}

const COLUMNS = 'exception_id, version, decision, status, scope, reason, compensating_control, requested_by, requested_at, approved_by, approved_at, starts_at, expires_at, ended_by, ended_at';

const toException = (row: Row): StoredException => ({
  id: row.exception_id, version: row.version, decision: row.decision, status: row.status, scope: row.scope, reason: row.reason, compensatingControl: row.compensating_control,
  requestedBy: row.requested_by, requestedAt: row.requested_at.toISOString(), approvedBy: row.approved_by, approvedAt: row.approved_at?.toISOString() ?? null,
  startsAt: row.starts_at.toISOString(), expiresAt: row.expires_at.toISOString(), endedBy: row.ended_by, endedAt: row.ended_at?.toISOString() ?? null,
});

export async function insertException(unit: Unit, tenant: string, exception: StoredException): Promise<void> {
  await unit.query(
    `insert into exceptions (tenant_id, ${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      tenant, exception.id, exception.version, exception.decision, exception.status, JSON.stringify(exception.scope), exception.reason, exception.compensatingControl,
      exception.requestedBy, exception.requestedAt, exception.approvedBy, exception.approvedAt, exception.startsAt, exception.expiresAt, exception.endedBy, exception.endedAt,
    ],
  );
}

/** Locked until the unit ends, so that two people cannot decide at once. */
export async function lockException(unit: Unit, tenant: string, id: string): Promise<StoredException | undefined> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from exceptions where tenant_id = $1 and exception_id = $2 for update`, [tenant, id]);
  return rows[0] && toException(rows[0]);
}

export async function exceptionById(unit: Unit, tenant: string, id: string): Promise<StoredException | undefined> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from exceptions where tenant_id = $1 and exception_id = $2`, [tenant, id]);
  return rows[0] && toException(rows[0]);
}

export async function updateException(unit: Unit, tenant: string, next: StoredException): Promise<void> {
  await unit.query(
    `update exceptions set version = $3, status = $4, approved_by = $5, approved_at = $6, expires_at = $7, ended_by = $8, ended_at = $9, starts_at = $10
     where tenant_id = $1 and exception_id = $2`,
    [tenant, next.id, next.version, next.status, next.approvedBy, next.approvedAt, next.expiresAt, next.endedBy, next.endedAt, next.startsAt],
  );
}

/** True when it was in force until now and its time is over. */
export async function lapseException(unit: Unit, tenant: string, id: string, now: string): Promise<boolean> {
  const rows = await unit.query(
    `update exceptions set status = 'lapsed', version = version + 1, ended_at = $3, ended_by = 'system'
     where tenant_id = $1 and exception_id = $2 and status in ('approved', 'requested') and expires_at <= $3 returning exception_id`, [tenant, id, now],
  );
  return rows.length > 0;
}

export async function scopeOf(unit: Unit, tenant: string, id: string): Promise<ExceptionScope | undefined> {
  return (await exceptionById(unit, tenant, id))?.scope;
}

export async function listExceptions(unit: Unit, tenant: string, filter: { readonly status?: string; readonly finding?: string }, limit: number, after: string | null): Promise<readonly StoredException[]> {
  const rows = await unit.query<Row>(
    `select ${COLUMNS} from exceptions where tenant_id = $1 and ($3::uuid is null or exception_id < $3::uuid) and ($4::text is null or status = $4)
       and ($5::text is null or (scope::jsonb -> 'findings') ? $5) order by exception_id desc limit $2`,
    [tenant, limit, after, filter.status ?? null, filter.finding ?? null],
  );
  return rows.map(toException);
}
