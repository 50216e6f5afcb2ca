import type { Unit } from '@throughline/persistence';

export interface QuarantineRow {
  readonly id: string;
  readonly tenantId: string;
  readonly scanId: string;
  readonly ordinal: number;
  readonly format: string;
  readonly tool: string;
  readonly position: string;
  readonly code: string;
  readonly message: string;
  readonly excerpt: string;
  readonly createdAt: Date;
}

/** Idempotent: the same result of the same scan is kept once, whatever is read again after a crash. */
export async function saveQuarantined(unit: Unit, rows: readonly QuarantineRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <K extends keyof QuarantineRow>(key: K): QuarantineRow[K][] => rows.map((row) => row[key]);
  await unit.query(
    `insert into quarantine (id, tenant_id, scan_id, ordinal, format, tool, position, code, message, excerpt, created_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
     on conflict do nothing`,
    [column('id'), column('tenantId'), column('scanId'), column('ordinal'), column('format'), column('tool'), column('position'), column('code'), column('message'), column('excerpt'), column('createdAt')],
  );
}

export interface QuarantineFilter {
  readonly scan?: string | undefined;
  readonly code?: string | undefined;
  readonly format?: string | undefined;
  readonly limit: number;
  /** createdAt (RFC 3339, microseconds kept as text) and id of the last row shown. */
  readonly after?: readonly [string, string] | undefined;
}

export interface ListedQuarantine extends Omit<QuarantineRow, 'createdAt' | 'tenantId'> {
  readonly createdAt: string;
}

/** Newest first; one row more than asked for tells whether there is a next page. */
export async function listQuarantine(unit: Unit, tenantId: string, filter: QuarantineFilter): Promise<readonly ListedQuarantine[]> {
  interface Row { id: string; scan_id: string; ordinal: number; format: string; tool: string; position: string; code: string; message: string; excerpt: string; created_at: string }
  const rows = await unit.query<Row>(
    `select id, scan_id, ordinal, format, tool, position, code, message, excerpt, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
     from quarantine
     where tenant_id = $1 and ($2::uuid is null or scan_id = $2) and ($3::text is null or code = $3) and ($4::text is null or format = $4)
       and ($5::timestamptz is null or (created_at, id) < ($5::timestamptz, $6::uuid))
     order by created_at desc, id desc limit $7`,
    [tenantId, filter.scan ?? null, filter.code ?? null, filter.format ?? null, filter.after?.[0] ?? null, filter.after?.[1] ?? null, filter.limit + 1],
  );
  return rows.map((row) => ({ id: row.id, scanId: row.scan_id, ordinal: row.ordinal, format: row.format, tool: row.tool, position: row.position, code: row.code, message: row.message, excerpt: row.excerpt, createdAt: row.created_at }));
}
