import type { ScanCounts, ScanTarget } from '@throughline/contracts';
import type { ScanStatus, TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { statusOf, type ReceiptProblem } from '../domain/receipt.js';

export interface NewScan {
  readonly tenantId: TenantId;
  readonly scanId: string;
  readonly status: ScanStatus;
  readonly idempotencyKey: string | null;
  readonly contentKey: Buffer;
  readonly sha256: string;
  readonly bytes: number;
  readonly kind: string;
  readonly blobKey: string | null;
  readonly contentType: string;
  readonly fileName: string;
  readonly format: string;
  readonly tool: string;
  readonly coverage: string;
  readonly target: ScanTarget;
  readonly problems: readonly ReceiptProblem[];
  readonly actor: string;
  readonly scannedAt: string | null;
  readonly receivedAt: Date;
  readonly storedAt: Date | null;
}

export interface ScanRow {
  readonly scan_id: string;
  readonly sequence: string;
  readonly status: ScanStatus;
  readonly duplicate_of: string | null;
  readonly sha256: string;
  readonly bytes: string;
  readonly kind: string;
  readonly blob_key: string | null;
  readonly content_type: string;
  readonly file_name: string;
  readonly format: string;
  readonly tool: string;
  readonly coverage: string;
  readonly target: ScanTarget;
  readonly counts: ScanCounts | null;
  readonly problems: readonly ReceiptProblem[];
  readonly actor: string;
  readonly scanned_at: Date | null;
  readonly received_at: Date;
  readonly stored_at: Date | null;
  readonly completed_at: Date | null;
  readonly scored_at: Date | null;
  /** Status of the scan that this one is a duplicate of. */
  readonly original_status: ScanStatus | null;
}

const COLUMNS = `tenant_id, scan_id, sequence, status, duplicate_of, idempotency_key, content_key, sha256, bytes, kind, blob_key, content_type,
  file_name, format, tool, coverage, target, problems, actor, scanned_at, received_at, stored_at`;

function values(scan: NewScan, duplicateOf: string | null): readonly unknown[] {
  return [
    scan.tenantId, scan.scanId, scan.status, duplicateOf, scan.idempotencyKey, scan.contentKey, scan.sha256, scan.bytes, scan.kind,
    scan.blobKey, scan.contentType, scan.fileName, scan.format, scan.tool, scan.coverage, JSON.stringify(scan.target),
    JSON.stringify(scan.problems), scan.actor, scan.scannedAt, scan.receivedAt, scan.storedAt,
  ];
}

const insertSql = (conflict: string): string => `insert into scans (${COLUMNS})
  values ($1, $2, nextval('ingestion.scan_sequence'), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
  ${conflict} returning sequence`;

/**
 * Inserts the scan unless it is there already: its sequence, or undefined when a unique index knows the key or the
 * content. A twin in another transaction is waited for, so that parallel copies agree.
 */
export async function insertScan(unit: Unit, scan: NewScan): Promise<number | undefined> {
  const rows = await unit.query<{ sequence: string }>(insertSql('on conflict do nothing'), values(scan, null), { name: 'ing_scan_insert' });
  return rows[0] === undefined ? undefined : Number(rows[0].sequence);
}

/** A receipt of its own for a scan that was there already. */
export async function insertDuplicate(unit: Unit, scan: NewScan, duplicateOf: string): Promise<void> {
  await unit.query(insertSql(''), values({ ...scan, status: 'queued', blobKey: null }, duplicateOf));
}

/** The scan that holds the idempotency key or the content. The key outranks: it is what the client says. */
export async function findOriginal(unit: Unit, scan: Pick<NewScan, 'tenantId' | 'idempotencyKey' | 'contentKey'>): Promise<string | undefined> {
  const rows = await unit.query<{ scan_id: string }>(
    `select scan_id from scans
     where tenant_id = $1 and duplicate_of is null and status <> 'rejected' and (idempotency_key = $2 or content_key = $3)
     order by (idempotency_key = $2) desc nulls last limit 1`,
    [scan.tenantId, scan.idempotencyKey, scan.contentKey],
  );
  return rows[0]?.scan_id;
}

/** The scan of an idempotency key, with what it was about. */
export async function findByIdempotencyKey(unit: Unit, tenantId: TenantId, key: string): Promise<string | undefined> {
  const rows = await unit.query<{ scan_id: string }>(
    `select scan_id from scans where tenant_id = $1 and idempotency_key = $2 and duplicate_of is null and status <> 'rejected'`,
    [tenantId, key],
  );
  return rows[0]?.scan_id;
}

const SELECT = `select s.scan_id, s.sequence, s.status, s.duplicate_of, s.sha256, s.bytes, s.kind, s.blob_key, s.content_type, s.file_name, s.format,
  s.tool, s.coverage, s.target, s.counts, s.problems, s.actor, s.scanned_at, s.received_at, s.stored_at, s.completed_at, s.scored_at,
  o.status as original_status
  from scans s left join scans o on o.tenant_id = s.tenant_id and o.scan_id = s.duplicate_of`;

export async function findScan(unit: Unit, tenantId: TenantId, scanId: string): Promise<ScanRow | undefined> {
  return (await unit.query<ScanRow>(`${SELECT} where s.tenant_id = $1 and s.scan_id = $2`, [tenantId, scanId]))[0];
}

export interface ScanFilter {
  readonly status?: string | undefined;
  readonly tool?: string | undefined;
  readonly repository?: string | undefined;
  readonly application?: string | undefined;
  readonly commit?: string | undefined;
  readonly before?: { readonly receivedAt: string; readonly scanId: string } | undefined;
  readonly limit: number;
}

/** Newest first; one more than the limit, to know whether there is a next page. */
export function listScans(unit: Unit, tenantId: TenantId, filter: ScanFilter): Promise<readonly ScanRow[]> {
  return unit.query<ScanRow>(
    `${SELECT} where s.tenant_id = $1
       and ($2::text is null or coalesce(o.status, s.status) = $2) and ($3::text is null or s.tool = $3)
       and ($4::text is null or s.target->>'repository' = $4) and ($5::text is null or s.target->>'application' = $5)
       and ($6::text is null or s.target->>'commit' = $6)
       and ($7::timestamptz is null or (s.received_at, s.scan_id) < ($7, $8::uuid))
     order by s.received_at desc, s.scan_id desc limit $9`,
    [tenantId, filter.status ?? null, filter.tool ?? null, filter.repository ?? null, filter.application ?? null, filter.commit ?? null,
      filter.before?.receivedAt ?? null, filter.before?.scanId ?? null, filter.limit + 1],
  );
}

export interface Completion {
  readonly tenantId: TenantId;
  readonly scanId: string;
  readonly verdict: 'done' | 'partial' | 'rejected';
  readonly tool: string;
  readonly format: string;
  readonly coverage: string;
  readonly target: ScanTarget;
  readonly counts: ScanCounts;
  readonly changes: number;
  readonly problems: readonly ReceiptProblem[];
  readonly completedAt: string;
}

/** What is known once a scan was deduplicated. Sets fields and settles the status; the same again changes nothing. */
export async function saveCompletion(unit: Unit, completion: Completion): Promise<void> {
  const { tenantId, scanId } = completion;
  const found = await lockProgress(unit, tenantId, scanId);
  if (found === undefined) return;
  const status = statusOf({ status: found.status, verdict: completion.verdict, changes: completion.changes, scored: found.scored_at !== null });
  await unit.query(
    `update scans set status = $3, verdict = $4, changes = $5, tool = case when $6 = '' then tool else $6 end,
       format = case when $7 = '' then format else $7 end, coverage = $8, target = $9, counts = $10, problems = $11, completed_at = $12
     where tenant_id = $1 and scan_id = $2`,
    [tenantId, scanId, status, completion.verdict, completion.changes, completion.tool, completion.format, completion.coverage,
      JSON.stringify(completion.target), JSON.stringify(completion.counts), JSON.stringify(completion.problems), completion.completedAt],
  );
}

export async function saveScored(unit: Unit, tenantId: TenantId, scanId: string, scoredAt: string): Promise<void> {
  const found = await lockProgress(unit, tenantId, scanId);
  if (found === undefined) return;
  const status = statusOf({ status: found.status, verdict: found.verdict, changes: found.changes, scored: true });
  await unit.query('update scans set status = $3, scored_at = $4 where tenant_id = $1 and scan_id = $2', [tenantId, scanId, status, scoredAt]);
}

/** Marks a scan whose end was not heard of in time; true when it was still open. */
export async function markStalled(unit: Unit, tenantId: TenantId, scanId: string): Promise<boolean> {
  const rows = await unit.query(
    `update scans set status = 'stalled' where tenant_id = $1 and scan_id = $2 and status in ('queued', 'processing') returning 1`,
    [tenantId, scanId],
  );
  return rows.length > 0;
}

interface ProgressRow {
  readonly status: ScanStatus;
  readonly verdict: 'done' | 'partial' | 'rejected' | null;
  readonly changes: number | null;
  readonly scored_at: Date | null;
}

async function lockProgress(unit: Unit, tenantId: TenantId, scanId: string): Promise<ProgressRow | undefined> {
  const rows = await unit.query<ProgressRow>(
    'select status, verdict, changes, scored_at from scans where tenant_id = $1 and scan_id = $2 for update', [tenantId, scanId],
  );
  return rows[0];
}

/**
 * Whether the branch is the default one: as facts say, else the first branch that was ever uploaded of the subject.
 * The insert decides the race between two first uploads.
 */
export async function claimDefaultLine(unit: Unit, tenantId: TenantId, subject: string, branch: string, now: Date): Promise<boolean> {
  await unit.query(
    `insert into default_lines (tenant_id, subject, branch, source, updated_at) values ($1, $2, $3, 'upload', $4) on conflict do nothing`,
    [tenantId, subject, branch, now],
  );
  const rows = await unit.query<{ branch: string }>('select branch from default_lines where tenant_id = $1 and subject = $2', [tenantId, subject]);
  return rows[0]?.branch === branch;
}

/** Facts outrank what uploads suggested. */
export async function learnDefaultLine(unit: Unit, tenantId: TenantId, subject: string, branch: string, now: Date): Promise<void> {
  await unit.query(
    `insert into default_lines as d (tenant_id, subject, branch, source, updated_at) values ($1, $2, $3, 'facts', $4)
     on conflict (tenant_id, subject) do update set branch = excluded.branch, source = 'facts', updated_at = excluded.updated_at
     where d.branch <> excluded.branch or d.source <> 'facts'`,
    [tenantId, subject, branch, now],
  );
}
