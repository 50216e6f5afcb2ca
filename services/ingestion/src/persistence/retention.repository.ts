import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface OldReport { readonly scan_id: string; readonly blob_key: string }

/** Reports received before the time whose bytes are still kept, oldest first. */
export function oldReports(unit: Unit, tenantId: TenantId, before: Date, limit: number): Promise<readonly OldReport[]> {
  return unit.query<OldReport>(
    'select scan_id, blob_key from scans where tenant_id = $1 and blob_key is not null and received_at < $2 order by received_at limit $3',
    [tenantId, before, limit],
  );
}

export async function forgetReports(unit: Unit, tenantId: TenantId, scanIds: readonly string[]): Promise<void> {
  await unit.query('update scans set blob_key = null where tenant_id = $1 and scan_id = any($2::uuid[])', [tenantId, scanIds]);
}

/** Drops receipts and dead letters that are past their time. */
export async function dropOldRows(unit: Unit, tenantId: TenantId, times: { readonly receipts: Date; readonly deadLetters: Date }): Promise<void> {
  await unit.query('delete from scans where tenant_id = $1 and received_at < $2 and blob_key is null', [tenantId, times.receipts]);
  await unit.query('delete from dead_letters where tenant_id = $1 and failed_at < $2', [tenantId, times.deadLetters]);
}

/** Whether work of that kind waits. */
export async function isScheduled(unit: Unit, kind: string, key: string): Promise<boolean> {
  return (await unit.query('select 1 from due_work where kind = $1 and key = $2', [kind, key], { name: 'ing_is_scheduled' })).length > 0;
}

/** Which of the blobs no receipt names. */
export async function unnamedBlobs(unit: Unit, tenantId: TenantId, keys: readonly string[]): Promise<readonly string[]> {
  const named = await unit.query<{ blob_key: string }>('select blob_key from scans where tenant_id = $1 and blob_key = any($2::text[])', [tenantId, keys]);
  const known = new Set(named.map((row) => row.blob_key));
  return keys.filter((key) => !known.has(key));
}
