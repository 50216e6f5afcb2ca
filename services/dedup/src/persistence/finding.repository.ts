import type { Unit } from '@throughline/persistence';
import type { EvidenceState } from '@throughline/domain';
import type { Left } from '../domain/apply.js';
import type { Content } from '../domain/content.js';
import type { Known } from '../domain/evolve.js';
import { FEED_KEY, type IdentityKey } from '../domain/identity/index.js';
import type { Finding, FullOccurrence, Occurrence } from '../domain/model.js';
import type { KeyOwner } from '../domain/resolve.js';
import { arrayText, orNull, quotedArrayText, timeText } from './rows.js';

/** Occurrences of the asked groups, without what they show: enough to tell an unchanged result. */
export async function loadGroups(unit: Unit, scopeIds: readonly string[], groups: readonly string[]): Promise<readonly Occurrence[]> {
  interface Row { scope_id: string; group_key: string; ordinal: number; occurrence_id: string; finding_id: string; content_hash: string; sequence: string; absences: number; first_sequence: string; since_sequence: string; gone_sequence: string | null; line: number }
  const rows = await unit.query<Row>(
    `select o.scope_id, o.group_key, o.ordinal, o.occurrence_id, o.finding_id, o.content_hash, o.sequence, o.absences,
       o.first_sequence, o.since_sequence, o.gone_sequence, o.line
     from occurrence o join unnest($1::uuid[], $2::uuid[]) as k(scope_id, group_key) on o.scope_id = k.scope_id and o.group_key = k.group_key`,
    [scopeIds, groups], { name: 'dedup_groups' },
  );
  return rows.map((row) => ({
    id: row.occurrence_id, scopeId: row.scope_id, group: row.group_key, ordinal: row.ordinal, findingId: row.finding_id,
    contentHash: row.content_hash, sequence: Number(row.sequence), absences: row.absences, ...intervalOf(row), line: row.line,
  }));
}

const intervalOf = (row: { first_sequence: string; since_sequence: string; gone_sequence: string | null }): Pick<Occurrence, 'firstSequence' | 'sinceSequence' | 'goneSequence'> => ({
  firstSequence: Number(row.first_sequence), sinceSequence: Number(row.since_sequence), goneSequence: row.gone_sequence === null ? null : Number(row.gone_sequence),
});

/** Which findings own these keys. */
export async function loadKeyOwners(unit: Unit, tenantIds: readonly string[], keys: readonly string[]): Promise<ReadonlyMap<string, KeyOwner>> {
  if (keys.length === 0) return new Map();
  const rows = await unit.query<{ key: string; finding_id: string; former: boolean; feed: boolean }>(
    'select key, finding_id, former, kind = $3 as feed from identity_key where tenant_id = any($1::uuid[]) and key = any($2::uuid[])', [tenantIds, keys, FEED_KEY], { name: 'dedup_keys' },
  );
  return new Map(rows.map((row) => [row.key, { findingId: row.finding_id, former: row.former, feed: row.feed }]));
}

interface FindingRow {
  finding_id: string; tenant_id: string; asset_id: string; class: string; status: EvidenceState; status_reason: string; status_since: Date;
  regressions: number; version: string; issue_id: string; on_default: boolean; baseline: boolean; first_seen: Date; flags: string[]; keys: string[];
  absent_in: string[]; awaits_roll_out: boolean; apart: string[]; aliases: string[]; merged_into: string | null; split_from: string | null;
}

interface OccurrenceRow {
  scope_id: string; group_key: string; ordinal: number; occurrence_id: string; finding_id: string; content_hash: string; sequence: string; absences: number;
  first_sequence: string; since_sequence: string; gone_sequence: string | null; content: string; first_seen: Date; last_seen: Date | null; last_version: string;
  near_key: string | null; path_key: string | null; at_line: number; end_line: number; verified: boolean;
  name: string; line: string; default_line: boolean; head_version: string; head_at: Date;
}

/** Findings with all their occurrences, in order of id. */
export async function loadKnown(unit: Unit, findingIds: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  if (findingIds.length === 0) return new Map();
  const findings = await unit.query<FindingRow>('select * from finding where finding_id = any($1::uuid[]) order by finding_id', [findingIds], { name: 'dedup_findings' });
  const occurrences = await unit.query<OccurrenceRow>(
    `select o.scope_id, o.group_key, o.ordinal, o.occurrence_id, o.finding_id, o.content_hash, o.sequence, o.absences, o.content, o.first_seen, o.last_seen, o.first_sequence, o.since_sequence, o.gone_sequence,
       o.last_version, o.verified, o.near_key, o.path_key, o.line as at_line, o.end_line, s.name, s.line, s.default_line, s.head_version, s.head_at
     from occurrence o join scope s on s.scope_id = o.scope_id where o.finding_id = any($1::uuid[])`,
    [findingIds], { name: 'dedup_finding_occurrences' },
  );
  const byFinding = Map.groupBy(occurrences.map(toOccurrence), (one) => one.findingId);
  return new Map(findings.map((row) => [row.finding_id, { finding: toFinding(row), occurrences: byFinding.get(row.finding_id) ?? [] }]));
}

function toFinding(row: FindingRow): Finding {
  return {
    findingId: row.finding_id, tenantId: row.tenant_id, assetId: row.asset_id, class: row.class, status: row.status, statusReason: row.status_reason,
    statusSince: timeText(row.status_since), regressions: row.regressions, version: Number(row.version), issueId: row.issue_id, onDefault: row.on_default,
    baseline: row.baseline, firstSeen: timeText(row.first_seen), flags: row.flags, keys: row.keys,
    absentIn: row.absent_in, awaitsRollOut: row.awaits_roll_out, apart: row.apart, aliases: row.aliases, mergedInto: row.merged_into ?? '', splitFrom: row.split_from ?? '',
  };
}

function toOccurrence(row: OccurrenceRow): FullOccurrence {
  return {
    id: row.occurrence_id, scopeId: row.scope_id, group: row.group_key, ordinal: row.ordinal, findingId: row.finding_id, contentHash: row.content_hash,
    sequence: Number(row.sequence), absences: row.absences, ...intervalOf(row), content: JSON.parse(row.content) as Content,
    scope: { scopeId: row.scope_id, name: row.name, line: row.line, defaultLine: row.default_line, version: row.head_version, at: timeText(row.head_at) },
    firstSeen: timeText(row.first_seen), lastSeen: timeText(row.last_seen), lastVersion: row.last_version,
    line: row.at_line, near: { key: row.near_key, pathKey: row.path_key, line: row.at_line, endLine: row.end_line },
    ...(row.verified ? { verified: true } : {}),
  };
}

const byId = (a: Finding, b: Finding): number => (a.findingId < b.findingId ? -1 : a.findingId > b.findingId ? 1 : 0);

/** Writes findings in order of id, so that two writers cannot deadlock. */
export async function saveFindings(unit: Unit, unsorted: readonly Finding[]): Promise<void> {
  if (unsorted.length === 0) return;
  const findings = [...unsorted].sort(byId);
  await unit.query(
    `insert into finding (finding_id, tenant_id, asset_id, class, status, status_reason, status_since, regressions, version, issue_id, on_default,
       baseline, first_seen, flags, keys, absent_in, awaits_roll_out, apart, aliases, merged_into, split_from)
     select finding_id, tenant_id, asset_id, class, status, status_reason, status_since, regressions, version, issue_id, on_default,
       baseline, first_seen, flags::text[], keys::uuid[], absent_in::text[], awaits_roll_out, apart::text[], aliases::text[], nullif(merged_into, '')::uuid, nullif(split_from, '')::uuid
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::int[], $9::bigint[], $10::uuid[],
       $11::boolean[], $12::boolean[], $13::timestamptz[], $14::text[], $15::text[], $16::text[], $17::boolean[], $18::text[], $19::text[], $20::text[], $21::text[])
       as f(finding_id, tenant_id, asset_id, class, status, status_reason, status_since, regressions, version, issue_id, on_default, baseline, first_seen, flags, keys, absent_in, awaits_roll_out, apart, aliases, merged_into, split_from)
     on conflict (finding_id) do update set status = excluded.status, status_reason = excluded.status_reason, status_since = excluded.status_since,
       regressions = excluded.regressions, version = excluded.version, issue_id = excluded.issue_id, on_default = excluded.on_default,
       first_seen = excluded.first_seen, flags = excluded.flags, keys = excluded.keys, absent_in = excluded.absent_in,
       awaits_roll_out = excluded.awaits_roll_out, apart = excluded.apart, aliases = excluded.aliases, merged_into = excluded.merged_into, split_from = excluded.split_from`,
    [findings.map((one) => one.findingId), findings.map((one) => one.tenantId), findings.map((one) => one.assetId), findings.map((one) => one.class),
      findings.map((one) => one.status), findings.map((one) => one.statusReason), findings.map((one) => one.statusSince), findings.map((one) => one.regressions),
      findings.map((one) => one.version), findings.map((one) => one.issueId), findings.map((one) => one.onDefault), findings.map((one) => one.baseline),
      findings.map((one) => one.firstSeen), findings.map((one) => arrayText(one.flags)), findings.map((one) => arrayText(one.keys)),
      findings.map((one) => quotedArrayText(one.absentIn)), findings.map((one) => one.awaitsRollOut), findings.map((one) => quotedArrayText(one.apart)), findings.map((one) => quotedArrayText(one.aliases)),
      findings.map((one) => one.mergedInto), findings.map((one) => one.splitFrom)],
    { name: 'dedup_save_findings' },
  );
}

export interface OwnedKey { readonly tenantId: string; readonly findingId: string; readonly key: IdentityKey }

/**
 * Gives keys to findings. A former key goes to whoever shows its place now; one that leads somewhere else is an error (the
 * null that no row may hold): identity is decided under the asset's lock.
 */
export async function saveKeys(unit: Unit, unsorted: readonly OwnedKey[]): Promise<void> {
  if (unsorted.length === 0) return;
  const keys = [...unsorted].sort((a, b) => (a.key.key < b.key.key ? -1 : 1));
  await unit.query(
    `insert into identity_key (tenant_id, key, finding_id, kind, recipe, subject)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[])
     on conflict (tenant_id, key) do update set finding_id = case when identity_key.former then excluded.finding_id end, former = false`,
    [keys.map((one) => one.tenantId), keys.map((one) => one.key.key), keys.map((one) => one.findingId), keys.map((one) => one.key.kind), keys.map((one) => one.key.recipe), keys.map((one) => one.key.subject ?? null)],
    { name: 'dedup_save_keys' },
  );
}

const byPlace = (a: Occurrence, b: Occurrence): number => (a.scopeId < b.scopeId ? -1 : a.scopeId > b.scopeId ? 1 : a.group < b.group ? -1 : a.group > b.group ? 1 : a.ordinal - b.ordinal);

export async function saveOccurrences(unit: Unit, tenantOf: (scopeId: string) => string, unsorted: readonly FullOccurrence[]): Promise<void> {
  if (unsorted.length === 0) return;
  const rows = [...unsorted].sort(byPlace);
  await unit.query(
    `insert into occurrence (scope_id, group_key, ordinal, tenant_id, occurrence_id, finding_id, content_hash, sequence, absences, first_seen, last_seen, last_version, content,
       first_sequence, since_sequence, gone_sequence, near_key, path_key, line, end_line)
     select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::bigint[], $6::uuid[], $7::uuid[], $8::bigint[], $9::int[], $10::timestamptz[],
       $11::timestamptz[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::uuid[], $18::bigint[], $19::int[], $20::int[])
     on conflict (scope_id, group_key, ordinal) do update set content_hash = excluded.content_hash, sequence = excluded.sequence, absences = excluded.absences,
       last_seen = excluded.last_seen, last_version = excluded.last_version, content = excluded.content,
       since_sequence = excluded.since_sequence, gone_sequence = excluded.gone_sequence, near_key = excluded.near_key,
       path_key = excluded.path_key, line = excluded.line, end_line = excluded.end_line, verified = occurrence.verified and excluded.absences > 0`,
    [rows.map((one) => one.scopeId), rows.map((one) => one.group), rows.map((one) => one.ordinal), rows.map((one) => tenantOf(one.scopeId)), rows.map((one) => one.id),
      rows.map((one) => one.findingId), rows.map((one) => one.contentHash), rows.map((one) => one.sequence), rows.map((one) => one.absences),
      rows.map((one) => one.firstSeen), rows.map((one) => orNull(one.lastSeen)), rows.map((one) => one.lastVersion), rows.map((one) => JSON.stringify(one.content)),
      rows.map((one) => one.firstSequence), rows.map((one) => one.sinceSequence), rows.map((one) => one.goneSequence), rows.map(({ near }) => near.key),
      rows.map(({ near }) => near.pathKey), rows.map(({ near }) => near.line), rows.map(({ near }) => near.endLine)],
    { name: 'dedup_save_occurrences' },
  );
}

/** Counts an absence; what the occurrence showed stays. */
export async function saveAbsences(unit: Unit, unsorted: readonly FullOccurrence[]): Promise<void> {
  if (unsorted.length === 0) return;
  const rows = [...unsorted].sort(byPlace);
  await unit.query(
    `update occurrence o set absences = a.absences, last_seen = a.last_seen, last_version = a.last_version, gone_sequence = a.gone_sequence, verified = a.verified
     from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::timestamptz[], $6::text[], $7::bigint[], $8::boolean[]) as a(scope_id, group_key, ordinal, absences, last_seen, last_version, gone_sequence, verified)
     where o.scope_id = a.scope_id and o.group_key = a.group_key and o.ordinal = a.ordinal`,
    [rows.map((one) => one.scopeId), rows.map((one) => one.group), rows.map((one) => one.ordinal), rows.map((one) => one.absences), rows.map((one) => one.lastSeen), rows.map((one) => one.lastVersion), rows.map((one) => one.goneSequence), rows.map((one) => one.verified === true)],
    { name: 'dedup_save_absences' },
  );
}

/** Takes away the rows of places that findings left, and makes what led there former keys. */
export async function saveLeft(unit: Unit, left: readonly Left[]): Promise<void> {
  if (left.length === 0) return;
  await unit.query(
    'delete from occurrence where (scope_id, group_key, ordinal) in (select * from unnest($1::uuid[], $2::uuid[], $3::int[]))',
    [left.map(({ occurrence }) => occurrence.scopeId), left.map(({ occurrence }) => occurrence.group), left.map(({ occurrence }) => occurrence.ordinal)], { name: 'dedup_left' },
  );
  const keys = left.flatMap(({ findingId, keys: all }) => all.map((key) => ({ findingId, key })));
  await unit.query(
    `update identity_key k set former = true from unnest($1::uuid[], $2::uuid[]) as f(key, finding_id)
     where k.tenant_id = any((select platform.tenants())::uuid[]) and k.key = f.key and k.finding_id = f.finding_id`,
    [keys.map((one) => one.key), keys.map((one) => one.findingId)], { name: 'dedup_former_keys' },
  );
}
