import { lockNumber, type Unit } from '@throughline/persistence';
import type { AliasEdge, AliasSet } from '../domain/aliases/alias-sets.js';
import type { Aliases } from '../domain/aliases/aliases.js';
import { setsOf, type StoredEdge } from '../domain/aliases/feed.js';
import { timeText } from './rows.js';

const LOCK = lockNumber('dedup|aliases').toString();

/** Until the unit ends nobody changes what aliases there are. */
export async function shareAliases(unit: Unit): Promise<void> {
  await unit.query('select pg_advisory_xact_lock_shared($1::bigint)', [LOCK], { name: 'dedup_share_aliases' });
}

/** The writer's side: changes become visible in the order of their sequence. */
export async function lockAliases(unit: Unit): Promise<void> {
  await unit.query('select pg_advisory_xact_lock($1::bigint)', [LOCK], { name: 'dedup_lock_aliases' });
}

/** The alias sets of these ids; ids without aliases are left out. */
export async function loadAliases(unit: Unit, ids: readonly string[]): Promise<Aliases> {
  const rows = await unit.query<{ advisory: string; canonical: string }>(
    `select distinct s.advisory, s.canonical from advisory_set m join advisory_set s on s.canonical = m.canonical where m.advisory = any($1::text[])`,
    [ids], { name: 'dedup_aliases' },
  );
  return setsOf(rows);
}

interface EdgeRow { source: string; a: string; b: string; version: string; since: Date; withdrawn_at: Date | null }
const toEdge = (row: EdgeRow): StoredEdge => ({ source: row.source, a: row.a, b: row.b, version: Number(row.version), withdrawn: row.withdrawn_at !== null });

/** Every edge that records of these advisories ever said, by feed. */
export async function edgesOfRecords(unit: Unit, records: readonly { readonly source: string; readonly advisory: string }[]): Promise<readonly StoredEdge[]> {
  const rows = await unit.query<EdgeRow>(
    'select e.* from advisory_alias e join (select distinct * from unnest($1::text[], $2::text[]) as r(source, a)) r using (source, a)',
    [records.map((one) => one.source), records.map((one) => one.advisory)], { name: 'dedup_record_edges' },
  );
  return rows.map(toEdge);
}

/** An edge that holds keeps the time since which it does. */
export async function saveEdges(unit: Unit, unsorted: readonly StoredEdge[], now: string): Promise<void> {
  const edges = [...unsorted].sort((x, y) => (`${x.source}|${x.a}|${x.b}` < `${y.source}|${y.a}|${y.b}` ? -1 : 1));
  await unit.query(
    `insert into advisory_alias as e (source, a, b, version, since, withdrawn_at)
     select source, a, b, version, $6::timestamptz, case when withdrawn then $6::timestamptz end
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[]) as n(source, a, b, version, withdrawn)
     on conflict (source, a, b) do update set version = excluded.version,
       since = case when e.withdrawn_at is not null and excluded.withdrawn_at is null then excluded.since else e.since end,
       withdrawn_at = case when excluded.withdrawn_at is null then null else coalesce(e.withdrawn_at, excluded.withdrawn_at) end`,
    [edges.map((one) => one.source), edges.map((one) => one.a), edges.map((one) => one.b), edges.map((one) => one.version), edges.map((one) => one.withdrawn), now],
    { name: 'dedup_save_edges' },
  );
}

/** Edges that hold among everything that these ids lead to, whether they unite it or not. */
export async function edgesReached(unit: Unit, ids: readonly string[]): Promise<readonly AliasEdge[]> {
  return unit.query<AliasEdge & Record<string, unknown>>(
    `with recursive reach(id) as (
       select unnest($1::text[])
       union
       select n.id from reach r, lateral (
         select b as id from advisory_alias where a = r.id and withdrawn_at is null
         union all select a from advisory_alias where b = r.id and withdrawn_at is null) n)
     select e.a, e.b, e.source from reach r join advisory_alias e on e.a = r.id where e.withdrawn_at is null`,
    [ids], { name: 'dedup_edges_reached' },
  );
}

/** The sets of these ids as they are kept. */
export async function storedSets(unit: Unit, ids: readonly string[]): Promise<ReadonlyMap<string, AliasSet>> {
  return setsOf(await unit.query<{ advisory: string; canonical: string }>(
    'select advisory, canonical from advisory_set where advisory = any($1::text[])', [ids], { name: 'dedup_stored_sets' },
  ));
}

/** Keeps sets and notes that they changed, each id with the next number of the sequence. */
export async function saveSets(unit: Unit, rows: readonly { readonly advisory: string; readonly canonical: string }[]): Promise<void> {
  const sorted = [...rows].sort((a, b) => (a.advisory < b.advisory ? -1 : 1));
  await unit.query(
    `insert into advisory_set (advisory, canonical, changed_seq) select advisory, canonical, nextval('alias_changes')
     from unnest($1::text[], $2::text[]) as n(advisory, canonical)
     on conflict (advisory) do update set canonical = excluded.canonical, changed_seq = excluded.changed_seq`,
    [sorted.map((row) => row.advisory), sorted.map((row) => row.canonical)], { name: 'dedup_save_sets' },
  );
}

export interface EdgeOfSet extends AliasEdge {
  readonly since: string;
  /** '' while it holds. */
  readonly withdrawnAt: string;
}

/** Every edge at one of these ids, also those that were withdrawn. */
export async function edgesAt(unit: Unit, ids: readonly string[], limit: number): Promise<readonly EdgeOfSet[]> {
  const rows = await unit.query<EdgeRow>(
    'select * from advisory_alias where a = any($1::text[]) or b = any($1::text[]) order by a, b, source limit $2', [ids, limit], { name: 'dedup_edges_at' },
  );
  return rows.map((row) => ({ a: row.a, b: row.b, source: row.source, since: timeText(row.since), withdrawnAt: timeText(row.withdrawn_at) }));
}
