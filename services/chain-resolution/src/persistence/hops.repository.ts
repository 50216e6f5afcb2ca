import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { HopCount } from '../domain/coverage.js';
import type { Hop, HopState } from '../domain/hops.js';

/** Replaces the states of some hops of some assets; those that did not change are not written. */
export async function saveHops(unit: Unit, tenant: TenantId, judged: { readonly hops: readonly Hop[]; readonly assets: readonly Urn[] }, states: readonly HopState[]): Promise<void> {
  if (judged.assets.length === 0) return;
  const rows = [...new Map(states.map((state) => [`${state.hop}|${state.asset}`, state])).values()].sort((a, b) => (`${a.hop}|${a.asset}` < `${b.hop}|${b.asset}` ? -1 : 1));
  const [hops, assets] = [rows.map((row) => row.hop), rows.map((row) => row.asset)];
  await unit.query(
    `delete from hop_states where tenant_id = $1 and hop = any($2::text[]) and asset = any($3::text[])
       and (hop, asset) not in (select * from unnest($4::text[], $5::text[]))`,
    [tenant, [...judged.hops], [...new Set(judged.assets)], hops, assets], { name: 'hops_clear' },
  );
  if (rows.length === 0) return;
  await unit.query(
    `insert into hop_states as h (tenant_id, hop, asset, method, verified, reason)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[])
     on conflict (tenant_id, hop, asset) do update set method = excluded.method, verified = excluded.verified, reason = excluded.reason
     where (h.method, h.verified, h.reason) is distinct from (excluded.method, excluded.verified, excluded.reason)`,
    [tenant, hops, assets, rows.map((row) => row.method), rows.map((row) => row.verified), rows.map((row) => row.reason)], { name: 'hops_save' },
  );
}

export async function countHops(unit: Unit, tenant: TenantId): Promise<readonly HopCount[]> {
  return unit.query<HopCount>('select hop, method, verified, count(*)::int as count from hop_states where tenant_id = $1 group by hop, method, verified', [tenant], { name: 'hops_count' });
}

/** A page of the assets that miss a hop, in the order of their URNs. */
export async function listMissing(unit: Unit, tenant: TenantId, hop: Hop, after: string, limit: number): Promise<readonly { readonly asset: Urn; readonly reason: string }[]> {
  return unit.query<{ asset: Urn; reason: string }>(
    `select asset, reason from hop_states where tenant_id = $1 and hop = $2 and asset > $3 and method = '' order by asset limit $4`, [tenant, hop, after, limit], { name: 'hops_missing' },
  );
}
