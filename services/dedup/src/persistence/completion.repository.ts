import type { ScanCounts } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import type { Tally } from '../domain/completion.js';
import { arrayText } from './rows.js';

export interface ScanTally extends Tally {
  /** finding.changed records that parts of the scan caused. */
  readonly records: number;
}

/** Scans of different scopes, asked about together. */
export interface ScanInScope {
  readonly scanId: string;
  readonly scopeId: string;
}

// The scopes stand beside the join as a list: hashed, the planner could not use the index by the join alone.
const MEMBERS = `input as (select * from unnest($1::uuid[], $2::uuid[]) as i(scan_id, scope_id)),
  parts as materialized (select p.* from scan_part p where p.scan_id = any($1::uuid[])),
  members as materialized (select p.scan_id, m.id from parts p, unnest(p.members) as m(id))`;
const SHOWN = `${MEMBERS},
  shown as (select i.scan_id, o.finding_id from occurrence o join input i on i.scope_id = o.scope_id
              join members m on m.scan_id = i.scan_id and m.id = o.occurrence_id where o.scope_id = any($2::uuid[])
            union select p.scan_id, s.id from parts p, unnest(p.sightings) as s(id))`;

const ids = (scans: readonly ScanInScope[]): readonly (readonly string[])[] => [scans.map((one) => one.scanId), scans.map((one) => one.scopeId)];

/** Counts over all parts of each scan; a finding counts once, by the strongest of created, reopened, changed. */
export async function tallyOf(unit: Unit, scans: readonly ScanInScope[]): Promise<ReadonlyMap<string, ScanTally>> {
  const rows = await unit.query<ScanTally & { scan_id: string }>(
    `with ${SHOWN},
       touched as (
         select scan_id, id, min(rank) as rank from (
           select p.scan_id, c.id, 1 as rank from parts p, unnest(p.created) as c(id)
           union all select p.scan_id, c.id, 2 from parts p, unnest(p.reopened) as c(id)
           union all select p.scan_id, c.id, 3 from parts p, unnest(p.changed) as c(id)) t group by scan_id, id),
       counted as (
         select s.scan_id, count(*)::int as findings, count(*) filter (where t.rank = 1)::int as created,
           count(*) filter (where t.rank = 2)::int as reopened, count(*) filter (where t.rank = 3)::int as changed
         from shown s left join touched t on t.scan_id = s.scan_id and t.id = s.finding_id group by s.scan_id),
       summed as (select scan_id, sum(observed)::int as observed, sum(records)::int as records from parts group by scan_id)
     select i.scan_id, coalesce(m.observed, 0) as observed, coalesce(m.records, 0) as records, coalesce(c.findings, 0) as findings,
       coalesce(c.created, 0) as created, coalesce(c.reopened, 0) as reopened, coalesce(c.changed, 0) as changed
     from input i left join summed m on m.scan_id = i.scan_id left join counted c on c.scan_id = i.scan_id`,
    ids(scans), { name: 'dedup_tally' },
  );
  return new Map(rows.map((row) => [row.scan_id, row]));
}

export interface Missing {
  readonly scanId: string;
  readonly id: string;
  readonly findingId: string;
}

/** Occurrences of each scan's scope that it did not show and that are not believed gone yet. */
export async function missingOf(unit: Unit, scans: readonly ScanInScope[], absencesToFix: readonly number[]): Promise<readonly Missing[]> {
  if (scans.length === 0) return [];
  const rows = await unit.query<{ scan_id: string; id: string; finding_id: string }>(
    `with ${MEMBERS}, patience as (select * from unnest($1::uuid[], $3::int[]) as p(scan_id, absences))
     select i.scan_id, o.occurrence_id::text as id, o.finding_id from occurrence o join input i on i.scope_id = o.scope_id join patience p on p.scan_id = i.scan_id
     where o.scope_id = any($2::uuid[]) and o.absences < p.absences
       and not exists (select from members m where m.scan_id = i.scan_id and m.id = o.occurrence_id)
     order by o.finding_id`,
    [...ids(scans), absencesToFix], { name: 'dedup_missing' },
  );
  return rows.map((row) => ({ scanId: row.scan_id, id: row.id, findingId: row.finding_id }));
}

const MAX_INTRODUCED = 1000;
const LISTED = `(array_agg(f.finding_id order by f.finding_id))[1:${MAX_INTRODUCED}] as ids`;

interface ListRow { scan_id: string; ids: string[] }
const lists = (rows: readonly ListRow[]): ReadonlyMap<string, readonly string[]> => new Map(rows.map((row) => [row.scan_id, row.ids]));

/** On the default line: what each scan brought to it. */
export async function introducedOnDefault(unit: Unit, scanIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  if (scanIds.length === 0) return new Map();
  return lists(await unit.query<ListRow>(
    `with brought as (select distinct p.scan_id, c.id from scan_part p, unnest(p.created || p.arrived || p.reopened) as c(id) where p.scan_id = any($1::uuid[]))
     select b.scan_id, ${LISTED} from brought b join finding f on f.finding_id = b.id where f.status in ('open', 'reopened') group by b.scan_id`,
    [scanIds], { name: 'dedup_introduced_default' },
  ));
}

/** On a branch or pull request: what each scan shows and the default line does not show now. */
export async function introducedOnBranch(unit: Unit, scans: readonly ScanInScope[]): Promise<ReadonlyMap<string, readonly string[]>> {
  if (scans.length === 0) return new Map();
  return lists(await unit.query<ListRow>(
    `with ${SHOWN}
     select s.scan_id, ${LISTED} from shown s join finding f on f.finding_id = s.finding_id
     where not f.on_default or f.status not in ('open', 'reopened') group by s.scan_id`,
    ids(scans), { name: 'dedup_introduced_branch' },
  ));
}

/** Against a named base: what this scan shows and the last completed scan of that commit, by the same tool, did not. */
export async function introducedAgainst(unit: Unit, scan: ScanInScope & { readonly stream: string }, base: string): Promise<readonly string[] | undefined> {
  const [found] = await unit.query<{ scan_id: string; scope_id: string }>(
    `select s.scan_id, s.scope_id from scan s where s.scope_id = any(array(select c.scope_id from scope c where c.stream = $1))
       and s.commit_sha = $2 and s.state = 'completed' and s.scan_id <> $3 order by s.sequence desc limit 1`,
    [scan.stream, base, scan.scanId], { name: 'dedup_base_scan' },
  );
  if (found === undefined) return undefined;
  const rows = await unit.query<{ scan_id: string; finding_id: string }>(
    `with ${SHOWN} select scan_id, finding_id from shown order by finding_id`,
    [[scan.scanId, found.scan_id], [scan.scopeId, found.scope_id]], { name: 'dedup_shown_pair' },
  );
  const before = new Set(rows.filter((row) => row.scan_id === found.scan_id).map((row) => row.finding_id));
  return rows.filter((row) => row.scan_id === scan.scanId && !before.has(row.finding_id)).map((row) => row.finding_id).slice(0, MAX_INTRODUCED);
}

export interface ClosedScan extends ScanInScope {
  readonly applied: boolean;
  readonly counts: ScanCounts;
  readonly absent: readonly string[];
  readonly fixed: readonly string[];
}

/** Ids of a kind that a scan's row holds; the counts are exact. */
const MAX_LISTED = 10_000;

export async function closeScans(unit: Unit, scans: readonly ClosedScan[], at: string): Promise<void> {
  await unit.query(
    `with closing as (select * from unnest($1::uuid[], $2::boolean[], $3::jsonb[], $5::text[], $6::text[]) as c(scan_id, applied, counts, absent, fixed)),
       closed as (update scan s set state = 'completed', applied = c.applied, counts = c.counts, completed_at = $4, absent = c.absent::uuid[], fixed = c.fixed::uuid[]
                  from closing c where s.scan_id = any($1::uuid[]) and s.scan_id = c.scan_id returning s.scope_id)
     update scope set completed_scans = completed_scans + 1 where scope_id = any(array(select scope_id from closed))`,
    [scans.map((one) => one.scanId), scans.map((one) => one.applied), scans.map((one) => JSON.stringify(one.counts)), at,
      scans.map((one) => arrayText(one.absent.slice(0, MAX_LISTED))), scans.map((one) => arrayText(one.fixed.slice(0, MAX_LISTED)))], { name: 'dedup_close_scans' },
  );
}
