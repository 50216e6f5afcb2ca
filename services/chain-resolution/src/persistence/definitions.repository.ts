import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { Json } from '../domain/claims.js';
import type { Definition, DefinitionKind } from '../domain/definitions.js';

export interface StoredDefinition extends Definition {
  readonly version: number;
  readonly author: string;
  readonly reason: string;
  readonly updatedAt: Date;
  readonly deleted: boolean;
}

interface Row {
  readonly kind: DefinitionKind;
  readonly slug: string;
  readonly version: number;
  readonly body: Json;
  readonly author: string;
  readonly reason: string;
  readonly updated_at: Date;
  readonly deleted: boolean;
}

const COLUMNS = 'kind, slug, version, body, author, reason, updated_at, deleted';
const definitionOf = (row: Row): StoredDefinition => ({ kind: row.kind, slug: row.slug, version: row.version, body: row.body, author: row.author, reason: row.reason, updatedAt: row.updated_at, deleted: row.deleted });

/** Definitions that judgements need at hand: all but applications and services, which are nodes of the graph. */
export async function loadModelDefinitions(unit: Unit, tenant: TenantId): Promise<StoredDefinition[]> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from definitions where tenant_id = $1 and kind in ('teams', 'environments', 'ownership-rules') and not deleted order by kind, slug`, [tenant], { name: 'definitions_model' });
  return rows.map(definitionOf);
}

export async function loadDefinition(unit: Unit, tenant: TenantId, kind: DefinitionKind, slug: string): Promise<StoredDefinition | undefined> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from definitions where tenant_id = $1 and kind = $2 and slug = $3`, [tenant, kind, slug], { name: 'definition' });
  return rows[0] ? definitionOf(rows[0]) : undefined;
}

export async function listDefinitions(unit: Unit, tenant: TenantId, kind: DefinitionKind, after: string, limit: number): Promise<StoredDefinition[]> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from definitions where tenant_id = $1 and kind = $2 and slug > $3 and not deleted order by slug limit $4`, [tenant, kind, after, limit], { name: 'definitions_list' });
  return rows.map(definitionOf);
}

/** Replaces the definition and keeps the version beside it. */
export async function saveDefinition(unit: Unit, tenant: TenantId, definition: StoredDefinition): Promise<void> {
  const { kind, slug, version, body, author, reason, updatedAt, deleted } = definition;
  const values = [tenant, kind, slug, version, JSON.stringify(body), author, reason, updatedAt.toISOString(), deleted];
  await unit.query(
    `insert into definitions (tenant_id, kind, slug, version, body, author, reason, updated_at, deleted) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)
     on conflict (tenant_id, kind, slug) do update set version = excluded.version, body = excluded.body, author = excluded.author, reason = excluded.reason,
       updated_at = excluded.updated_at, deleted = excluded.deleted`, values, { name: 'definition_save' },
  );
  await unit.query(
    `insert into definition_versions (tenant_id, kind, slug, version, body, author, reason, recorded_at, deleted) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)`,
    values, { name: 'definition_version_save' },
  );
}
