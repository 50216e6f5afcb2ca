import type { Unit } from '@throughline/persistence';
import type { NearLookup } from '../domain/near/near.js';
import type { ScanInScope } from './completion.repository.js';

/** Rows of one bucket that are looked at: more at one place are no evidence of anything. */
const CROWD = 64;

/** Findings that are shown near the given places, by anything but the given scans' own lines of branches. */
export async function findingsNear(unit: Unit, lookups: readonly NearLookup[]): Promise<readonly string[]> {
  if (lookups.length === 0) return [];
  const rows = await unit.query<{ finding_id: string }>(
    `select distinct n.finding_id from unnest($1::uuid[], $2::int[], $3::int[]) as k(key, first, last)
     cross join lateral (select o.finding_id from occurrence o where o.near_key = k.key and o.absences = 0 and o.line <= k.last and o.end_line >= k.first limit ${CROWD}) n`,
    [lookups.map((one) => one.key), lookups.map((one) => one.from), lookups.map((one) => one.upto)], { name: 'dedup_near' },
  );
  return rows.map((row) => row.finding_id);
}

/** What a scan no longer shows: ids of occurrences, and their findings. */
export interface Unseen {
  readonly scanId: string;
  readonly scopeId: string;
  readonly id: string;
  readonly findingId: string;
}

/** Of the default line's scope of the same stream: what it shows and a branch's scan does not. */
export async function unseenOnBranch(unit: Unit, scans: readonly (ScanInScope & { readonly stream: string })[]): Promise<readonly Unseen[]> {
  if (scans.length === 0) return [];
  const rows = await unit.query<{ scan_id: string; scope_id: string; id: string; finding_id: string }>(
    `with input as (select i.scan_id, i.scope_id, d.scope_id as main from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as i(scan_id, scope_id, stream)
         join scope d on d.stream = i.stream and d.default_line),
       parts as materialized (select p.* from scan_part p where p.scan_id = any($1::uuid[])),
       shown as (select i.scan_id, o.finding_id from input i join parts p on p.scan_id = i.scan_id cross join unnest(p.members) as m(id)
                   join occurrence o on o.scope_id = i.scope_id and o.occurrence_id = m.id where o.scope_id = any($2::uuid[])
                 union select p.scan_id, s.id from parts p, unnest(p.sightings) as s(id))
     select i.scan_id, o.scope_id, o.occurrence_id::text as id, o.finding_id from input i join occurrence o on o.scope_id = i.main and o.absences = 0
     where not exists (select from shown s where s.scan_id = i.scan_id and s.finding_id = o.finding_id)`,
    [scans.map((one) => one.scanId), scans.map((one) => one.scopeId), scans.map((one) => one.stream)], { name: 'dedup_unseen_on_branch' },
  );
  return rows.map((row) => ({ scanId: row.scan_id, scopeId: row.scope_id, id: row.id, findingId: row.finding_id }));
}

export interface KnownPath {
  readonly scanId: string;
  readonly pathKey: string;
  /** Shown by the scan. */
  readonly shown: boolean;
}

/** Which of these paths a scope knew, and in which of them the scan shows something still. */
export async function pathsOf(unit: Unit, scan: ScanInScope, pathKeys: readonly string[]): Promise<readonly KnownPath[]> {
  if (pathKeys.length === 0) return [];
  const rows = await unit.query<{ path_key: string; shown: boolean }>(
    `with members as materialized (select m.id from scan_part p, unnest(p.members) as m(id) where p.scan_id = $1)
     select o.path_key, bool_or(m.id is not null) as shown from occurrence o left join members m on m.id = o.occurrence_id
     where o.scope_id = $2 and o.path_key = any($3::bigint[]) group by o.path_key`,
    [scan.scanId, scan.scopeId, pathKeys], { name: 'dedup_paths' },
  );
  return rows.map((row) => ({ scanId: scan.scanId, pathKey: row.path_key, shown: row.shown }));
}

/** Which of these findings a scan showed, here or as a sight of the default line. */
export async function shownAmong(unit: Unit, scan: ScanInScope, findingIds: readonly string[]): Promise<readonly string[]> {
  if (findingIds.length === 0) return [];
  const rows = await unit.query<{ finding_id: string }>(
    `with members as materialized (select m.id from scan_part p, unnest(p.members) as m(id) where p.scan_id = $1)
     select distinct o.finding_id from occurrence o join members m on m.id = o.occurrence_id where o.scope_id = $2 and o.finding_id = any($3::uuid[])
     union select s.id from scan_part p, unnest(p.sightings) as s(id) where p.scan_id = $1 and s.id = any($3::uuid[])`,
    [scan.scanId, scan.scopeId, findingIds], { name: 'dedup_shown_among' },
  );
  return rows.map((row) => row.finding_id);
}
