import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

/** How many lasting assets of a kind there are, and how many of them miss a hop. */
export interface GapCounts {
  readonly totals: ReadonlyMap<string, number>;
  /** By `kind|hop`. */
  readonly missing: ReadonlyMap<string, number>;
}

export async function loadGapCounts(unit: Unit, tenant: TenantId): Promise<GapCounts> {
  const rows = await unit.query<{ kind: string; hop: string | null; count: number }>(
    `select kind, null as hop, count(*)::int as count from contexts where tenant_id = $1 group by kind
     union all select kind, hop, count(*)::int from (
       select distinct asset, kind, split_part(gap, ':', 1) as hop from contexts, jsonb_array_elements_text(body->'gaps') gap where tenant_id = $1) one group by kind, hop`,
    [tenant], { name: 'gap_counts' },
  );
  return {
    totals: new Map(rows.filter((row) => row.hop === null).map((row) => [row.kind, row.count])),
    missing: new Map(rows.filter((row) => row.hop !== null).map((row) => [`${row.kind}|${row.hop}`, row.count])),
  };
}

/** Share of the assets of the node's kind (images count by their name, builds and commits by their repository) that miss the hop. */
export function shareOf(counts: GapCounts, hop: string, node: Urn): number {
  const kind = { image: 'image-name', build: 'repository', commit: 'repository' }[kindOf(node) as string] ?? kindOf(node);
  const total = counts.totals.get(kind) ?? 0;
  return total === 0 ? 0 : Math.round(((counts.missing.get(`${kind}|${hop}`) ?? 0) / total) * 1000) / 1000;
}
