import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/assets.js';
import { digestOf } from '../domain/structure.js';
import { assetOf } from './graph.repository.js';

export async function findByDigest(unit: Unit, tenant: TenantId, digest: string): Promise<Urn[]> {
  const rows = await unit.query<{ urn: Urn }>('select urn from assets where tenant_id = $1 and digest = $2 order by urn limit 20', [tenant, digest], { name: 'assets_digest' });
  return rows.map((row) => row.urn);
}

export interface AssetFilter {
  readonly kind?: string | undefined;
  readonly q?: string | undefined;
  readonly unresolved?: boolean | undefined;
}

/** A page of nodes in the order of their URNs. */
export async function listAssets(unit: Unit, tenant: TenantId, filter: AssetFilter, after: string, limit: number): Promise<Asset[]> {
  const rows = await unit.query<Parameters<typeof assetOf>[0]>(
    `select urn, attributes, resolved, first_seen, last_seen, retired_at from assets
     where tenant_id = $1 and urn > $2 and ($3::text is null or kind = $3) and ($4::text is null or strpos(lower(name), $4) > 0 or strpos(lower(urn), $4) > 0)
       and ($5::boolean is null or resolved <> $5) order by urn limit $6`,
    [tenant, after, filter.kind ?? null, filter.q?.toLowerCase() ?? null, filter.unresolved ?? null, limit], { name: 'assets_list' },
  );
  return rows.map(assetOf);
}

/** Groups of images with one digest that the given ones are among. */
export async function findSameDigest(unit: Unit, tenant: TenantId, images: readonly Urn[]): Promise<Urn[][]> {
  const digests = [...new Set(images.map(digestOf).filter((digest) => digest !== ''))];
  if (digests.length === 0) return [];
  const rows = await unit.query<{ urns: Urn[] }>(
    'select array_agg(urn order by urn) as urns from assets where tenant_id = $1 and digest = any($2::text[]) group by digest having count(*) > 1', [tenant, digests], { name: 'assets_same_digest' },
  );
  return rows.map((row) => row.urns);
}
