import type { Unit } from '@throughline/stream';
import { applyIdentifiers, Conditions } from './finding-filter.js';
import type { ExceptionScope } from '../domain/exception.js';
import { withSurvivors } from './merged.repository.js';

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
    'select distinct finding_id from finding_identifiers where tenant_id = $1 and identifier = any($2::text[]) and finding_id > $3 order by finding_id limit $4',
    [tenant, advisories, after, limit], { name: 'scoring_with_identifiers' },
  ));
}

/** Findings that an exception's scope may cover (a superset where a prefix is given; the domain decides). */
export async function inScope(unit: Unit, tenant: string, scope: ExceptionScope, after: string, limit: number): Promise<readonly string[]> {
  const conditions = new Conditions(tenant);
  conditions.add(`f.finding_id > ${conditions.parameter(after)}::uuid`);
  if (scope.findings) conditions.add(`f.finding_id = any(${conditions.parameter(await withSurvivors(unit, tenant, scope.findings))}::uuid[])`);
  if (scope.identifier !== undefined) applyIdentifiers(conditions, [scope.identifier]);
  const equal = { issue_id: scope.issue, fix_id: scope.fix, asset: scope.asset, repository: scope.repository, application: scope.application };
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) conditions.add(`f.${column} = ${conditions.parameter(value)}`);
  // As in finding-filter.ts: the indexes leave out what has no name.
  for (const column of ['repository', 'application'] as const) if (equal[column] !== undefined) conditions.add(`f.${column} <> ''`);
  const prefixes = { component: scope.component, path: scope.path };
  for (const [column, value] of Object.entries(prefixes)) if (value !== undefined) conditions.add(`starts_with(f.${column}, ${conditions.parameter(value)}::text)`);
  return ids(await unit.query<IdRow>(`select f.finding_id from findings f where ${conditions.sql()} order by f.finding_id limit ${conditions.parameter(limit)}`, conditions.parameters));
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
