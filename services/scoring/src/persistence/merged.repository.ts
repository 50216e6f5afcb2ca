import type { Unit } from '@throughline/stream';

export interface MergedFinding {
  readonly tenantId: string;
  readonly mergedId: string;
  /** '' when it has its own observations (again). */
  readonly intoId: string;
}

/** Keeps who took over whom; ids of the findings that took something over or gave it back. */
export async function saveMerged(unit: Unit, unsorted: readonly MergedFinding[]): Promise<readonly { readonly tenantId: string; readonly findingId: string }[]> {
  if (unsorted.length === 0) return [];
  const all = [...unsorted].sort((a, b) => (a.mergedId < b.mergedId ? -1 : 1));
  const rows = await unit.query<{ tenant_id: string; into_id: string }>(
    `with said as (select * from unnest($1::uuid[], $2::uuid[], $3::text[]) as s(tenant_id, merged_id, into_id)),
       ended as (delete from merged_findings m using said s where m.tenant_id = s.tenant_id and m.merged_id = s.merged_id and m.into_id::text <> s.into_id and s.into_id = '' returning m.tenant_id, m.into_id),
       kept as (insert into merged_findings as m (tenant_id, merged_id, into_id) select tenant_id, merged_id, into_id::uuid from said where into_id <> ''
         on conflict (tenant_id, merged_id) do update set into_id = excluded.into_id where m.into_id <> excluded.into_id returning m.tenant_id, m.into_id)
     select * from ended union select * from kept`,
    [all.map((one) => one.tenantId), all.map((one) => one.mergedId), all.map((one) => one.intoId)], { name: 'scoring_save_merged' },
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, findingId: row.into_id }));
}

/** What each of these findings took over, directly or through another one. */
export async function mergedInto(unit: Unit, tenants: readonly string[], findingIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await unit.query<{ survivor: string; merged_id: string }>(
    `with recursive taken(survivor, merged_id) as (
       select m.into_id, m.merged_id from merged_findings m where m.tenant_id = any($1::uuid[]) and m.into_id = any($2::uuid[])
       union
       select t.survivor, m.merged_id from taken t join merged_findings m on m.tenant_id = any($1::uuid[]) and m.into_id = t.merged_id)
     select survivor, merged_id from taken`,
    [tenants, findingIds], { name: 'scoring_merged_into' },
  );
  return new Map([...Map.groupBy(rows, (row) => row.survivor)].map(([survivor, all]) => [survivor, all.map((row) => row.merged_id)]));
}

/** These findings and those that took them over. */
export async function withSurvivors(unit: Unit, tenant: string, findingIds: readonly string[]): Promise<readonly string[]> {
  const rows = await unit.query<{ id: string }>(
    `with recursive heirs(id) as (
       select unnest($2::uuid[])
       union
       select m.into_id from heirs h join merged_findings m on m.tenant_id = $1 and m.merged_id = h.id)
     select id from heirs`,
    [tenant, findingIds], { name: 'scoring_with_survivors' },
  );
  return rows.map((row) => row.id);
}
