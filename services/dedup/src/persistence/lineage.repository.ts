import type { Unit } from '@throughline/persistence';

export interface Lineage {
  readonly tenantId: string;
  readonly urn: string;
  readonly assetId: string;
  readonly root: string;
  readonly version: number;
}

/** Keeps newer lineages; returns the assets that hold findings and whose group is another now. */
export async function saveLineage(unit: Unit, unsorted: readonly Lineage[]): Promise<readonly { readonly tenant: string; readonly urn: string }[]> {
  if (unsorted.length === 0) return [];
  const all = [...unsorted].sort((a, b) => (`${a.tenantId}|${a.urn}` < `${b.tenantId}|${b.urn}` ? -1 : 1));
  return unit.query<{ tenant: string; urn: string }>(
    `with incoming as (select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[]) as i(tenant_id, urn, asset_id, root, version)),
       before as (select a.tenant_id, a.urn, coalesce(nullif(a.lineage_root, ''), a.urn) as root from asset a join incoming using (tenant_id, urn)),
       saved as (
         insert into asset as a (tenant_id, urn, asset_id, lineage_root, lineage_version) select * from incoming
         on conflict (tenant_id, urn) do update set lineage_root = excluded.lineage_root, lineage_version = excluded.lineage_version
         where a.lineage_version < excluded.lineage_version
         returning a.tenant_id, a.urn, a.asset_id, a.lineage_root)
     select s.tenant_id as tenant, s.urn from saved s join before b using (tenant_id, urn)
     where s.lineage_root <> b.root and exists (select from finding f where f.asset_id = s.asset_id)`,
    [all.map((one) => one.tenantId), all.map((one) => one.urn), all.map((one) => one.assetId), all.map((one) => one.root), all.map((one) => one.version)],
    { name: 'dedup_save_lineage' },
  );
}

/** Findings of an asset whose issue depends on the lineage, a page at a time. */
export async function packageFindings(unit: Unit, assetId: string, after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select finding_id from finding where asset_id = $1 and class in ('sca', 'container') and ($2 = '' or finding_id > nullif($2, '')::uuid)
     order by finding_id limit $3`,
    [assetId, after, limit], { name: 'dedup_package_findings' },
  );
  return rows.map((row) => row.finding_id);
}
