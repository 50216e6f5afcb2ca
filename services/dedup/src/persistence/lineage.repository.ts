import type { Unit } from '@throughline/persistence';
import type { Run } from '../domain/running.js';
import { quotedArrayText } from './rows.js';

export interface Lineage {
  readonly tenantId: string;
  readonly urn: string;
  readonly assetId: string;
  readonly root: string;
  readonly version: number;
  /** URNs of versions that run, sorted. */
  readonly running: readonly string[];
  /** Since when the asset is no more; null while it lives. */
  readonly decommissionedAt: string | null;
}

/** An asset that holds findings and of which something else is known now. */
export interface Moved {
  readonly tenant: string;
  readonly urn: string;
  readonly regroup: boolean;
  readonly rerun: boolean;
  readonly fate: boolean;
}

/** Keeps newer lineages and running versions; returns the assets that hold findings and whose group, versions or fate are others now. */
export async function saveLineage(unit: Unit, unsorted: readonly Lineage[]): Promise<readonly Moved[]> {
  if (unsorted.length === 0) return [];
  const all = [...unsorted].sort((a, b) => (`${a.tenantId}|${a.urn}` < `${b.tenantId}|${b.urn}` ? -1 : 1));
  return unit.query<Moved>(
    `with incoming as (select tenant_id, urn, asset_id, root, version, running::text[] as running, decommissioned_at
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[]) as i(tenant_id, urn, asset_id, root, version, running, decommissioned_at)),
       before as (select a.tenant_id, a.urn, coalesce(nullif(a.lineage_root, ''), a.urn) as root, a.running, a.decommissioned_at from asset a join incoming using (tenant_id, urn)),
       saved as (
         insert into asset as a (tenant_id, urn, asset_id, lineage_root, lineage_version, running, decommissioned_at) select * from incoming
         on conflict (tenant_id, urn) do update set lineage_root = excluded.lineage_root, lineage_version = excluded.lineage_version, running = excluded.running,
           decommissioned_at = excluded.decommissioned_at
         where a.lineage_version < excluded.lineage_version
         returning a.tenant_id, a.urn, a.asset_id, a.lineage_root, a.running, a.decommissioned_at)
     select s.tenant_id as tenant, s.urn, s.lineage_root <> b.root as regroup, s.running <> b.running as rerun, s.decommissioned_at is distinct from b.decommissioned_at as fate
     from saved s join before b using (tenant_id, urn)
     where (s.lineage_root <> b.root or s.running <> b.running or s.decommissioned_at is distinct from b.decommissioned_at) and exists (select from finding f where f.asset_id = s.asset_id)`,
    [all.map((one) => one.tenantId), all.map((one) => one.urn), all.map((one) => one.assetId), all.map((one) => one.root), all.map((one) => one.version),
      all.map((one) => quotedArrayText(one.running)), all.map((one) => one.decommissionedAt)],
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

/**
 * Findings of an asset that its running versions may say something else of, a page at a time: those of which something
 * was said, and those whose occurrences some running version's scan lies outside of, or inside although they are gone.
 * What every running version shows is not among them, however much it is.
 */
export async function findingsToRerun(unit: Unit, assetId: string, runs: readonly Run[], after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `with runs as (select * from unnest($2::uuid[], $3::bigint[]) as r(scope_id, sequence)),
       concerned as (
         select finding_id from finding where asset_id = $1 and (absent_in <> '{}' or awaits_roll_out)
         union select o.finding_id from runs r join occurrence o on o.scope_id = r.scope_id and o.since_sequence > r.sequence
         union select o.finding_id from runs r join occurrence o on o.scope_id = r.scope_id and o.gone_sequence > r.sequence
         union select o.finding_id from runs r join occurrence o on o.scope_id = r.scope_id and o.gone_sequence <= r.sequence
           join finding f on f.finding_id = o.finding_id where f.status in ('open', 'reopened', 'awaiting-verification'))
     select finding_id from concerned where $4 = '' or finding_id > nullif($4, '')::uuid order by finding_id limit $5`,
    [assetId, runs.map((run) => run.scopeId), runs.map((run) => run.sequence), after, limit], { name: 'dedup_findings_to_rerun' },
  );
  return rows.map((row) => row.finding_id);
}
