import type { ScanCounts } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import type { KeptWhy, PersonsWord } from '../domain/why.js';
import { timeText } from './rows.js';

/** What a scan did to a finding. `moved`, `joined` and `arrived` are ways of `changed`, `fixed` one of `absent`. */
export const CHANGE_KINDS = ['new', 'reopened', 'moved', 'joined', 'changed', 'fixed', 'absent', 'arrived', 'introduced'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface ScanOfLedger {
  readonly scanId: string;
  readonly scopeId: string;
  readonly assetUrn: string;
  readonly scope: string;
  readonly defaultLine: boolean;
  readonly completed: boolean;
  /** Complete, and compared with what its scope held: only then absence was decided. */
  readonly applied: boolean;
  readonly counts: ScanCounts | null;
}

export async function scanOfLedger(unit: Unit, scanId: string): Promise<ScanOfLedger | undefined> {
  const [row] = await unit.query<{ scan_id: string; scope_id: string; urn: string; name: string; default_line: boolean; state: string; applied: boolean; counts: ScanCounts | null }>(
    `select s.scan_id, s.scope_id, (select a.urn from asset a where a.asset_id = c.asset_id order by a.urn limit 1) as urn, c.name, c.default_line, s.state, s.applied, s.counts
     from scan s join scope c on c.scope_id = s.scope_id where s.scan_id = $1`,
    [scanId],
  );
  return row && { scanId: row.scan_id, scopeId: row.scope_id, assetUrn: row.urn, scope: row.name, defaultLine: row.default_line, completed: row.state === 'completed', applied: row.applied, counts: row.counts };
}

/**
 * Each finding under every kind that holds for it. The strongest of created, reopened and changed counts, as in the
 * receipt; joins that were undone, and those that were not made because they were ambiguous, are none.
 */
const LISTED = `parts as materialized (select * from scan_part where scan_id = $1),
  touched as (
    select id, min(rank) as rank from (
      select c.id, 1 as rank from parts p, unnest(p.created) as c(id)
      union all select c.id, 2 from parts p, unnest(p.reopened) as c(id)
      union all select c.id, 3 from parts p, unnest(p.changed) as c(id)) t group by id),
  joins as (select finding_id as id, recipe like 'drift/%' as drift from identity_join where scan_id = $1 and undone_at is null and rule <> 'ambiguous'),
  listed as (
    select id, 'new' as kind, 1 as rank from touched where rank = 1
    union all select id, 'reopened', 2 from touched where rank = 2
    union all select distinct id, 'moved', 3 from joins where drift
    union all select distinct id, 'joined', 4 from joins where not drift
    union all select id, 'changed', 5 from touched where rank = 3
    union all select f.id, 'fixed', 6 from scan s, unnest(s.fixed) as f(id) where s.scan_id = $1
    union all select a.id, 'absent', 7 from scan s, unnest(s.absent) as a(id) where s.scan_id = $1
    union all select distinct c.id, 'arrived', 8 from parts p, unnest(p.arrived) as c(id))`;

export interface ListedChange {
  readonly findingId: string;
  readonly kind: ChangeKind;
  readonly rank: number;
}

/** One page and one more, by kind and id: of one kind, or every finding once under the kind that says most. */
export async function listChanges(unit: Unit, scanId: string, kind: ChangeKind | undefined, after: { readonly rank: number; readonly id: string }, limit: number): Promise<readonly ListedChange[]> {
  const rows = await unit.query<{ id: string; kind: ChangeKind; rank: number }>(
    `with ${LISTED}, chosen as (select distinct on (id) id, kind, rank from listed where $2::text is null or kind = $2 order by id, rank)
     select id, kind, rank from chosen where (rank, id) > ($3::int, $4::uuid) order by rank, id limit $5`,
    [scanId, kind ?? null, after.rank, after.id, limit],
  );
  return rows.map((row) => ({ findingId: row.id, kind: row.kind, rank: row.rank }));
}

/** How many findings each kind lists; of absent and fixed at most as many as are kept. */
export async function countListed(unit: Unit, scanId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await unit.query<{ kind: string; n: number }>(`with ${LISTED} select kind, count(*)::int as n from listed group by kind`, [scanId]);
  return new Map(rows.map((row) => [row.kind, row.n]));
}

/** Why a result is part of a finding, as it was kept. */
export interface KeptJoin extends KeptWhy {
  readonly findingId: string;
}

/** Joins of findings that hold; with a scan, only those that it made. The newest of an occurrence comes first. */
export async function joinsOf(unit: Unit, findingIds: readonly string[], scanId?: string): Promise<readonly KeptJoin[]> {
  if (findingIds.length === 0) return [];
  const rows = await unit.query<{ finding_id: string; occurrence_id: string; scan_id: string | null; rule: string; recipe: string; fields: string[]; confidence: number; evidence: string; at: Date }>(
    `select finding_id, occurrence_id, scan_id, rule, recipe, fields, confidence, evidence, at from identity_join
     where finding_id = any($1::uuid[]) and ($2::uuid is null or scan_id = $2) and undone_at is null and rule <> 'ambiguous' order by at desc, join_id desc`,
    [findingIds, scanId ?? null],
  );
  return rows.map((row) => ({
    findingId: row.finding_id, occurrenceId: row.occurrence_id, scan: row.scan_id, rule: row.rule, recipe: row.recipe, fields: row.fields, confidence: Math.round(row.confidence * 1000) / 1000,
    evidence: row.evidence, at: timeText(row.at),
  }));
}

/** The scans of a finding's observations by scope and sequence, as far as they are kept. */
export async function scansAt(unit: Unit, places: readonly { readonly scopeId: string; readonly sequence: number }[]): Promise<ReadonlyMap<string, string>> {
  if (places.length === 0) return new Map();
  const rows = await unit.query<{ scan_id: string; scope_id: string; sequence: string }>(
    `select s.scan_id, s.scope_id, s.sequence from scan s join unnest($1::uuid[], $2::bigint[]) as p(scope_id, sequence) on s.scope_id = p.scope_id and s.sequence = p.sequence`,
    [places.map((one) => one.scopeId), places.map((one) => one.sequence)],
  );
  return new Map(rows.map((row) => [`${row.scope_id}|${row.sequence}`, row.scan_id]));
}

/** Merges and splits by people that brought observations to a finding; the newest first, since it decides. */
export async function correctionsOf(unit: Unit, findingId: string): Promise<readonly PersonsWord[]> {
  const rows = await unit.query<{ kind: string; reason: string; actor: string; decided_at: Date; occurrences: PersonsWord['occurrences'] }>(
    'select kind, reason, actor, decided_at, occurrences from operator_decision where finding_id = $1 order by decided_at desc', [findingId],
  );
  return rows.map((row) => ({ kind: row.kind, reason: row.reason, actor: row.actor, at: timeText(row.decided_at), occurrences: row.occurrences }));
}
