import type { Cursor, PullGap } from '@throughline/connectors/api';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface ConnectorRow {
  readonly tenant_id: TenantId;
  readonly connector_id: string;
  readonly kind: string;
  readonly version: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Buffer | null;
  /** Names of the secrets that are there; null: saved by a version that did not say. */
  readonly secret_names: readonly string[] | null;
  /** What the last whole pull left for the next one. */
  readonly cursor: PullRemains | null;
  readonly last_success: Date | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly ConnectorError[];
  readonly gaps: readonly PullGap[];
  readonly updated_by: string;
  readonly updated_at: Date;
}

export interface PullRemains { readonly cursor: Cursor; readonly memory: Cursor }

export interface ConnectorError { readonly at: string; readonly code: string; readonly message: string }

/** Errors that are kept beside a connector, newest first. */
const KEPT_ERRORS = 20;

const COLUMNS = 'tenant_id, connector_id, kind, version, config, secrets, secret_names, cursor, last_success, counts, errors, gaps, updated_by, updated_at';

/** Tenant and kind of a connector, before the tenant is known. */
export async function findOwner(unit: Unit, connectorId: string): Promise<{ readonly tenant_id: TenantId; readonly kind: string } | undefined> {
  return (await unit.query<{ tenant_id: TenantId; kind: string }>('select tenant_id, kind from connector_directory where connector_id = $1', [connectorId]))[0];
}

export async function findConnector(unit: Unit, tenantId: TenantId, connectorId: string): Promise<ConnectorRow | undefined> {
  return (await unit.query<ConnectorRow>(`select ${COLUMNS} from connectors where tenant_id = $1 and connector_id = $2`, [tenantId, connectorId]))[0];
}

/** As findConnector, and nobody saves it until the unit ends. */
export async function lockConnector(unit: Unit, tenantId: TenantId, connectorId: string): Promise<ConnectorRow | undefined> {
  return (await unit.query<ConnectorRow>(`select ${COLUMNS} from connectors where tenant_id = $1 and connector_id = $2 for update`, [tenantId, connectorId]))[0];
}

export function listConnectors(unit: Unit, tenantId: TenantId, after: string, limit: number): Promise<readonly ConnectorRow[]> {
  return unit.query<ConnectorRow>(`select ${COLUMNS} from connectors where tenant_id = $1 and connector_id > $2 order by connector_id limit $3`, [tenantId, after, limit + 1]);
}

export interface ConnectorDefinition {
  readonly tenantId: TenantId;
  readonly connectorId: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Sealed, all of them. */
  readonly secrets: Buffer | null;
  readonly secretNames: readonly string[];
  readonly actor: string;
  readonly now: Date;
}

/** Claims the id for the tenant and kind; false when it belongs to another tenant or stands for another kind. */
export async function claimConnectorId(unit: Unit, { connectorId, tenantId, kind }: ConnectorDefinition): Promise<boolean> {
  await unit.query('insert into connector_directory (connector_id, tenant_id, kind) values ($1, $2, $3) on conflict do nothing', [connectorId, tenantId, kind]);
  const owner = await findOwner(unit, connectorId);
  return owner?.tenant_id === tenantId && owner.kind === kind;
}

export async function saveConnector(unit: Unit, definition: ConnectorDefinition): Promise<void> {
  const { tenantId, connectorId, kind, config, secrets, secretNames, actor, now } = definition;
  await unit.query(
    `insert into connectors as c (tenant_id, connector_id, kind, version, config, secrets, secret_names, updated_by, updated_at) values ($1, $2, $3, 1, $4, $5, $6, $7, $8)
     on conflict (tenant_id, connector_id) do update set kind = excluded.kind, version = c.version + 1, config = excluded.config,
       secrets = excluded.secrets, secret_names = excluded.secret_names, cursor = null, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    [tenantId, connectorId, kind, JSON.stringify(config), secrets, [...secretNames], actor, now],
  );
}

/** True when it was there. */
export async function deleteConnector(unit: Unit, tenantId: TenantId, connectorId: string): Promise<boolean> {
  const rows = await unit.query('delete from connectors where tenant_id = $1 and connector_id = $2 returning 1', [tenantId, connectorId]);
  if (rows.length > 0) await unit.query('delete from connector_directory where connector_id = $1 and tenant_id = $2', [connectorId, tenantId]);
  return rows.length > 0;
}

/** Adds to the counts of a connector and notes the success; without a time only the counts (a page that is not the last). */
export async function noteSuccess(unit: Unit, tenantId: TenantId, connectorId: string, counts: Readonly<Record<string, number>>, now: Date | null): Promise<void> {
  await unit.query(
    `update connectors set last_success = coalesce($3, last_success), counts = (
       select coalesce(jsonb_object_agg(key, sum), '{}') from (
         select key, sum(value::text::numeric) from (
           select * from jsonb_each(connectors.counts) union all select * from jsonb_each($4::jsonb)) as entries group by key) as sums)
     where tenant_id = $1 and connector_id = $2`,
    [tenantId, connectorId, now, JSON.stringify(counts)],
  );
}

export async function noteError(unit: Unit, tenantId: TenantId, connectorId: string, error: ConnectorError): Promise<void> {
  await unit.query(
    `update connectors set errors = (select coalesce(jsonb_agg(e), '[]') from (
       select e from jsonb_array_elements(jsonb_build_array($3::jsonb) || connectors.errors) as e limit ${KEPT_ERRORS}) as kept)
     where tenant_id = $1 and connector_id = $2`,
    [tenantId, connectorId, JSON.stringify(error)],
  );
}

/** What the next whole pull begins with; null: with nothing, like the first. */
export async function saveRemains(unit: Unit, tenantId: TenantId, connectorId: string, remains: PullRemains | null): Promise<void> {
  await unit.query('update connectors set cursor = $3 where tenant_id = $1 and connector_id = $2', [tenantId, connectorId, remains === null ? null : JSON.stringify(remains)]);
}

/** What cannot be read: of the last whole pull, or with what one under way has found so far. */
export async function saveGaps(unit: Unit, tenantId: TenantId, connectorId: string, gaps: readonly PullGap[]): Promise<void> {
  const text = JSON.stringify(gaps);
  await unit.query('update connectors set gaps = $3::jsonb where tenant_id = $1 and connector_id = $2 and gaps <> $3::jsonb', [tenantId, connectorId, text]);
}

/** A good run ends what its errors said. */
export async function clearErrors(unit: Unit, tenantId: TenantId, connectorId: string): Promise<void> {
  await unit.query(`update connectors set errors = '[]' where tenant_id = $1 and connector_id = $2 and errors <> '[]'`, [tenantId, connectorId]);
}
