import type { Unit } from '@throughline/persistence';
import type { Tally } from '../domain/completion.js';

export interface ScanTally extends Tally {
  /** finding.changed records that parts of the scan caused. */
  readonly records: number;
}

const MEMBERS = 'members as materialized (select distinct m.id from scan_part p, unnest(p.members) as m(id) where p.scan_id = $1)';
const SHOWN = `${MEMBERS},
  shown as (select o.finding_id from occurrence o join members m on m.id = o.occurrence_id where o.scope_id = $2
            union select s.id from scan_part p, unnest(p.sightings) as s(id) where p.scan_id = $1)`;

/** Counts over all parts of a scan; a finding counts once, by the strongest of created, reopened, changed. */
export async function tally(unit: Unit, scanId: string, scopeId: string): Promise<ScanTally> {
  const [row] = await unit.query<{ observed: number; findings: number; created: number; reopened: number; changed: number; records: number }>(
    `with ${SHOWN},
       created as (select distinct c.id from scan_part p, unnest(p.created) as c(id) where p.scan_id = $1),
       reopened as (select distinct c.id from scan_part p, unnest(p.reopened) as c(id) where p.scan_id = $1 except select id from created),
       changed as (select distinct c.id from scan_part p, unnest(p.changed) as c(id) where p.scan_id = $1 except select id from created except select id from reopened)
     select (select count(*)::int from shown) as findings, (select count(*)::int from created) as created, (select count(*)::int from reopened) as reopened,
       (select count(*)::int from changed where id in (select finding_id from shown)) as changed,
       coalesce(sum(observed), 0)::int as observed, coalesce(sum(records), 0)::int as records from scan_part where scan_id = $1`,
    [scanId, scopeId], { name: 'dedup_tally' },
  );
  return row ?? { observed: 0, findings: 0, created: 0, reopened: 0, changed: 0, records: 0 };
}

/** Occurrences of the scope that the scan did not show and that are not believed gone yet. */
export async function missingOf(unit: Unit, scanId: string, scopeId: string, absencesToFix: number): Promise<readonly { readonly id: string; readonly findingId: string }[]> {
  const rows = await unit.query<{ id: string; finding_id: string }>(
    `with ${MEMBERS}
     select o.occurrence_id::text as id, o.finding_id from occurrence o
     where o.scope_id = $2 and o.absences < $3 and not exists (select from members m where m.id = o.occurrence_id)
     order by o.finding_id`,
    [scanId, scopeId, absencesToFix], { name: 'dedup_missing' },
  );
  return rows.map((row) => ({ id: row.id, findingId: row.finding_id }));
}

const MAX_INTRODUCED = 1000;

/** On the default line: what this scan brought to it. */
export async function introducedOnDefault(unit: Unit, scanId: string): Promise<readonly string[]> {
  const rows = await unit.query<{ id: string }>(
    `select distinct c.id from scan_part p, unnest(p.created || p.arrived || p.reopened) as c(id)
     join finding f on f.finding_id = c.id where p.scan_id = $1 and f.status in ('open', 'reopened') order by c.id limit ${MAX_INTRODUCED}`,
    [scanId], { name: 'dedup_introduced_default' },
  );
  return rows.map((row) => row.id);
}

/** On a branch or pull request: what it shows and the default line does not show now. */
export async function introducedOnBranch(unit: Unit, scanId: string, scopeId: string): Promise<readonly string[]> {
  const rows = await unit.query<{ id: string }>(
    `with ${SHOWN}
     select f.finding_id as id from shown join finding f on f.finding_id = shown.finding_id
     where not f.on_default or f.status not in ('open', 'reopened') order by f.finding_id limit ${MAX_INTRODUCED}`,
    [scanId, scopeId], { name: 'dedup_introduced_branch' },
  );
  return rows.map((row) => row.id);
}

/** Against a named base: what this scan shows and the last completed scan of that commit, by the same tool, did not. */
export async function introducedAgainst(unit: Unit, scan: { readonly scanId: string; readonly scopeId: string; readonly stream: string }, base: string): Promise<readonly string[] | undefined> {
  const [found] = await unit.query<{ scan_id: string; scope_id: string }>(
    `select s.scan_id, s.scope_id from scan s join scope c on c.scope_id = s.scope_id
     where c.stream = $1 and s.commit_sha = $2 and s.state = 'completed' and s.scan_id <> $3 order by s.sequence desc limit 1`,
    [scan.stream, base, scan.scanId], { name: 'dedup_base_scan' },
  );
  if (found === undefined) return undefined;
  const rows = await unit.query<{ id: string }>(
    `with ${SHOWN},
       base_members as materialized (select distinct m.id from scan_part p, unnest(p.members) as m(id) where p.scan_id = $3),
       base as (select o.finding_id from occurrence o join base_members m on m.id = o.occurrence_id where o.scope_id = $4
                union select s.id from scan_part p, unnest(p.sightings) as s(id) where p.scan_id = $3)
     select finding_id as id from shown except select finding_id from base order by id limit ${MAX_INTRODUCED}`,
    [scan.scanId, scan.scopeId, found.scan_id, found.scope_id], { name: 'dedup_introduced_base' },
  );
  return rows.map((row) => row.id);
}
