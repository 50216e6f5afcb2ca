import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/stream';
import type { DueWork } from './due-work.js';

/** A row of due_work that this worker has taken. */
export interface TakenWork extends DueWork {
  readonly id: string;
  readonly revision: number;
}

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly tenant_id: TenantId | null;
  readonly due_at: Date;
  readonly payload: Record<string, unknown>;
  readonly attempts: number;
  readonly revision: number;
}

const COLUMNS = 'd.id, d.kind, d.key, d.tenant_id, d.due_at, d.payload, d.attempts, d.revision';

export interface DueHint {
  readonly id: string;
  readonly kind: string;
}

/** What is due, most overdue first; a cheap look before a transaction is opened for each row. */
export async function peekDue(unit: Unit, kinds: readonly string[], now: Date, limit: number): Promise<readonly DueHint[]> {
  return unit.query<DueHint>(
    'select id, kind from due_work where due_at <= $2 and kind = any($1::text[]) order by due_at limit $3',
    [kinds, now.toISOString(), limit], { name: 'tl_peek_due' },
  );
}

/** Locks one row for the rest of the unit; undefined when another worker has it or it is no longer due. */
export async function lockDue(unit: Unit, id: string, now: Date): Promise<TakenWork | undefined> {
  const [row] = await unit.query<Row>(
    `select ${COLUMNS} from due_work d where d.id = $1 and d.due_at <= $2 for update skip locked`,
    [id, now.toISOString()], { name: 'tl_lock_due' },
  );
  return row && taken(row, row.attempts + 1);
}

/** Takes one row for `leaseUntil` without holding a lock: a worker that dies leaves it due again at that time. */
export async function leaseDue(unit: Unit, id: string, now: Date, leaseUntil: Date): Promise<TakenWork | undefined> {
  const [row] = await unit.query<Row>(
    `update due_work d set due_at = $3, attempts = d.attempts + 1
     from (select id from due_work where id = $1 and due_at <= $2 for update skip locked) free
     where d.id = free.id returning ${COLUMNS}`,
    [id, now.toISOString(), leaseUntil.toISOString()], { name: 'tl_lease_due' },
  );
  return row && taken(row, row.attempts);
}

/** Keeps a taken row longer, unless it was scheduled anew meanwhile: then it is due when that says. */
export async function renewDue(unit: Unit, work: TakenWork, leaseUntil: Date): Promise<void> {
  await unit.query('update due_work set due_at = $3 where id = $1 and revision = $2', [work.id, work.revision, leaseUntil.toISOString()], { name: 'tl_renew_due' });
}

/** Ends the work, unless it was scheduled anew meanwhile (its revision moved). */
export async function finishDue(unit: Unit, work: TakenWork): Promise<void> {
  await unit.query('delete from due_work where id = $1 and revision = $2', [work.id, work.revision], { name: 'tl_finish_due' });
}

/** Puts the work back; `dueAt` null parks it for a person to look at. */
export async function postponeDue(unit: Unit, work: TakenWork, dueAt: Date | null, reason: string | null): Promise<void> {
  await unit.query(
    `update due_work set due_at = coalesce($3::timestamptz, 'infinity'), last_error = $4, attempts = case when $4::text is null then 0 else $5 end
     where id = $1 and revision = $2`,
    [work.id, work.revision, dueAt?.toISOString() ?? null, reason, work.attempt], { name: 'tl_postpone_due' },
  );
}

function taken(row: Row, attempt: number): TakenWork {
  return {
    id: row.id, revision: row.revision, kind: row.kind, key: row.key, tenantId: row.tenant_id,
    dueAt: row.due_at, payload: row.payload, attempt,
  };
}
