import type { Unit } from '@throughline/persistence';
import type { IdentityKey } from '../domain/identity/index.js';

export async function knownTenants(unit: Unit): Promise<readonly string[]> {
  return (await unit.query<{ id: string }>('select id from known_tenant order by id')).map((row) => row.id);
}

/** A tenant's findings follow what changes from now on: those it has by then were decided with what there is. */
export async function followAliases(unit: Unit, tenant: string): Promise<void> {
  await unit.query(
    `with known as (insert into known_tenant (id) values ($1) on conflict do nothing)
     insert into alias_cursor (tenant_id, changed_seq) select $1, coalesce(max(changed_seq), 0) from advisory_set on conflict do nothing`, [tenant],
  );
}

/** A page of changed ids, and the asset up to which their findings follow already. */
export interface AliasPage {
  readonly ids: readonly string[];
  readonly upto: string;
  readonly afterAsset: string | null;
}

/** The page that is being worked off, else the next one; undefined when there is none. Locked until the unit ends. */
export async function nextPage(unit: Unit, tenant: string, limit: number): Promise<AliasPage | undefined> {
  const [cursor] = await unit.query<{ changed_seq: string; upto_seq: string | null; after_asset: string | null }>(
    'select changed_seq, upto_seq, after_asset from alias_cursor where tenant_id = $1 for update', [tenant],
  );
  const rows = await unit.query<{ advisory: string; changed_seq: string }>(
    `select advisory, changed_seq from advisory_set where changed_seq > $1::bigint and ($2::bigint is null or changed_seq <= $2::bigint) order by changed_seq limit $3`,
    [cursor?.changed_seq ?? '0', cursor?.upto_seq ?? null, limit], { name: 'dedup_changed_aliases' },
  );
  const upto = rows.at(-1)?.changed_seq ?? cursor?.upto_seq;
  return upto === undefined || upto === null ? undefined : { ids: rows.map((row) => row.advisory), upto, afterAsset: cursor?.after_asset ?? null };
}

/** The page goes on after an asset, or is done. */
export async function movePage(unit: Unit, tenant: string, upto: string, afterAsset: string | null): Promise<void> {
  await unit.query(
    `insert into alias_cursor as c (tenant_id, changed_seq, upto_seq, after_asset) values ($1, case when $3::uuid is null then $2::bigint else 0 end, case when $3::uuid is not null then $2::bigint end, $3::uuid)
     on conflict (tenant_id) do update set changed_seq = case when $3::uuid is null then $2::bigint else c.changed_seq end, upto_seq = excluded.upto_seq, after_asset = excluded.after_asset`,
    [tenant, upto, afterAsset],
  );
}

/** Assets of the tenant with findings that are known by one of these ids, in order. */
export async function assetsKnownBy(unit: Unit, tenant: string, ids: readonly string[], after: string | null, limit: number): Promise<readonly { readonly assetId: string; readonly urn: string }[]> {
  return unit.query<{ assetId: string; urn: string }>(
    `select f.asset_id as "assetId", (select min(a.urn) from asset a where a.asset_id = f.asset_id) as urn
     from identity_key k join finding f on f.finding_id = k.finding_id
     where k.tenant_id = $1 and k.subject = any($2::text[]) and ($3::uuid is null or f.asset_id > $3::uuid) group by f.asset_id order by f.asset_id limit $4`,
    [tenant, ids, after, limit], { name: 'dedup_assets_known_by' },
  );
}

/** Findings of these assets that are known by one of these ids. */
export async function findingsKnownBy(unit: Unit, tenant: string, ids: readonly string[], assetIds: readonly string[]): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select distinct k.finding_id from identity_key k join finding f on f.finding_id = k.finding_id
     where k.tenant_id = $1 and k.subject = any($2::text[]) and f.asset_id = any($3::uuid[]) order by k.finding_id`,
    [tenant, ids, assetIds], { name: 'dedup_findings_known_by' },
  );
  return rows.map((row) => row.finding_id);
}

/** How many findings of a tenant are known by one of these ids. */
export async function countKnownBy(unit: Unit, tenant: string, ids: readonly string[]): Promise<number> {
  const [row] = await unit.query<{ n: number }>(
    'select count(distinct finding_id)::int as n from identity_key where tenant_id = $1 and subject = any($2::text[])', [tenant, ids], { name: 'dedup_count_known_by' },
  );
  return row?.n ?? 0;
}

/** A tenant's findings in packages, a page at a time. */
export async function packageFindingsOf(unit: Unit, tenant: string, after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select finding_id from finding where tenant_id = $1 and class in ('sca', 'container') and ($2 = '' or finding_id > nullif($2, '')::uuid) order by finding_id limit $3`,
    [tenant, after, limit],
  );
  return rows.map((row) => row.finding_id);
}

/** Notes what keys are made of, where nothing is noted yet. */
export async function nameKeys(unit: Unit, tenant: string, keys: readonly Pick<IdentityKey, 'key' | 'subject'>[]): Promise<void> {
  const named = [...new Map(keys.filter((one) => one.subject !== undefined).map((one) => [one.key, one])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (named.length === 0) return;
  await unit.query(
    `update identity_key k set subject = n.subject from unnest($2::uuid[], $3::text[]) as n(key, subject) where k.tenant_id = $1 and k.key = n.key and k.subject is null`,
    [tenant, named.map((one) => one.key), named.map((one) => one.subject)],
  );
}

/** From now on a tenant's findings follow all that feeds ever said. */
export async function rewind(unit: Unit, tenant: string): Promise<void> {
  await unit.query('update alias_cursor set changed_seq = 0, upto_seq = null, after_asset = null where tenant_id = $1', [tenant]);
}
