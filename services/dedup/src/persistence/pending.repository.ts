import type { FindingDraft } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';

/** A result that waits until its scan is whole. */
export interface PendingDraft {
  readonly scanId: string;
  readonly tenantId: string;
  readonly part: number;
  readonly draft: FindingDraft;
}

export async function savePending(unit: Unit, drafts: readonly PendingDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  await unit.query(
    'insert into pending (scan_id, ordinal, tenant_id, part, draft) select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::text[])',
    [drafts.map((one) => one.scanId), drafts.map((one) => one.draft.ordinal), drafts.map((one) => one.tenantId), drafts.map((one) => one.part), drafts.map((one) => JSON.stringify(one.draft))],
    { name: 'dedup_save_pending' },
  );
}

/** Takes what waited for these scans, in order of the report. */
export async function takePending(unit: Unit, scanIds: readonly string[]): Promise<ReadonlyMap<string, readonly PendingDraft[]>> {
  if (scanIds.length === 0) return new Map();
  const rows = await unit.query<{ scan_id: string; ordinal: number; tenant_id: string; part: number; draft: string }>(
    'delete from pending where scan_id = any($1::uuid[]) returning scan_id, ordinal, tenant_id, part, draft', [scanIds], { name: 'dedup_take_pending' },
  );
  const drafts = [...rows].sort((a, b) => a.ordinal - b.ordinal).map((row) => ({ scanId: row.scan_id, tenantId: row.tenant_id, part: row.part, draft: JSON.parse(row.draft) as FindingDraft }));
  return Map.groupBy(drafts, (one) => one.scanId);
}
