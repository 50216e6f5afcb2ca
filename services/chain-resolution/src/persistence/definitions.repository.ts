import { urnRest } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { texts } from '../domain/assets.js';
import type { Json } from '../domain/claims.js';
import type { Definition, DefinitionKind } from '../domain/definitions.js';
import type { TeamFacts } from '../domain/teams.js';

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

export interface ModelParts {
  /** All definitions but applications and services, which are nodes of the graph. */
  readonly definitions: readonly Definition[];
  readonly teams: readonly TeamFacts[];
  readonly runtimeComplete: boolean;
}

/**
 * What judgements need at hand, in one statement, since every trace asks for it. Of teams what connectors say, with
 * everyone who was ever their member: who left still stands for the team. The runtime is known to its end when some scope
 * reports services or tasks, and the last inventory of each such scope was complete.
 */
export async function loadModelParts(unit: Unit, tenant: TenantId): Promise<ModelParts> {
  const [row] = await unit.query<{ definitions: Definition[]; teams: { urn: Urn; attributes: Json; retired: boolean; ever: string[] }[]; complete: boolean }>(
    `select
       coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'slug', slug, 'body', body) order by kind, slug) from definitions
         where tenant_id = $1 and kind in ('teams', 'environments', 'ownership-rules') and not deleted), '[]') as definitions,
       coalesce((select jsonb_agg(jsonb_build_object('urn', a.urn, 'attributes', a.attributes, 'retired', a.retired_at is not null, 'ever', (
         select coalesce(jsonb_agg(distinct m.name), '[]') from asset_versions v
         cross join lateral jsonb_array_elements(case when jsonb_typeof(v.attributes->'members') = 'array' then v.attributes->'members' else '[]' end) m(name)
         where v.tenant_id = $1 and v.urn = a.urn)) order by a.urn) from assets a where a.tenant_id = $1 and a.kind = 'team'), '[]') as teams,
       coalesce((select bool_and(complete) from (select distinct on (source, scope) complete from inventories
         where tenant_id = $1 and holds_runtime and applied_at is not null order by source, scope, sequence desc) last), false) as complete`,
    [tenant], { name: 'model_parts' },
  );
  const teams = (row?.teams ?? []).map(({ urn, attributes, retired, ever }) => ({ slug: urnRest(urn), attributes, retired, ever: texts(ever) }));
  return { definitions: row?.definitions ?? [], teams, runtimeComplete: row?.complete ?? false };
}

export async function loadDefinition(unit: Unit, tenant: TenantId, kind: DefinitionKind, slug: string): Promise<StoredDefinition | undefined> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from definitions where tenant_id = $1 and kind = $2 and slug = $3`, [tenant, kind, slug], { name: 'definition' });
  return rows[0] ? definitionOf(rows[0]) : undefined;
}

export async function listDefinitions(unit: Unit, tenant: TenantId, kind: DefinitionKind, after: string, limit: number): Promise<StoredDefinition[]> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from definitions where tenant_id = $1 and kind = $2 and slug > $3 and not deleted order by slug limit $4`, [tenant, kind, after, limit], { name: 'definitions_list' });
  return rows.map(definitionOf);
}

/** Versions of a definition, newest first, also of one that was deleted. */
export async function listVersions(unit: Unit, tenant: TenantId, kind: DefinitionKind, slug: string, before: number | null, limit: number): Promise<StoredDefinition[]> {
  const rows = await unit.query<Row>(
    `select kind, slug, version, body, author, reason, recorded_at as updated_at, deleted from definition_versions
     where tenant_id = $1 and kind = $2 and slug = $3 and ($4::int is null or version < $4) order by version desc limit $5`, [tenant, kind, slug, before, limit], { name: 'definition_versions' },
  );
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
