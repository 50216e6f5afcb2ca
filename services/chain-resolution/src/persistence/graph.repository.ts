import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/assets.js';
import type { Json } from '../domain/claims.js';
import { PROVENANCE_KINDS } from '../domain/graph.js';
import type { Adjacency, AdjacencyQuery, Graph } from '../domain/graph.js';
import type { Link } from '../domain/links.js';
import { toDate, toDateOrNull, toMs, toMsOrNull } from './keys.js';

export interface LinkRow {
  readonly from_urn: Urn;
  readonly kind: string;
  readonly to_urn: Urn;
  readonly method: string;
  readonly verified: boolean;
  readonly confidence: number;
  readonly evidence: Json;
  readonly valid_from: Date;
  readonly valid_to: Date | null;
}

export const LINK_COLUMNS = 'from_urn, kind, to_urn, method, verified, confidence, evidence, valid_from, valid_to';

export const linkOf = (row: LinkRow): Link => ({
  from: row.from_urn, kind: row.kind, to: row.to_urn, method: row.method, verified: row.verified, confidence: row.confidence,
  evidence: row.evidence, validFrom: toMs(row.valid_from), validTo: toMsOrNull(row.valid_to),
});

/**
 * The stored graph as of a time (null: now), as it is believed now or, with `recordedAt`, as it was believed then. Each
 * call is one statement over an index on one end of the links.
 */
export function postgresGraph(unit: Unit, tenant: TenantId, at: number | null, recordedAt: number | null = null): Graph & { readonly queries: () => number } {
  let queries = 0;
  return {
    queries: () => queries,
    links: (query) => {
      queries += 1;
      return adjacency(unit, tenant, { at, recordedAt }, query);
    },
    assets: async (urns) => {
      if (urns.length === 0) return new Map();
      queries += 1;
      return at === null ? currentAssets(unit, tenant, urns) : pastAssets(unit, tenant, urns, { at, recordedAt });
    },
  };
}

interface Moment {
  readonly at: number | null;
  readonly recordedAt: number | null;
}

async function adjacency(unit: Unit, tenant: TenantId, { at, recordedAt }: Moment, query: AdjacencyQuery): Promise<Adjacency> {
  if (query.nodes.length === 0) return { links: [], cut: [] };
  const limit = query.perNode + 1;
  const parameters: unknown[] = [tenant, [...new Set(query.nodes)], query.kinds ? [...query.kinds] : null, limit];
  if (at !== null) parameters.push(new Date(at).toISOString());
  if (at !== null && query.direction === 'in') parameters.push([...PROVENANCE_KINDS]);
  if (at !== null && recordedAt !== null) parameters.push(new Date(recordedAt).toISOString());
  const time = at === null ? 'now' : recordedAt === null ? 'at' : 'then';
  const rows = await unit.query<LinkRow & { node: Urn }>(statement(query.direction, time), parameters, { name: `links_${query.direction}_${time}` });
  const counts = new Map<Urn, number>();
  const links: Link[] = [];
  for (const row of rows) {
    const count = (counts.get(row.node) ?? 0) + 1;
    counts.set(row.node, count);
    if (count < limit) links.push(linkOf(row));
  }
  return { links, cut: [...counts].filter(([, count]) => count >= limit).map(([node]) => node) };
}

function statement(direction: 'in' | 'out', time: 'now' | 'at' | 'then'): string {
  const end = direction === 'out' ? 'from_urn' : 'to_urn';
  const begun = direction === 'in' ? '(l.valid_from <= $5 or l.kind = any($6::text[]))' : 'l.valid_from <= $5';
  const valid = time === 'now' ? 'l.valid_to is null' : `${begun} and (l.valid_to is null or l.valid_to > $5)`;
  const newest = (recorded: string): string => `(select ${LINK_COLUMNS} from links l
      where l.tenant_id = $1 and l.${end} = n.node and ${recorded} and ${valid}
        and ($3::text[] is null or l.kind = any($3::text[]))
      order by l.valid_from desc limit $4)`;
  const then = direction === 'in' ? '$7' : '$6';
  // two branches, because each has an index of its own
  const found = time === 'then'
    ? `(select * from (${newest(`l.recorded_to is null and l.recorded_from <= ${then}`)} union all ${newest(`l.recorded_to > ${then} and l.recorded_from <= ${then}`)}) b order by valid_from desc limit $4)`
    : newest('l.recorded_to is null');
  return `select n.node, l.* from unnest($2::text[]) as n(node) cross join lateral ${found} l`;
}

interface AssetRow {
  readonly urn: Urn;
  readonly attributes: Json;
  readonly resolved: boolean;
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly retired_at: Date | null;
}

export const assetOf = (row: AssetRow): Asset => ({
  urn: row.urn, attributes: row.attributes, resolved: row.resolved, firstSeen: toMs(row.first_seen), lastSeen: toMs(row.last_seen), retiredAt: toMsOrNull(row.retired_at),
});

async function currentAssets(unit: Unit, tenant: TenantId, urns: readonly Urn[]): Promise<Map<Urn, Asset>> {
  const rows = await unit.query<AssetRow>(
    'select urn, attributes, resolved, first_seen, last_seen, retired_at from assets where tenant_id = $1 and urn = any($2::text[])',
    [tenant, [...new Set(urns)]], { name: 'assets_now' },
  );
  return new Map(rows.map((row) => [row.urn, assetOf(row)]));
}

/** Attributes as they were; before the first observation the first ones stand in, as facts arrive after the thing. */
async function pastAssets(unit: Unit, tenant: TenantId, urns: readonly Urn[], { at, recordedAt }: { at: number; recordedAt: number | null }): Promise<Map<Urn, Asset>> {
  const rows = await unit.query<AssetRow & { retired: boolean | null }>(
    `select a.urn, coalesce(v.attributes, a.attributes) as attributes, a.resolved, a.first_seen, a.last_seen,
            case when coalesce(v.retired, false) then $3::timestamptz end as retired_at
     from assets a left join lateral (
       select attributes, retired from asset_versions v where v.tenant_id = $1 and v.urn = a.urn and ($4::timestamptz is null or v.recorded_at <= $4)
       order by (v.valid_from <= $3) desc, case when v.valid_from <= $3 then v.valid_from end desc nulls last, v.valid_from limit 1) v on true
     where a.tenant_id = $1 and a.urn = any($2::text[])`,
    [tenant, [...new Set(urns)], toDate(at), toDateOrNull(recordedAt)], { name: 'assets_at' },
  );
  return new Map(rows.map((row) => [row.urn, assetOf(row)]));
}
