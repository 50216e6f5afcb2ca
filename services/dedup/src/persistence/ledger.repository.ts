import type { ScanMarker } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import type { Membership } from '../domain/apply.js';
import type { Asset } from '../domain/model.js';
import type { Run } from '../domain/running.js';
import { assetKey } from '../domain/slices.js';
import { ASSET_COLUMNS, toAsset, type AssetRow } from './asset-rows.js';
import { arrayText, timeText } from './rows.js';

/** Assets by any of their names; unknown ones are made with the given id. A moved asset is what its newest name says. */
export async function loadAssets(unit: Unit, wanted: readonly { readonly tenantId: string; readonly urn: string; readonly assetId: string }[]): Promise<ReadonlyMap<string, Asset>> {
  interface Row extends AssetRow { tenant_id: string; name: string }
  const read = (): Promise<readonly Row[]> => unit.query<Row>(
    `select a.tenant_id, a.urn as name, ${ASSET_COLUMNS} from asset a join asset c on c.tenant_id = a.tenant_id and c.urn = coalesce(nullif(a.moved_to, ''), a.urn)
     where (a.tenant_id, a.urn) in (select * from unnest($1::uuid[], $2::text[]))`,
    [wanted.map((one) => one.tenantId), wanted.map((one) => one.urn)], { name: 'dedup_assets' },
  );
  let rows = await read();
  if (rows.length < wanted.length) {
    await unit.query(
      'insert into asset (tenant_id, urn, asset_id) select * from unnest($1::uuid[], $2::text[], $3::uuid[]) on conflict do nothing',
      [wanted.map((one) => one.tenantId), wanted.map((one) => one.urn), wanted.map((one) => one.assetId)],
    );
    rows = await read();
  }
  return new Map(rows.map((row) => [assetKey(row.tenant_id, row.name), toAsset(row)]));
}

/** The newest complete scan of each running version in each scope of the default line, by asset. */
export async function loadRuns(unit: Unit, assets: Iterable<Pick<Asset, 'assetId' | 'running'>>): Promise<ReadonlyMap<string, readonly Run[]>> {
  const running = [...assets].filter((asset) => asset.running.length > 0);
  if (running.length === 0) return new Map();
  const rows = await unit.query<{ asset_id: string; scope_id: string; version: string; sequence: string }>(
    `select c.asset_id, s.scope_id, s.version, max(s.sequence) as sequence from scope c join scan s on s.scope_id = c.scope_id
     where c.asset_id = any($1::uuid[]) and c.default_line and s.applied and s.version = any($2::text[]) group by 1, 2, 3`,
    [[...new Set(running.map((asset) => asset.assetId))], [...new Set(running.flatMap((asset) => asset.running))]], { name: 'dedup_runs' },
  );
  const own = new Map(running.map((asset) => [asset.assetId, new Set(asset.running)]));
  const runs = rows.filter((row) => own.get(row.asset_id)?.has(row.version)).map((row) => ({ assetId: row.asset_id, scopeId: row.scope_id, version: row.version, sequence: Number(row.sequence) }));
  return Map.groupBy(runs, (run) => run.assetId);
}

export interface ScopeRow {
  readonly scopeId: string;
  readonly headSequence: number;
  readonly headAt: string;
  readonly headVersion: string;
  readonly previousAt: string;
  readonly previousVersion: string;
}

export async function loadScopes(unit: Unit, scopeIds: readonly string[]): Promise<ReadonlyMap<string, ScopeRow>> {
  interface Row { scope_id: string; head_sequence: string; head_at: Date; head_version: string; previous_at: Date | null; previous_version: string | null }
  const rows = await unit.query<Row>(
    'select scope_id, head_sequence, head_at, head_version, previous_at, previous_version from scope where scope_id = any($1::uuid[])',
    [scopeIds], { name: 'dedup_scopes' },
  );
  return new Map(rows.map((row) => [row.scope_id, {
    scopeId: row.scope_id, headSequence: Number(row.head_sequence), headAt: timeText(row.head_at), headVersion: row.head_version,
    previousAt: timeText(row.previous_at), previousVersion: row.previous_version ?? '',
  }]));
}

export interface NewScope {
  readonly scopeId: string;
  readonly tenantId: string;
  readonly assetId: string;
  readonly stream: string;
  readonly name: string;
  readonly line: string;
  readonly defaultLine: boolean;
  readonly sequence: number;
  readonly at: string;
  readonly version: string;
}

/** Moves the head of scopes to a newer scan; what was the head becomes the previous one. */
export async function saveScopes(unit: Unit, scopes: readonly NewScope[]): Promise<void> {
  if (scopes.length === 0) return;
  await unit.query(
    `insert into scope (scope_id, tenant_id, asset_id, stream, name, line, default_line, head_sequence, head_at, head_version)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::boolean[], $8::bigint[], $9::timestamptz[], $10::text[])
     on conflict (scope_id) do update set head_sequence = excluded.head_sequence, head_at = excluded.head_at, head_version = excluded.head_version,
       previous_at = scope.head_at, previous_version = scope.head_version, name = excluded.name, line = excluded.line
     where scope.head_sequence < excluded.head_sequence`,
    [scopes.map((one) => one.scopeId), scopes.map((one) => one.tenantId), scopes.map((one) => one.assetId), scopes.map((one) => one.stream),
      scopes.map((one) => one.name), scopes.map((one) => one.line), scopes.map((one) => one.defaultLine), scopes.map((one) => one.sequence),
      scopes.map((one) => one.at), scopes.map((one) => one.version)],
    { name: 'dedup_save_scopes' },
  );
}

/** Streams (scopes of all lines) that a scan completed in before: what they show now is no baseline any more. */
export async function knownStreams(unit: Unit, streams: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await unit.query<{ stream: string }>(
    'select distinct stream from scope where stream = any($1::uuid[]) and completed_scans > 0', [streams], { name: 'dedup_streams' },
  );
  return new Set(rows.map((row) => row.stream));
}

export interface ScanRow {
  readonly scanId: string;
  readonly completed: boolean;
  readonly baseline: boolean;
  readonly partsSeen: number;
  readonly marker: ScanMarker | null;
  /** Ordinals among the asked ones that were applied already. */
  readonly applied: ReadonlySet<number>;
  /** Complete scans of the scope that are newer than the scan and were compared with it. */
  readonly newerScans: number;
}

export async function loadScans(unit: Unit, scanIds: readonly string[], ordinals: readonly number[]): Promise<ReadonlyMap<string, ScanRow>> {
  interface Row { scan_id: string; state: string; baseline: boolean; parts_seen: number; marker: ScanMarker | null; applied: number[] | null; newer: number }
  const rows = await unit.query<Row>(
    `select s.scan_id, s.state, s.baseline, s.parts_seen, s.marker,
       (select array_agg(p.ordinal) from scan_part p where p.scan_id = s.scan_id and p.ordinal = any($2::int[])) as applied,
       (select count(*)::int from scan n where n.scope_id = s.scope_id and n.sequence > s.sequence and n.applied) as newer
     from scan s where s.scan_id = any($1::uuid[])`,
    [scanIds, ordinals], { name: 'dedup_scans' },
  );
  return new Map(rows.map((row) => [row.scan_id, {
    scanId: row.scan_id, completed: row.state === 'completed', baseline: row.baseline, partsSeen: row.parts_seen, marker: row.marker,
    applied: new Set(row.applied ?? []), newerScans: row.newer,
  }]));
}

/** Complete scans newer than a scan that has no row yet. */
export async function countNewer(unit: Unit, scopeId: string, sequence: number): Promise<number> {
  const [row] = await unit.query<{ newer: number }>(
    'select count(*)::int as newer from scan where scope_id = $1 and sequence > $2 and applied', [scopeId, sequence], { name: 'dedup_newer' },
  );
  return row?.newer ?? 0;
}

export interface SavedScan {
  readonly scanId: string;
  readonly tenantId: string;
  readonly scopeId: string;
  readonly sequence: number;
  readonly baseline: boolean;
  readonly commit: string;
  readonly version: string;
  readonly tool: string;
  readonly receivedAt: string;
  readonly marker: ScanMarker | null;
  readonly newParts: number;
}

/** Opens scans, adds to their number of parts, keeps the marker. */
export async function saveScans(unit: Unit, scans: readonly SavedScan[]): Promise<void> {
  await unit.query(
    `insert into scan (scan_id, tenant_id, scope_id, sequence, baseline, commit_sha, version, tool, received_at, marker, parts_seen)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::jsonb[], $11::int[])
     on conflict (scan_id) do update set marker = coalesce(scan.marker, excluded.marker), parts_seen = scan.parts_seen + excluded.parts_seen`,
    [scans.map((one) => one.scanId), scans.map((one) => one.tenantId), scans.map((one) => one.scopeId), scans.map((one) => one.sequence),
      scans.map((one) => one.baseline), scans.map((one) => one.commit), scans.map((one) => one.version), scans.map((one) => one.tool),
      scans.map((one) => one.receivedAt), scans.map((one) => (one.marker === null ? null : JSON.stringify(one.marker))), scans.map((one) => one.newParts)],
    { name: 'dedup_save_scans' },
  );
}

/** What a slice did to findings, kept with its first part; counts of the scan are taken over all parts. */
export interface Effects {
  readonly created: readonly string[];
  readonly arrived: readonly string[];
  readonly reopened: readonly string[];
  readonly changed: readonly string[];
  readonly records: number;
}

export interface SavedPart extends Membership {
  readonly scanId: string;
  readonly tenantId: string;
  readonly effects: Effects | undefined;
}

export async function saveParts(unit: Unit, parts: readonly SavedPart[]): Promise<void> {
  if (parts.length === 0) return;
  const ids = (pick: (effects: Effects) => readonly string[]): string[] => parts.map((one) => arrayText(one.effects === undefined ? [] : pick(one.effects)));
  await unit.query(
    `insert into scan_part (scan_id, ordinal, tenant_id, observed, members, sightings, created, arrived, reopened, changed, records)
     select scan_id, ordinal, tenant_id, observed, members::bigint[], sightings::uuid[], created::uuid[], arrived::uuid[], reopened::uuid[], changed::uuid[], records
     from unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[])
       as p(scan_id, ordinal, tenant_id, observed, members, sightings, created, arrived, reopened, changed, records)`,
    [parts.map((one) => one.scanId), parts.map((one) => one.part), parts.map((one) => one.tenantId), parts.map((one) => one.observed),
      parts.map((one) => arrayText(one.members)), parts.map((one) => arrayText(one.sightings)), ids((one) => one.created), ids((one) => one.arrived),
      ids((one) => one.reopened), ids((one) => one.changed), parts.map((one) => one.effects?.records ?? 0)],
    { name: 'dedup_save_parts' },
  );
}

/** Which of these occurrences earlier parts of the scan showed. */
export async function takenBy(unit: Unit, scanId: string, occurrenceIds: readonly string[]): Promise<readonly string[]> {
  const rows = await unit.query<{ id: string }>(
    'select distinct m.id::text as id from scan_part p, unnest(p.members) as m(id) where p.scan_id = $1 and m.id = any($2::bigint[])',
    [scanId, occurrenceIds], { name: 'dedup_taken' },
  );
  return rows.map((row) => row.id);
}
