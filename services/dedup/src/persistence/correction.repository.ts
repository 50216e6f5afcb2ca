import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/model.js';
import { ASSET_COLUMNS, toAsset, type AssetRow } from './asset-rows.js';
import { timeText } from './rows.js';

/** The asset of a finding, by the name that its findings are told under. */
export async function assetOfFinding(unit: Unit, findingId: string): Promise<Asset | undefined> {
  const [row] = await unit.query<AssetRow>(`select ${ASSET_COLUMNS} from finding f join asset c on c.asset_id = f.asset_id where f.finding_id = $1 and c.moved_to = ''`, [findingId]);
  return row === undefined ? undefined : toAsset(row);
}

/** Moves keys to a finding; those that have no row yet (operator's) are made. */
export async function giveKeys(unit: Unit, tenantId: string, findingId: string, keys: readonly { readonly key: string; readonly kind: string; readonly recipe: string }[]): Promise<void> {
  await unit.query(
    `insert into identity_key (tenant_id, key, finding_id, kind, recipe) select $1, k.key, $2, k.kind, k.recipe
     from unnest($3::uuid[], $4::text[], $5::text[]) as k(key, kind, recipe) order by k.key
     on conflict (tenant_id, key) do update set finding_id = excluded.finding_id`,
    [tenantId, findingId, keys.map((one) => one.key), keys.map((one) => one.kind), keys.map((one) => one.recipe)],
  );
}

export async function moveKeys(unit: Unit, tenantId: string, from: readonly string[], into: string): Promise<void> {
  await unit.query('update identity_key set finding_id = $3 where tenant_id = $1 and key = any($2::uuid[])', [tenantId, from, into]);
}

export async function moveOccurrences(unit: Unit, findingIds: readonly string[], into: string, only?: readonly string[]): Promise<void> {
  await unit.query(
    'update occurrence set finding_id = $2 where finding_id = any($1::uuid[]) and ($3::bigint[] is null or occurrence_id = any($3::bigint[]))',
    [findingIds, into, only ?? null],
  );
}

export interface OperatorDecision {
  readonly decisionId: string;
  readonly tenantId: string;
  readonly kind: 'merge' | 'split';
  readonly findingId: string;
  readonly otherId: string;
  readonly reason: string;
  readonly actor: string;
  readonly keys: readonly string[];
  readonly occurrences: readonly { readonly scopeId: string; readonly group: string; readonly ordinal: number }[];
  readonly at: string;
}

export async function saveDecision(unit: Unit, one: OperatorDecision): Promise<void> {
  await unit.query(
    `insert into operator_decision (decision_id, tenant_id, kind, finding_id, other_id, reason, actor, keys, occurrences, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::uuid[], $9::jsonb, $10)`,
    [one.decisionId, one.tenantId, one.kind, one.findingId, one.otherId, one.reason, one.actor, one.keys, JSON.stringify(one.occurrences), one.at],
  );
}

export interface KeyRow { readonly kind: string; readonly recipe: string; readonly key: string }
export interface DecisionRow { readonly kind: string; readonly other: string; readonly reason: string; readonly actor: string; readonly decidedAt: string }

/** Why the observations of a finding are together: its keys, and what people decided. */
export async function identityOf(unit: Unit, findingId: string, keys: readonly string[]): Promise<{ readonly keys: readonly KeyRow[]; readonly decisions: readonly DecisionRow[] }> {
  const rows = await unit.query<{ kind: string; recipe: string; key: string }>(
    'select kind, recipe, key from identity_key where tenant_id = any((select platform.tenants())::uuid[]) and key = any($1::uuid[]) order by kind, key', [keys],
  );
  const decisions = await unit.query<{ kind: string; other: string; reason: string; actor: string; decided_at: Date }>(
    'select kind, other_id as other, reason, actor, decided_at from operator_decision where finding_id = $1 order by decided_at', [findingId],
  );
  return { keys: rows, decisions: decisions.map(({ decided_at, ...one }) => ({ ...one, decidedAt: timeText(decided_at) })) };
}
