import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/stream';

/** Something to do at a time. (kind, key) is unique: scheduling it again moves it, so timers cannot pile up. */
export interface DueRequest {
  readonly kind: string;
  readonly key: string;
  /** null: work of the installation, such as pulling a feed. */
  readonly tenantId: TenantId | null;
  readonly dueAt: Date;
  /** JSON; ids only, no content: rows are visible to all tenants' units of the service. */
  readonly payload?: object;
}

export interface DueWork<P = Record<string, unknown>> {
  readonly kind: string;
  readonly key: string;
  readonly tenantId: TenantId | null;
  readonly dueAt: Date;
  readonly payload: P;
  /** 1 at the first attempt. */
  readonly attempt: number;
}

/** Schedules work in the same transaction as its cause. Earlier times, attempts and errors of the same key are replaced. */
export async function scheduleDue(unit: Unit, ...requests: readonly DueRequest[]): Promise<void> {
  if (requests.length === 0) return;
  // One row a key and sorted, since a statement cannot touch a row twice and writers must not deadlock.
  const byKey = new Map(requests.map((request) => [`${request.kind}\u0000${request.key}`, request]));
  const rows = [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
  await unit.query(
    `insert into due_work as d (kind, key, tenant_id, due_at, payload)
     select * from unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::jsonb[])
     on conflict (kind, key) do update
     set tenant_id = excluded.tenant_id, due_at = excluded.due_at, payload = excluded.payload,
         attempts = 0, last_error = null, revision = d.revision + 1`,
    [
      rows.map((row) => row.kind), rows.map((row) => row.key), rows.map((row) => row.tenantId),
      rows.map((row) => row.dueAt.toISOString()), rows.map((row) => JSON.stringify(row.payload ?? {})),
    ],
    { name: 'tl_schedule_due' },
  );
}

/** Takes work back, e.g. because its reason is gone. */
export async function cancelDue(unit: Unit, kind: string, keys: readonly string[]): Promise<void> {
  await unit.query('delete from due_work where kind = $1 and key = any($2::text[])', [kind, keys], { name: 'tl_cancel_due' });
}
