import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { referencesOf } from '../domain/assets.js';
import type { Asset, AssetClaim } from '../domain/assets.js';
import type { Json } from '../domain/claims.js';
import { digestOf, nameOf } from '../domain/structure.js';
import { toDate, toDateOrNull, toMs, toMsOrNull } from './keys.js';

interface AssetClaimRow {
  readonly urn: Urn;
  readonly source: string;
  readonly scope: string;
  readonly attributes: Json;
  readonly observed_at: Date;
  readonly ended_at: Date | null;
}

const CLAIM_COLUMNS = 'urn, source, scope, attributes, observed_at, ended_at';

const claimOfRow = (row: AssetClaimRow): AssetClaim => ({
  urn: row.urn, source: row.source, scope: row.scope, attributes: row.attributes, observedAt: toMs(row.observed_at), endedAt: toMsOrNull(row.ended_at),
});

/** All sources' claims of some nodes. */
export async function loadAssetClaims(unit: Unit, tenant: TenantId, urns: readonly Urn[]): Promise<AssetClaim[]> {
  if (urns.length === 0) return [];
  const rows = await unit.query<AssetClaimRow>(`select ${CLAIM_COLUMNS} from asset_claims where tenant_id = $1 and urn = any($2::text[])`, [tenant, [...urns]], { name: 'asset_claims' });
  return rows.map(claimOfRow);
}

export async function loadAbsentAssetClaims(unit: Unit, tenant: TenantId, source: string, scope: string, sequence: number): Promise<AssetClaim[]> {
  const rows = await unit.query<AssetClaimRow>(
    `select ${CLAIM_COLUMNS} from asset_claims c where tenant_id = $1 and source = $2 and scope = $3 and ended_at is null and not exists (
       select from (select unnest(nodes) as urn from inventory_parts p where p.tenant_id = $1 and p.source = $2 and p.scope = $3 and p.sequence = $4) held
       where held.urn = c.urn)`,
    [tenant, source, scope, sequence], { name: 'asset_claims_absent' },
  );
  return rows.map(claimOfRow);
}

export async function saveAssetClaims(unit: Unit, tenant: TenantId, claims: readonly AssetClaim[]): Promise<void> {
  if (claims.length === 0) return;
  const rows = [...claims].sort((a, b) => (`${a.urn}|${a.source}` < `${b.urn}|${b.source}` ? -1 : 1));
  await unit.query(
    `insert into asset_claims (tenant_id, urn, source, scope, attributes, observed_at, ended_at)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::timestamptz[])
     on conflict (tenant_id, urn, source) do update set scope = excluded.scope, attributes = excluded.attributes, observed_at = excluded.observed_at, ended_at = excluded.ended_at`,
    [
      tenant, rows.map((row) => row.urn), rows.map((row) => row.source), rows.map((row) => row.scope), rows.map((row) => JSON.stringify(row.attributes)),
      rows.map((row) => toDate(row.observedAt)), rows.map((row) => toDateOrNull(row.endedAt)),
    ], { name: 'asset_claims_save' },
  );
}

/** Writes nodes; a change of what is known of one leaves a version that holds from its observation. */
export async function saveAssets(unit: Unit, tenant: TenantId, assets: readonly Asset[], now: Date): Promise<void> {
  if (assets.length === 0) return;
  const rows = [...assets].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const times = (pick: (asset: Asset) => number | null): (string | null)[] => rows.map((row) => toDateOrNull(pick(row)));
  const attributes = rows.map((row) => JSON.stringify(row.attributes));
  await unit.query(
    `insert into assets as a (tenant_id, urn, kind, name, digest, attributes, resolved, first_seen, last_seen, retired_at)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::boolean[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
     on conflict (tenant_id, urn) do update set name = excluded.name, attributes = excluded.attributes, resolved = excluded.resolved,
       first_seen = least(a.first_seen, excluded.first_seen), last_seen = excluded.last_seen, retired_at = excluded.retired_at`,
    [
      tenant, rows.map((row) => row.urn), rows.map((row) => kindOf(row.urn)), rows.map((row) => nameOf(row.urn, row.attributes)), rows.map((row) => digestOf(row.urn)),
      attributes, rows.map((row) => row.resolved), times((row) => row.firstSeen), times((row) => row.lastSeen), times((row) => row.retiredAt),
    ], { name: 'assets_save' },
  );
  await unit.query(
    `insert into asset_versions (tenant_id, urn, valid_from, attributes, retired, recorded_at)
     select $1, r.*, $6::timestamptz from unnest($2::text[], $3::timestamptz[], $4::jsonb[], $5::boolean[]) r
     on conflict (tenant_id, urn, valid_from) do update set attributes = excluded.attributes, retired = excluded.retired`,
    [tenant, rows.map((row) => row.urn), times((row) => row.retiredAt ?? row.lastSeen), attributes, rows.map((row) => row.retiredAt !== null), now.toISOString()], { name: 'asset_versions_save' },
  );
  await saveReferences(unit, tenant, rows);
}

/** Versions between those that are stored, from facts that came late; one that says what was known already is not written. Returns the nodes with a new past. */
export async function savePastVersions(unit: Unit, tenant: TenantId, assets: readonly Asset[], now: Date): Promise<Urn[]> {
  if (assets.length === 0) return [];
  const rows = await unit.query<{ urn: Urn }>(
    `insert into asset_versions (tenant_id, urn, valid_from, attributes, retired, recorded_at)
     select $1, r.urn, r.at, r.attributes, false, $5 from unnest($2::text[], $3::timestamptz[], $4::jsonb[]) as r(urn, at, attributes)
     where r.attributes is distinct from (select v.attributes from asset_versions v where v.tenant_id = $1 and v.urn = r.urn and v.valid_from <= r.at order by v.valid_from desc limit 1)
     on conflict (tenant_id, urn, valid_from) do nothing returning urn`,
    [tenant, assets.map((asset) => asset.urn), assets.map((asset) => toDate(asset.lastSeen)), assets.map((asset) => JSON.stringify(asset.attributes)), now.toISOString()], { name: 'asset_versions_past' },
  );
  return [...new Set(rows.map((row) => row.urn))];
}

async function saveReferences(unit: Unit, tenant: TenantId, assets: readonly Asset[]): Promise<void> {
  const pairs = assets.flatMap((asset) => referencesOf(asset.urn, asset.attributes).map((ref) => [asset.urn, ref] as const));
  await unit.query('delete from asset_refs where tenant_id = $1 and urn = any($2::text[])', [tenant, assets.map((asset) => asset.urn)], { name: 'asset_refs_clear' });
  if (pairs.length === 0) return;
  await unit.query('insert into asset_refs (tenant_id, urn, ref) select $1, * from unnest($2::text[], $3::text[])', [tenant, pairs.map(([node]) => node), pairs.map(([, ref]) => ref)], { name: 'asset_refs_save' });
}

/** Rows for nodes that only links speak of. A link is enough to know a commit or a service; an image waits for who built or holds it. */
export async function ensureNodes(unit: Unit, tenant: TenantId, urns: readonly Urn[], since: number): Promise<void> {
  if (urns.length === 0) return;
  const rows = [...new Set(urns)].sort();
  await unit.query(
    `insert into assets (tenant_id, urn, kind, name, digest, resolved, first_seen, last_seen)
     select $1, r.urn, r.kind, r.name, r.digest, r.kind <> 'image', $6, $6 from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as r(urn, kind, name, digest)
     on conflict (tenant_id, urn) do nothing`,
    [tenant, rows, rows.map((node) => kindOf(node)), rows.map((node) => nameOf(node, {})), rows.map(digestOf), toDate(since)], { name: 'assets_ensure' },
  );
}

export async function referringTo(unit: Unit, tenant: TenantId, refs: readonly Urn[]): Promise<Urn[]> {
  if (refs.length === 0) return [];
  const rows = await unit.query<{ urn: Urn }>('select distinct urn from asset_refs where tenant_id = $1 and ref = any($2::text[])', [tenant, [...refs]], { name: 'asset_refs_of' });
  return rows.map((row) => row.urn);
}

/** The nodes that these name, of their own kind: what they were renamed to. */
export async function successorsOf(unit: Unit, tenant: TenantId, urns: readonly Urn[]): Promise<Urn[]> {
  if (urns.length === 0) return [];
  const rows = await unit.query<{ ref: Urn }>('select distinct ref from asset_refs where tenant_id = $1 and urn = any($2::text[])', [tenant, [...urns]], { name: 'asset_refs_successors' });
  return rows.map((row) => row.ref);
}

/** Former names of nodes, newest first: whatever was renamed to them, or to what was. */
export async function formerNamesOf(unit: Unit, tenant: TenantId, urns: readonly Urn[]): Promise<Map<Urn, Urn[]>> {
  if (urns.length === 0) return new Map();
  const rows = await unit.query<{ now: Urn; former: Urn }>(
    `with recursive former as (
       select r.ref as now, r.urn as former, 1 as depth from asset_refs r where r.tenant_id = $1 and r.ref = any($2::text[])
       union select f.now, r.urn, f.depth + 1 from former f join asset_refs r on r.tenant_id = $1 and r.ref = f.former where f.depth < 10)
     select now, former from former order by now, depth, former`, [tenant, [...urns]], { name: 'asset_former' },
  );
  const found = new Map<Urn, Urn[]>();
  for (const row of rows) found.set(row.now, [...(found.get(row.now) ?? []), row.former]);
  return found;
}

/** Images whose origin is known are no orphans, also where no registry is connected. */
export async function markResolved(unit: Unit, tenant: TenantId, urns: readonly Urn[]): Promise<void> {
  if (urns.length === 0) return;
  await unit.query('update assets set resolved = true where tenant_id = $1 and urn = any($2::text[]) and not resolved', [tenant, [...urns]], { name: 'assets_resolve' });
}
