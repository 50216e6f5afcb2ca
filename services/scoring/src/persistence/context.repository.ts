import type { Unit } from '@throughline/stream';
import type { ChainChanged } from '@throughline/contracts';
import { jsonText } from './sql-arrays.js';

export const contextKey = (tenantId: string, asset: string): string => `${tenantId}|${asset}`;

/** Contexts of assets by contextKey; an asset that the chain says nothing of is absent. */
export async function loadContexts(unit: Unit, keys: readonly { readonly tenantId: string; readonly asset: string }[]): Promise<ReadonlyMap<string, ChainChanged>> {
  const distinct = [...new Map(keys.map((key) => [contextKey(key.tenantId, key.asset), key])).values()];
  const rows = await unit.query<{ tenant_id: string; asset: string; context: ChainChanged }>(
    `select c.tenant_id, c.asset, c.context from chain_contexts c
     join unnest($1::uuid[], $2::text[]) as k (tenant_id, asset) using (tenant_id, asset)`,
    [distinct.map((key) => key.tenantId), distinct.map((key) => key.asset)], { name: 'scoring_load_contexts' },
  );
  return new Map(rows.map((row) => [contextKey(row.tenant_id, row.asset), row.context]));
}

/** Stores the newer ones; returns those whose asset has findings and which a re-join must visit. */
export async function saveContexts(unit: Unit, contexts: readonly ChainChanged[]): Promise<readonly { readonly tenantId: string; readonly asset: string }[]> {
  const sorted = [...contexts].sort((a, b) => (a.asset < b.asset ? -1 : 1));
  const rows = await unit.query<{ tenant_id: string; asset: string }>(
    `with saved as (
       insert into chain_contexts as c (tenant_id, asset, version, context, changed_at)
       select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::json[], $5::timestamptz[])
       on conflict (tenant_id, asset) do update
       set version = excluded.version, context = excluded.context, changed_at = excluded.changed_at
       where c.version < excluded.version
       returning c.tenant_id, c.asset
     )
     select s.tenant_id, s.asset from saved s
     where exists (select from findings f where f.tenant_id = s.tenant_id and f.asset = s.asset)`,
    [
      sorted.map((context) => context.tenantId), sorted.map((context) => context.asset), sorted.map((context) => context.version),
      sorted.map((context) => jsonText(context)), sorted.map((context) => context.changedAt),
    ],
    { name: 'scoring_save_contexts' },
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, asset: row.asset }));
}
