import { kindOf } from '@throughline/domain';
import type { Exposure, TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { referencesOf } from '../domain/assets.js';
import type { Json } from '../domain/claims.js';
import type { AssetVersion, ExposureHistory, ExposurePeriod } from '../domain/exposure-timeline.js';
import type { Link } from '../domain/links.js';
import { leadsOutwards } from '../domain/ways.js';
import { LINK_COLUMNS, linkOf } from './graph.repository.js';
import type { LinkRow } from './graph.repository.js';
import { toDate, toDateOrNull, toMs, toMsOrNull } from './keys.js';

const MAX_HOPS = 8;
const PER_NODE = 500;

/** Everything that is believed of the ways outwards from services, over all valid time: one query a level, two for the nodes. */
export async function loadExposureHistory(unit: Unit, tenant: TenantId, services: readonly Urn[]): Promise<ExposureHistory> {
  const members = (await linksOf(unit, tenant, services, 'in', ['member-of'])).filter((link) => kindOf(link.from) === 'service');
  const links: Link[] = [...members];
  const seen = new Set<Urn>([...services, ...members.map((link) => link.from)]);
  let frontier = [...seen];
  for (let hop = 0; hop < MAX_HOPS && frontier.length > 0; hop += 1) {
    const found = (await linksOf(unit, tenant, frontier, 'out', ['routes-to', 'part-of', 'listens-on', 'resolves-to'])).filter(leadsOutwards);
    links.push(...found);
    frontier = [...new Set(found.map((link) => link.to))].filter((node) => !seen.has(node));
    for (const node of frontier) seen.add(node);
  }
  const versions = await loadVersions(unit, tenant, [...seen]);
  const refs = new Set([...versions].flatMap(([node, own]) => own.flatMap((version) => referencesOf(node, version.attributes))).filter((node) => !versions.has(node)));
  return { links, versions: new Map([...versions, ...await loadVersions(unit, tenant, [...refs])]) };
}

/** Links of all valid times from images to services, through tasks and task definitions: two queries. */
export async function loadRunning(unit: Unit, tenant: TenantId, images: readonly Urn[]): Promise<{ readonly outer: readonly Link[]; readonly inner: readonly Link[] }> {
  const outer = await linksOf(unit, tenant, images, 'out', ['runs-as']);
  const middles = [...new Set(outer.map((link) => link.to))].filter((node) => kindOf(node) !== 'service');
  return { outer, inner: middles.length ? await linksOf(unit, tenant, middles, 'out', ['runs-as', 'part-of']) : [] };
}

async function linksOf(unit: Unit, tenant: TenantId, nodes: readonly Urn[], direction: 'in' | 'out', kinds: readonly string[]): Promise<Link[]> {
  const rows = await unit.query<LinkRow>(
    `select l.* from unnest($2::text[]) as n(node) cross join lateral (
       select ${LINK_COLUMNS} from links l where l.tenant_id = $1 and l.${direction === 'out' ? 'from_urn' : 'to_urn'} = n.node and l.recorded_to is null and l.kind = any($3::text[])
       order by l.valid_from desc limit ${PER_NODE}) l`, [tenant, [...nodes], [...kinds]], { name: `links_ever_${direction}` },
  );
  return rows.map(linkOf);
}

async function loadVersions(unit: Unit, tenant: TenantId, nodes: readonly Urn[]): Promise<Map<Urn, AssetVersion[]>> {
  if (nodes.length === 0) return new Map();
  const rows = await unit.query<{ urn: Urn; valid_from: Date; attributes: Json; retired: boolean }>(
    `select v.* from unnest($2::text[]) as n(node) cross join lateral (
       select urn, valid_from, attributes, retired from asset_versions v where v.tenant_id = $1 and v.urn = n.node order by valid_from desc limit ${PER_NODE}) v order by v.urn, v.valid_from`,
    [tenant, [...nodes]], { name: 'versions_ever' },
  );
  const versions = rows.map((row) => ({ urn: row.urn, version: { from: toMs(row.valid_from), attributes: row.attributes, retired: row.retired } }));
  return new Map([...Map.groupBy(versions, (item) => item.urn)].map(([urn, own]) => [urn, own.map((item) => item.version)]));
}

/** Replaces the periods of services by those that hold now; equal ones are left as they are. */
export async function saveExposurePeriods(unit: Unit, tenant: TenantId, services: readonly Urn[], periods: readonly ExposurePeriod[]): Promise<void> {
  if (services.length === 0) return;
  const rows = [...periods].sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : a.from - b.from));
  const values = [rows.map((row) => row.service), rows.map((row) => row.exposure), rows.map((row) => toDate(row.from)), rows.map((row) => toDateOrNull(row.to))];
  await unit.query(
    `delete from exposure_periods where tenant_id = $1 and service = any($2::text[]) and (service, valid_from) not in (select * from unnest($3::text[], $4::timestamptz[]))`,
    [tenant, [...services], values[0], values[2]], { name: 'periods_clear' },
  );
  await unit.query(
    `insert into exposure_periods as p (tenant_id, service, exposure, valid_from, valid_to) select $1, * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
     on conflict (tenant_id, service, valid_from) do update set exposure = excluded.exposure, valid_to = excluded.valid_to
     where (p.exposure, p.valid_to) is distinct from (excluded.exposure, excluded.valid_to)`, [tenant, ...values], { name: 'periods_save' },
  );
}

interface PeriodRow {
  readonly service: Urn;
  readonly exposure: Exposure;
  readonly valid_from: Date;
  readonly valid_to: Date | null;
}

/** Periods of services, oldest first. */
export async function loadExposurePeriods(unit: Unit, tenant: TenantId, services: readonly Urn[]): Promise<ExposurePeriod[]> {
  const rows = await unit.query<PeriodRow>(
    'select service, exposure, valid_from, valid_to from exposure_periods where tenant_id = $1 and service = any($2::text[]) order by service, valid_from', [tenant, [...services]], { name: 'periods' },
  );
  return rows.map((row) => ({ service: row.service, exposure: row.exposure, from: toMs(row.valid_from), to: toMsOrNull(row.valid_to) }));
}
