import type { Unit } from '@throughline/persistence';
import type { AliasEdge } from '../domain/aliases/alias-sets.js';
import { placeOf, type AliasMerge, type Past } from '../domain/aliases/divide.js';
import type { StoredKey } from '../domain/aliases/keys.js';
import type { Finding } from '../domain/model.js';
import { loadKnown } from './finding.repository.js';

/** A merge with the edges that said so. */
export interface ExplainedMerge extends AliasMerge {
  readonly edges: readonly AliasEdge[];
}

interface MergeRow { merge_id: string; into_id: string; merged_id: string; subjects: string[]; edges: readonly AliasEdge[] }
const toMerge = (row: MergeRow): ExplainedMerge => ({ mergeId: row.merge_id, intoId: row.into_id, mergedId: row.merged_id, subjects: row.subjects, edges: row.edges });

/** Merges by aliases into these findings, and into what was merged into them, that nothing undid; the first ones first. */
export async function activeMerges(unit: Unit, findingIds: readonly string[]): Promise<readonly ExplainedMerge[]> {
  const rows = await unit.query<MergeRow>(
    `with recursive chain(id) as (
       select unnest($1::uuid[])
       union
       select m.merged_id from chain c join alias_merge m on m.into_id = c.id where m.undone_at is null)
     select m.merge_id, m.into_id, m.merged_id, m.subjects, m.edges from chain c join alias_merge m on m.into_id = c.id where m.undone_at is null order by m.at, m.merge_id`,
    [findingIds], { name: 'dedup_alias_merges' },
  );
  return rows.map(toMerge);
}

/** How these findings came together: by feeds, and by people. */
export async function loadPast(unit: Unit, findingIds: readonly string[]): Promise<{ readonly past: Past; readonly apart: ReadonlySet<string>; readonly merges: readonly ExplainedMerge[] }> {
  const merges = await activeMerges(unit, findingIds);
  const mergedIds = [...new Set(merges.map((merge) => merge.mergedId))];
  const merged = new Map<string, Finding>([...(await loadKnown(unit, mergedIds))].filter(([, one]) => one.occurrences.length === 0).map(([id, one]) => [id, one.finding]));
  const joins = await unit.query<{ occurrence_id: string }>(
    `select distinct occurrence_id from identity_join where finding_id = any($1::uuid[]) and rule = 'alias' and undone_at is null`, [[...findingIds, ...mergedIds]], { name: 'dedup_alias_joins' },
  );
  const decisions = await unit.query<{ kind: string; finding_id: string; other_id: string; occurrences: readonly { scopeId: string; group: string; ordinal: number }[] }>(
    'select kind, finding_id, other_id, occurrences from operator_decision where finding_id = any($1::uuid[])', [findingIds], { name: 'dedup_decisions_of' },
  );
  return {
    merges,
    past: {
      merges, merged, byAlias: new Set(joins.map((row) => row.occurrence_id)),
      pinned: new Set(decisions.filter((one) => one.kind === 'merge').flatMap((one) => one.occurrences.map(placeOf))),
    },
    apart: new Set(decisions.filter((one) => one.kind === 'split').flatMap((one) => [`${one.finding_id}|${one.other_id}`, `${one.other_id}|${one.finding_id}`])),
  };
}

export interface NewMerge extends ExplainedMerge { readonly tenantId: string }

export async function saveMerges(unit: Unit, merges: readonly NewMerge[], at: string): Promise<void> {
  if (merges.length === 0) return;
  for (const one of merges) {
    await unit.query(
      'insert into alias_merge (merge_id, tenant_id, into_id, merged_id, subjects, edges, at) values ($1, $2, $3, $4, $5::text[], $6::jsonb, $7)',
      [one.mergeId, one.tenantId, one.intoId, one.mergedId, one.subjects, JSON.stringify(one.edges), at],
    );
  }
}

export async function undoMerges(unit: Unit, mergeIds: readonly string[], at: string): Promise<void> {
  await unit.query('update alias_merge set undone_at = $2 where merge_id = any($1::uuid[]) and undone_at is null', [mergeIds, at], { name: 'dedup_undo_merges' });
}

/** Observations that a feed's word no longer holds where they were. */
export async function undoJoins(unit: Unit, occurrenceIds: readonly string[], findingIds: readonly string[], at: string): Promise<void> {
  await unit.query(
    `update identity_join set undone_at = $3 where finding_id = any($2::uuid[]) and occurrence_id = any($1::bigint[]) and rule = 'alias' and undone_at is null`,
    [occurrenceIds, findingIds, at], { name: 'dedup_undo_alias_joins' },
  );
}

/** What stays merged with a part of a finding is merged into that part. */
export async function takeMerges(unit: Unit, mergeIds: readonly string[], into: string): Promise<void> {
  if (mergeIds.length > 0) await unit.query('update alias_merge set into_id = $2 where merge_id = any($1::uuid[])', [mergeIds, into], { name: 'dedup_take_merges' });
}

/** Observations that stay joined, with another finding. */
export async function moveJoins(unit: Unit, occurrenceIds: readonly string[], findingIds: readonly string[], into: string): Promise<void> {
  if (occurrenceIds.length === 0) return;
  await unit.query(
    `update identity_join set finding_id = $3 where finding_id = any($2::uuid[]) and occurrence_id = any($1::bigint[]) and rule = 'alias' and undone_at is null`,
    [occurrenceIds, findingIds, into], { name: 'dedup_move_alias_joins' },
  );
}

/** Rows of these keys. */
export async function loadKeyRows(unit: Unit, tenant: string, keys: readonly string[]): Promise<readonly StoredKey[]> {
  return unit.query<StoredKey & Record<string, unknown>>(
    'select key, finding_id as "findingId", kind, recipe, subject from identity_key where tenant_id = $1 and key = any($2::uuid[])', [tenant, keys], { name: 'dedup_key_rows' },
  );
}

/** Gives keys to findings, whoever had them. */
export async function assignKeys(unit: Unit, tenant: string, unsorted: readonly StoredKey[]): Promise<void> {
  if (unsorted.length === 0) return;
  const rows = [...unsorted].sort((a, b) => (a.key < b.key ? -1 : 1));
  await unit.query(
    `insert into identity_key (tenant_id, key, finding_id, kind, recipe, subject)
     select $1, key, finding_id, kind, recipe, subject from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[]) as k(key, finding_id, kind, recipe, subject)
     on conflict (tenant_id, key) do update set finding_id = excluded.finding_id, kind = excluded.kind, subject = coalesce(excluded.subject, identity_key.subject), former = false`,
    [tenant, rows.map((one) => one.key), rows.map((one) => one.findingId), rows.map((one) => one.kind), rows.map((one) => one.recipe), rows.map((one) => one.subject)],
    { name: 'dedup_assign_keys' },
  );
}

export async function dropKeys(unit: Unit, tenant: string, keys: readonly string[]): Promise<void> {
  await unit.query('delete from identity_key where tenant_id = $1 and key = any($2::uuid[])', [tenant, keys], { name: 'dedup_drop_keys' });
}
