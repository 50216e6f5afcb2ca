import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface PulledScanState { readonly sha256: Buffer; readonly generation: number }

/** The last report that was pulled under each key. */
export async function pulledScans(unit: Unit, tenantId: TenantId, connectorId: string, keys: readonly string[]): Promise<ReadonlyMap<string, PulledScanState>> {
  const rows = await unit.query<PulledScanState & { scan_key: string }>(
    'select scan_key, sha256, generation from pulled_scans where tenant_id = $1 and connector_id = $2 and scan_key = any($3::text[])', [tenantId, connectorId, keys],
  );
  return new Map(rows.map((row) => [row.scan_key, row]));
}

export async function notePulledScans(unit: Unit, tenantId: TenantId, connectorId: string, scans: ReadonlyMap<string, PulledScanState>, now: Date): Promise<void> {
  const rows = [...scans].sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return;
  await unit.query(
    `insert into pulled_scans as p (tenant_id, connector_id, scan_key, sha256, generation, seen_at)
     select $1, $2, k, s, g, $6 from unnest($3::text[], $4::bytea[], $5::integer[]) as t (k, s, g)
     on conflict (tenant_id, connector_id, scan_key) do update set sha256 = excluded.sha256, generation = excluded.generation, seen_at = excluded.seen_at
     where p.generation < excluded.generation`,
    [tenantId, connectorId, rows.map(([key]) => key), rows.map(([, scan]) => scan.sha256), rows.map(([, scan]) => scan.generation), now],
  );
}

export async function dropPulledScans(unit: Unit, tenantId: TenantId, connectorId: string): Promise<void> {
  await unit.query('delete from pulled_scans where tenant_id = $1 and connector_id = $2', [tenantId, connectorId]);
}
