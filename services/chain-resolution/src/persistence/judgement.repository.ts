import { parseUrn } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { canonicalJson } from '../domain/canonical.js';
import { membersOf } from '../domain/context.js';
import type { Context, LineagePair } from '../domain/context.js';
import type { ServiceState } from '../domain/service-state.js';

export interface ImageOrigin {
  readonly image: Urn;
  readonly imageName: Urn;
  readonly repository: Urn | '';
  readonly subPath: Urn | '';
  readonly commit: Urn | '';
}

interface OriginRow {
  readonly image: Urn;
  readonly image_name: Urn;
  readonly repository: Urn | '';
  readonly sub_path: Urn | '';
  readonly commit_urn: Urn | '';
}

export async function loadOrigins(unit: Unit, tenant: TenantId, images: readonly Urn[]): Promise<Map<Urn, ImageOrigin>> {
  if (images.length === 0) return new Map();
  const rows = await unit.query<OriginRow>('select image, image_name, repository, sub_path, commit_urn from image_origins where tenant_id = $1 and image = any($2::text[])', [tenant, [...images]], { name: 'origins' });
  return new Map(rows.map((row) => [row.image, { image: row.image, imageName: row.image_name, repository: row.repository, subPath: row.sub_path, commit: row.commit_urn }]));
}

export async function saveOrigins(unit: Unit, tenant: TenantId, origins: readonly ImageOrigin[]): Promise<void> {
  if (origins.length === 0) return;
  await unit.query(
    `insert into image_origins (tenant_id, image, image_name, repository, sub_path, commit_urn) select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     on conflict (tenant_id, image) do update set image_name = excluded.image_name, repository = excluded.repository, sub_path = excluded.sub_path, commit_urn = excluded.commit_urn`,
    [tenant, origins.map((o) => o.image), origins.map((o) => o.imageName), origins.map((o) => o.repository), origins.map((o) => o.subPath), origins.map((o) => o.commit)], { name: 'origins_save' },
  );
}

/** Pairs of image name and repository that concern any of the given assets. */
export async function loadPairs(unit: Unit, tenant: TenantId, assets: readonly Urn[]): Promise<LineagePair[]> {
  if (assets.length === 0) return [];
  const whole = [...new Set(assets.map((asset) => asset.split('#')[0] as string))];
  const rows = await unit.query<{ image_name: Urn; repository: Urn; sub_path: Urn | '' }>(
    `select image_name, repository, sub_path from image_origins where tenant_id = $1 and repository <> '' and repository = any($2::text[])
     union select image_name, repository, sub_path from image_origins where tenant_id = $1 and repository <> '' and image_name = any($2::text[])`,
    [tenant, whole], { name: 'pairs' },
  );
  return rows.map((row) => ({ imageName: row.image_name, repository: row.repository, subPath: row.sub_path }));
}

export async function loadStates(unit: Unit, tenant: TenantId, services: readonly Urn[]): Promise<Map<Urn, ServiceState>> {
  if (services.length === 0) return new Map();
  const rows = await unit.query<{ service: Urn; body: ServiceState }>('select service, body from service_states where tenant_id = $1 and service = any($2::text[])', [tenant, [...services]], { name: 'states' });
  return new Map(rows.map((row) => [row.service, row.body]));
}

/** States of the services that say something about an asset, by asset. */
export async function loadStatesOf(unit: Unit, tenant: TenantId, assets: readonly Urn[]): Promise<Map<Urn, ServiceState[]>> {
  const found = new Map<Urn, ServiceState[]>();
  if (assets.length === 0) return found;
  const rows = await unit.query<{ member: Urn; body: ServiceState }>(
    `select m.member, s.body from service_members m join service_states s on s.tenant_id = m.tenant_id and s.service = m.service
     where m.tenant_id = $1 and m.member = any($2::text[]) order by m.member, m.service`, [tenant, [...assets]], { name: 'states_of' },
  );
  for (const row of rows) found.set(row.member, [...(found.get(row.member) ?? []), row.body]);
  return found;
}

export async function loadServicesOf(unit: Unit, tenant: TenantId, members: readonly Urn[]): Promise<Urn[]> {
  if (members.length === 0) return [];
  const rows = await unit.query<{ service: Urn }>('select distinct service from service_members where tenant_id = $1 and member = any($2::text[])', [tenant, [...members]], { name: 'services_of' });
  return rows.map((row) => row.service);
}

/** Writes the states that differ from the stored ones; returns the lasting assets that they concern, before or after. */
export async function saveStates(unit: Unit, tenant: TenantId, states: readonly ServiceState[]): Promise<Urn[]> {
  const stored = await loadStates(unit, tenant, states.map((state) => state.service));
  const changed = states.filter((state) => canonicalJson(state) !== canonicalJson(stored.get(state.service)));
  if (changed.length === 0) return [];
  const services = changed.map((state) => state.service);
  const before = await unit.query<{ member: Urn }>('delete from service_members where tenant_id = $1 and service = any($2::text[]) returning member', [tenant, services], { name: 'members_clear' });
  const pairs = changed.flatMap((state) => membersOf(state).map((member) => [state.service, member] as const));
  await unit.query('insert into service_members (tenant_id, service, member) select $1, * from unnest($2::text[], $3::text[])', [tenant, pairs.map(([s]) => s), pairs.map(([, m]) => m)], { name: 'members_save' });
  await unit.query(
    `insert into service_states (tenant_id, service, body) select $1, * from unnest($2::text[], $3::jsonb[])
     on conflict (tenant_id, service) do update set body = excluded.body`, [tenant, services, changed.map((state) => JSON.stringify(state))], { name: 'states_save' },
  );
  return [...new Set([...before.map((row) => row.member), ...pairs.map(([, member]) => member)])];
}

export interface StoredContext {
  readonly version: number;
  readonly body: Context;
}

/** What contexts of older commits do not hold: without it every one of them would differ, and be told. */
const SINCE_ADDED: Pick<Context, 'formerly' | 'decommissionedAt'> = { formerly: [], decommissionedAt: '' };

export async function loadContexts(unit: Unit, tenant: TenantId, assets: readonly Urn[]): Promise<Map<Urn, StoredContext>> {
  if (assets.length === 0) return new Map();
  const rows = await unit.query<{ asset: Urn; version: string; body: Context }>('select asset, version, body from contexts where tenant_id = $1 and asset = any($2::text[])', [tenant, [...assets]], { name: 'contexts' });
  return new Map(rows.map((row) => [row.asset, { version: Number(row.version), body: { ...SINCE_ADDED, ...row.body } }]));
}

export async function saveContexts(unit: Unit, tenant: TenantId, contexts: readonly StoredContext[], now: Date): Promise<void> {
  if (contexts.length === 0) return;
  await unit.query(
    `insert into contexts (tenant_id, asset, kind, version, body, changed_at) select $1, r.*, $6::timestamptz from unnest($2::text[], $3::text[], $4::bigint[], $5::jsonb[]) r
     on conflict (tenant_id, asset) do update set version = excluded.version, body = excluded.body, changed_at = excluded.changed_at`,
    [tenant, contexts.map((c) => c.body.asset), contexts.map((c) => c.body.kind), contexts.map((c) => c.version), contexts.map((c) => JSON.stringify(c.body)), now.toISOString()], { name: 'contexts_save' },
  );
}

export type Stage = 'image' | 'service' | 'asset';

export async function addPending(unit: Unit, tenant: TenantId, stage: Stage, urns: readonly Urn[]): Promise<void> {
  if (urns.length === 0) return;
  await unit.query('insert into pending (tenant_id, stage, urn) select $1, $2, u from unnest($3::text[]) u on conflict do nothing', [tenant, stage, [...new Set(urns)].sort()], { name: 'pending_add' });
}

/** Everything that is judged, after a change of the model that may concern all of it. */
export async function addAllPending(unit: Unit, tenant: TenantId): Promise<void> {
  await unit.query(`insert into pending (tenant_id, stage, urn) select tenant_id, 'service', service from service_states where tenant_id = $1
    union select tenant_id, 'asset', asset from contexts where tenant_id = $1 on conflict do nothing`, [tenant], { name: 'pending_all' });
}

export async function takePending(unit: Unit, tenant: TenantId, stage: Stage, limit: number): Promise<Urn[]> {
  const rows = await unit.query<{ urn: Urn }>(
    `delete from pending where (tenant_id, stage, urn) in (select tenant_id, stage, urn from pending where tenant_id = $1 and stage = $2 order by urn limit $3) returning urn`,
    [tenant, stage, limit], { name: 'pending_take' },
  );
  return rows.flatMap((row) => parseUrn(row.urn) ?? []);
}

/** Image names and sub-paths that take owners and applications from repositories. */
export async function loadDependents(unit: Unit, tenant: TenantId, repositories: readonly Urn[]): Promise<Urn[]> {
  if (repositories.length === 0) return [];
  const rows = await unit.query<{ asset: Urn }>(
    `select distinct image_name as asset from image_origins where tenant_id = $1 and repository = any($2::text[])
     union select asset from contexts where tenant_id = $1 and kind = 'repository' and split_part(asset, '#', 1) = any($2::text[])`,
    [tenant, repositories.map((node) => node.split('#')[0] as string)], { name: 'dependents' },
  );
  return rows.map((row) => row.asset);
}
