import type { Unit } from '@throughline/stream';
import type { UpgradeNeed } from '../domain/fix.js';
import { applyFilter, Conditions, type FindingFilter } from './finding-filter.js';

export type GroupColumn = 'issue_id' | 'fix_id';

/** An issue or a fix: its worst live finding, and what its live findings have in common. */
export interface GroupView {
  readonly id: string;
  readonly score: number;
  readonly worstFindingId: string;
}

export interface GroupFacts {
  readonly findings: readonly string[];
  readonly issues: readonly string[];
  readonly fixes: readonly string[];
  readonly assets: readonly string[];
  readonly applications: readonly string[];
  readonly services: readonly string[];
  readonly repositories: readonly string[];
  readonly teams: readonly string[];
  readonly classes: readonly string[];
  readonly tools: readonly string[];
  readonly count: number;
  readonly live: number;
  readonly deployed: boolean;
  readonly exposed: boolean;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly dueAt: string | null;
}

/**
 * Groups by their worst live finding, worst first: that finding is the one that no other of its group outranks, which an
 * index answers, so that a page costs a page and not the table.
 */
export async function listGroups(unit: Unit, tenant: string, column: GroupColumn, filter: FindingFilter, after: readonly [score: number, findingId: string] | null, limit: number): Promise<readonly GroupView[]> {
  await unit.query(`set local statement_timeout = '10s'`);
  const conditions = new Conditions(tenant);
  conditions.add('f.live');
  applyFilter(conditions, filter);
  const same = conditions.sql();
  const [score, id] = after ? [conditions.parameter(after[0]), conditions.parameter(after[1])] : ['', ''];
  const start = after ? `and f.score <= ${score}::integer and (f.score < ${score}::integer or f.finding_id > ${id}::uuid)` : '';
  const rows = await unit.query<{ id: string; score: number; finding_id: string }>(
    `select f.${column} as id, f.score, f.finding_id from findings f where ${same} ${start}
       and not exists (select from findings g where g.tenant_id = f.tenant_id and g.${column} = f.${column} and ${same.replaceAll(/\bf\./g, 'g.')}
         and g.score >= f.score and (g.score > f.score or g.finding_id < f.finding_id))
     order by f.score desc, f.finding_id limit ${conditions.parameter(limit + 1)}`,
    conditions.parameters,
  );
  return rows.map((row) => ({ id: row.id, score: row.score, worstFindingId: row.finding_id }));
}

/** Facts over the members of groups; ids at most 1000 a group. */
export async function groupFacts(unit: Unit, tenant: string, column: GroupColumn, ids: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>> {
  const distinct = (name: string): string => `coalesce(array_agg(distinct f.${name}) filter (where f.${name} <> ''), '{}')`;
  const rows = await unit.query<Omit<GroupFacts, 'firstSeen' | 'lastSeen' | 'dueAt'> & { id: string; first_seen: Date; last_seen: Date; due_at: Date | null }>(
    `select f.${column} as id, (array_agg(f.finding_id::text order by f.score desc, f.finding_id) filter (where f.live))[1:1000] as findings,
       array_agg(distinct f.issue_id::text) as issues, array_agg(distinct f.fix_id::text) as fixes,
       ${distinct('asset')} as assets, ${distinct('application')} as applications, ${distinct('service')} as services, ${distinct('repository')} as repositories, ${distinct('team')} as teams,
       ${distinct('class')} as classes, (select coalesce(array_agg(distinct tool), '{}') from unnest(string_to_array(string_agg(array_to_string(f.tools, ','), ','), ',')) as tool) as tools,
       count(*)::integer as count, (count(*) filter (where f.live))::integer as live, bool_or(f.deployed = 'yes') as deployed, bool_or(f.exposed = 'yes') as exposed,
       min(f.first_seen) as first_seen, max(f.last_seen) as last_seen, min(f.due_at) filter (where f.live) as due_at
     from findings f where f.tenant_id = $1 and f.${column} = any($2::uuid[]) group by f.${column}`,
    [tenant, ids],
  );
  return new Map(rows.map(({ id, first_seen, last_seen, due_at, ...facts }) => [id, {
    ...facts, findings: facts.findings ?? [], firstSeen: first_seen.toISOString(), lastSeen: last_seen.toISOString(), dueAt: due_at?.toISOString() ?? null,
  }]));
}

/** What the live findings of fixes say of their packages, by fix; a finding without a component says nothing. */
export async function upgradeNeeds(unit: Unit, tenant: string, fixIds: readonly string[]): Promise<ReadonlyMap<string, readonly UpgradeNeed[]>> {
  const rows = await unit.query<{ fix_id: string; purl: string; version: string | null; fixed: readonly string[] | null; findings: number }>(
    `select f.fix_id, f.finding->'component'->>'purl' as purl, f.finding->'component'->>'version' as version, (f.finding->'component'->'fixedVersions')::jsonb as fixed, count(*)::integer as findings
     from findings f where f.tenant_id = $1 and f.fix_id = any($2::uuid[]) and f.live and f.finding->'component'->>'purl' is not null
     group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [tenant, fixIds],
  );
  const needs = new Map<string, UpgradeNeed[]>();
  for (const row of rows) {
    needs.set(row.fix_id, [...needs.get(row.fix_id) ?? [], { purl: row.purl, version: row.version ?? '', fixedVersions: row.fixed ?? [], findings: row.findings }]);
  }
  return needs;
}
