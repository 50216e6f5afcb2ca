import type { Unit } from '@throughline/stream';
import type { ExceptionScope } from '../domain/exception.js';

type IdRow = { readonly finding_id: string };
const ids = (rows: readonly IdRow[]): readonly string[] => rows.map((row) => row.finding_id);

export async function assetsOf(unit: Unit, tenant: string, findingIds: readonly string[]): Promise<readonly string[]> {
  const rows = await unit.query<{ asset: string }>('select distinct asset from findings where tenant_id = $1 and finding_id = any($2::uuid[])', [tenant, findingIds]);
  return rows.map((row) => row.asset);
}

/** Findings of an asset that were judged against an older context than the stored one: progress is in the rows themselves. */
export async function staleOfAsset(unit: Unit, tenant: string, asset: string, after: string, limit: number): Promise<readonly string[]> {
  return ids(await unit.query<IdRow>(
    `select f.finding_id from findings f join chain_contexts c using (tenant_id, asset)
     where f.tenant_id = $1 and f.asset = $2 and f.finding_id > $3 and f.chain_version < c.version order by f.finding_id limit $4`,
    [tenant, asset, after, limit], { name: 'scoring_stale_of_asset' },
  ));
}

export async function withIdentifiers(unit: Unit, tenant: string, advisories: readonly string[], after: string, limit: number): Promise<readonly string[]> {
  return ids(await unit.query<IdRow>(
    'select finding_id from findings where tenant_id = $1 and identifiers && $2::text[] and finding_id > $3 order by finding_id limit $4',
    [tenant, advisories, after, limit], { name: 'scoring_with_identifiers' },
  ));
}

/** Findings that an exception's scope may cover (a superset where a path is given; the domain decides). */
export async function inScope(unit: Unit, tenant: string, scope: ExceptionScope, after: string, limit: number): Promise<readonly string[]> {
  return ids(await unit.query<IdRow>(
    `select finding_id from findings where tenant_id = $1 and finding_id > $2
       and ($4::uuid[] is null or finding_id = any($4::uuid[])) and ($5::uuid is null or issue_id = $5::uuid) and ($6::uuid is null or fix_id = $6::uuid)
       and ($7::text is null or identifiers && array[$7::text]) and ($8::text is null or starts_with(component, $8)) and ($9::text is null or asset = $9)
       and ($10::text is null or repository = $10) and ($11::text is null or application = $11) and ($12::text is null or starts_with(path, $12))
     order by finding_id limit $3`,
    [tenant, after, limit, scope.findings ?? null, scope.issue ?? null, scope.fix ?? null, scope.identifier ?? null, scope.component ?? null, scope.asset ?? null,
      scope.repository ?? null, scope.application ?? null, scope.path ?? null],
  ));
}

/** Baselines of what was activated. */
export async function baselinesOf(unit: Unit, tenant: string, kind: 'repository' | 'team' | 'application', name: string, after: string, limit: number): Promise<readonly string[]> {
  return ids(await unit.query<IdRow>(
    `select finding_id from findings where tenant_id = $1 and baseline and finding_id > $4
       and case $2 when 'repository' then repository when 'team' then team else application end = $3 order by finding_id limit $5`,
    [tenant, kind, name, after, limit],
  ));
}

/** Findings whose clock changes its step by time alone. */
export async function stepsDue(unit: Unit, tenant: string, now: string, limit: number): Promise<readonly string[]> {
  return ids(await unit.query<IdRow>(
    'select finding_id from findings where tenant_id = $1 and sla_next_at <= $2 order by sla_next_at limit $3', [tenant, now, limit], { name: 'scoring_steps_due' },
  ));
}

export async function liveFindings(unit: Unit, tenant: string, after: string, limit: number): Promise<readonly string[]> {
  return ids(await unit.query<IdRow>('select finding_id from findings where tenant_id = $1 and live and finding_id > $2 order by finding_id limit $3', [tenant, after, limit]));
}
