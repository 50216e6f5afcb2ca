import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/model.js';

/** What stands on the id of an asset. */
export interface Holdings {
  readonly findings: boolean;
  readonly scopes: boolean;
}

export async function holdingsOf(unit: Unit, assetIds: readonly string[]): Promise<ReadonlyMap<string, Holdings>> {
  const rows = await unit.query<Holdings & { asset_id: string }>(
    `select i.asset_id, exists (select from finding f where f.asset_id = i.asset_id) as findings, exists (select from scope s where s.asset_id = i.asset_id) as scopes
     from unnest($1::uuid[]) as i(asset_id)`, [assetIds], { name: 'dedup_holdings' },
  );
  return new Map(rows.map((row) => [row.asset_id, row]));
}

/** All names of two assets lead to one name from now on, under which the one that `stays` goes on; the other holds nothing. */
export async function uniteNames(unit: Unit, tenantId: string, stays: Asset, ends: Asset, name: string): Promise<void> {
  await unit.query('update scope set asset_id = $2 where asset_id = $1 and $1 <> $2', [ends.assetId, stays.assetId], { name: 'dedup_move_scopes' });
  await unit.query(
    `update asset set asset_id = $2, moved_to = case when urn = $3 then '' else $3 end,
       origin_urn = case when urn <> $3 then origin_urn when urn = $5 then '' else $5 end
     where tenant_id = $1 and asset_id in ($2, $4)`,
    [tenantId, stays.assetId, name, ends.assetId, stays.origin], { name: 'dedup_move_asset' },
  );
}

/** Whether the chain's word on an asset is the newest that came. */
export async function isNewest(unit: Unit, tenantId: string, urn: string, version: number): Promise<boolean> {
  return (await unit.query('select 1 from asset where tenant_id = $1 and urn = $2 and lineage_version = $3', [tenantId, urn, version], { name: 'dedup_lineage_newest' })).length > 0;
}

const PAGE_OF = `and ($2 = '' or finding_id > nullif($2, '')::uuid) order by finding_id limit $3`;

/** Findings of an asset that are open in any way, a page at a time. */
export async function openFindings(unit: Unit, assetId: string, after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select finding_id from finding where asset_id = $1 and status in ('open', 'reopened', 'awaiting-verification') ${PAGE_OF}`, [assetId, after, limit], { name: 'dedup_open_findings' },
  );
  return rows.map((row) => row.finding_id);
}

/** Findings of an asset that are retired and that scans showed, a page at a time. */
export async function retiredFindings(unit: Unit, assetId: string, after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select finding_id from finding where asset_id = $1 and status = 'retired' and exists (select from occurrence o where o.finding_id = finding.finding_id) ${PAGE_OF}`,
    [assetId, after, limit], { name: 'dedup_retired_findings' },
  );
  return rows.map((row) => row.finding_id);
}

/** Findings of an asset that scans showed, a page at a time. */
export async function shownFindings(unit: Unit, assetId: string, after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select finding_id from finding where asset_id = $1 and exists (select from occurrence o where o.finding_id = finding.finding_id) ${PAGE_OF}`,
    [assetId, after, limit], { name: 'dedup_shown_findings' },
  );
  return rows.map((row) => row.finding_id);
}

/** Which of these findings a scan of their line showed that was received after a time. */
export async function shownSince(unit: Unit, findingIds: readonly string[], since: string): Promise<ReadonlySet<string>> {
  const rows = await unit.query<{ finding_id: string }>(
    `select distinct o.finding_id from occurrence o join finding f on f.finding_id = o.finding_id join scope c on c.scope_id = o.scope_id and c.default_line = f.on_default
       join scan s on s.scope_id = o.scope_id and s.received_at > $2 join scan_part p on p.scan_id = s.scan_id
     where o.finding_id = any($1::uuid[]) and o.occurrence_id = any(p.members)`, [findingIds, since], { name: 'dedup_shown_since' },
  );
  return new Set(rows.map((row) => row.finding_id));
}

export async function retiredAmong(unit: Unit, findingIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (findingIds.length === 0) return new Set();
  const rows = await unit.query<{ finding_id: string }>(`select finding_id from finding where finding_id = any($1::uuid[]) and status = 'retired'`, [findingIds], { name: 'dedup_retired_among' });
  return new Set(rows.map((row) => row.finding_id));
}
