import type { ClickHouse } from '@throughline/clickhouse';
import type { TenantId } from '@throughline/domain';
import type { FunnelCell } from '../domain/funnel.js';

/** What a measure is asked of: one tenant always, narrowed by names, now or as of a past time. */
export interface MeasureFilter {
  readonly tenantId: TenantId;
  readonly application?: string | undefined;
  readonly service?: string | undefined;
  readonly repository?: string | undefined;
  readonly team?: string | undefined;
  readonly environment?: string | undefined;
  readonly at?: string | undefined;
}

const LIVE = "status in ('open', 'reopened', 'awaiting-verification') and decision = ''";
const NAMES = ['application', 'service', 'repository', 'team', 'environment'] as const;

/** Live findings of the default view by their three-valued facts and band. */
export async function funnelCells(clickhouse: ClickHouse, filter: MeasureFilter): Promise<readonly FunnelCell[]> {
  const source = filter.at === undefined
    ? 'select * from risk_current final where tenant_id = {tenantId:UUID}'
    : `select * from risk_versions final where tenant_id = {tenantId:UUID} and changed_at <= parseDateTime64BestEffort({at:String}, 3, 'UTC')
       order by finding_id, version desc limit 1 by finding_id`;
  return clickhouse.query<FunnelCell>(
    `select deployed, exposed, reachable, band, toUInt32(count()) as findings from (${source}) where ${LIVE}${conditions(filter, NAMES)} group by deployed, exposed, reachable, band`,
    parameters(filter));
}

/** Results that the last scan of each scope showed, on default lines. */
export async function rawResults(clickhouse: ClickHouse, filter: MeasureFilter): Promise<number> {
  const until = filter.at === undefined ? '' : "and completed_at <= parseDateTime64BestEffort({at:String}, 3, 'UTC')";
  const [row] = await clickhouse.query<{ raw: number }>(
    `select toUInt32(sum(observed)) as raw from (
       select observed from scans final where tenant_id = {tenantId:UUID} and default_line and status != 'rejected' ${until}${conditions(filter, ['application', 'service'])}
       order by scope, sequence desc limit 1 by scope)`,
    parameters(filter));
  return row?.raw ?? 0;
}

/** When the newest row of the tenant was written, so that a number never appears without its age. */
export async function freshness(clickhouse: ClickHouse, tenantId: TenantId): Promise<string | null> {
  const [row] = await clickhouse.query<{ at: string; rows: number }>(`select formatDateTime(max(changed_at), '%Y-%m-%dT%H:%i:%SZ', 'UTC') as at, toUInt32(count()) as rows from risk_current where tenant_id = {tenantId:UUID}`, { tenantId });
  return row && row.rows > 0 ? row.at : null;
}

function conditions(filter: MeasureFilter, names: readonly (typeof NAMES)[number][]): string {
  return names.filter((name) => filter[name] !== undefined).map((name) => ` and ${name} = {${name}:String}`).join('');
}

function parameters(filter: MeasureFilter): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
