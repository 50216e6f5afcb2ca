import type { Unit } from '@throughline/persistence';
import { joinKey } from '../domain/recluster/index.js';
import type { Join } from '../domain/near/view.js';

/** Where a run stands: the asset that it works on, and the last path and finding of it; '' before the first. */
export interface Position {
  readonly asset: string;
  readonly path: string;
  readonly finding: string;
}

export interface AssetToExamine {
  readonly assetId: string;
  readonly urn: string;
}

/** The asset at a position, or the next one with scopes. */
export async function assetFrom(unit: Unit, tenantId: string, asset: string, including: boolean): Promise<AssetToExamine | undefined> {
  const [row] = await unit.query<{ asset_id: string; urn: string }>(
    `select a.asset_id, a.urn from asset a where a.tenant_id = $1 and a.moved_to = '' and ($2::text = '' or a.asset_id > $2::uuid or ($3::boolean and a.asset_id = $2::uuid))
       and exists (select from scope s where s.asset_id = a.asset_id) order by a.asset_id limit 1`,
    [tenantId, asset, including],
  );
  return row === undefined ? undefined : { assetId: row.asset_id, urn: row.urn };
}

export interface FindingAt {
  readonly findingId: string;
  readonly path: string;
}

/**
 * Findings of an asset that something shows now, in order of their first path, after a position. A page ends between two
 * paths, so that all of one path is seen together, unless a single path fills it.
 */
export async function findingsAfter(unit: Unit, assetId: string, { path, finding }: Pick<Position, 'path' | 'finding'>, limit: number): Promise<readonly FindingAt[]> {
  const rows = await unit.query<{ finding_id: string; path: string }>(
    `select f.finding_id, f.path from (
       select o.finding_id, coalesce(min(o.path_key)::text, '') as path from scope s join occurrence o on o.scope_id = s.scope_id and o.absences = 0 where s.asset_id = $1 group by o.finding_id) f
     where $3::text = '' or (f.path, f.finding_id) > ($2::text, $3::uuid) order by f.path, f.finding_id limit $4`,
    [assetId, path, finding, limit + 1],
  );
  const all = rows.map((row) => ({ findingId: row.finding_id, path: row.path }));
  const next = all[limit];
  if (next === undefined) return all;
  const whole = all.filter((one) => one.path !== next.path);
  return next.path === '' || whole.length === 0 ? all.slice(0, limit) : whole;
}

/** The newest join of each observation of these findings that nothing undid; that a result was ambiguous is none. */
export async function newestJoins(unit: Unit, findingIds: readonly string[]): Promise<ReadonlyMap<string, Join>> {
  const rows = await unit.query<{ finding_id: string; occurrence_id: string } & Join>(
    `select distinct on (finding_id, occurrence_id) finding_id, occurrence_id, rule, recipe, fields, confidence::float8 as confidence from identity_join
     where finding_id = any($1::uuid[]) and undone_at is null and rule <> 'ambiguous' order by finding_id, occurrence_id, at desc, join_id desc`,
    [findingIds],
  );
  return new Map(rows.map(({ finding_id, occurrence_id, rule, recipe, fields, confidence }) => [joinKey(finding_id, occurrence_id), { rule, recipe, fields, confidence }]));
}

/** Findings of the tenant with something that is shown now, counted up to a bound. */
export async function countShown(unit: Unit, tenantId: string, bound: number): Promise<number> {
  const [row] = await unit.query<{ count: number }>(
    `select count(*)::int as count from (select from finding where tenant_id = $1 and status <> 'retired' limit $2) f`, [tenantId, bound],
  );
  return row?.count ?? 0;
}

/** Correlations that a policy refuses hold their observations no longer. */
export async function undoCorrelations(unit: Unit, findingId: string, occurrenceIds: readonly string[], at: string): Promise<void> {
  await unit.query(
    `update identity_join set undone_at = $3 where finding_id = $1 and occurrence_id = any($2::bigint[]) and recipe like 'correlation/%' and undone_at is null`,
    [findingId, occurrenceIds, at],
  );
}

/** What brought observations together goes with them to their finding. */
export async function moveJoins(unit: Unit, from: string, into: string, occurrenceIds: readonly string[]): Promise<void> {
  await unit.query('update identity_join set finding_id = $2 where finding_id = $1 and occurrence_id = any($3::bigint[]) and undone_at is null', [from, into, occurrenceIds]);
}
