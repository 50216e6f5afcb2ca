import type { Unit } from '@throughline/persistence';
import type { Asset } from '../domain/model.js';
import { ASSET_COLUMNS, toAsset, type AssetRow } from './asset-rows.js';

/** Whether a tenant's retention goes on already; scheduling it anew would only put it off. */
export async function isScheduled(unit: Unit, kind: string, key: string): Promise<boolean> {
  return (await unit.query('select 1 from due_work where kind = $1 and key = $2', [kind, key], { name: 'dedup_is_scheduled' })).length > 0;
}

export interface StaleBranch extends Asset {
  readonly scopeId: string;
}

/** Scopes of branches and pull requests that nobody has scanned since a time. */
export async function staleBranches(unit: Unit, before: Date, limit: number): Promise<readonly StaleBranch[]> {
  const rows = await unit.query<AssetRow & { scope_id: string }>(
    `select s.scope_id, ${ASSET_COLUMNS} from scope s join asset c on c.asset_id = s.asset_id and c.tenant_id = s.tenant_id and c.moved_to = ''
     where not s.default_line and s.head_at < $1 order by s.head_at limit $2`,
    [before.toISOString(), limit],
  );
  return rows.map((row) => ({ ...toAsset(row), scopeId: row.scope_id, running: [] }));
}

/** Findings that only this scope of a branch shows: nothing else would ever close them. */
export async function findingsOnlyIn(unit: Unit, scopeId: string, after: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string }>(
    `select distinct o.finding_id from occurrence o join finding f on f.finding_id = o.finding_id
     where o.scope_id = $1 and not f.on_default and ($2 = '' or o.finding_id > nullif($2, '')::uuid)
       and not exists (select from occurrence other where other.finding_id = o.finding_id and other.scope_id <> $1)
     order by o.finding_id limit $3`,
    [scopeId, after, limit],
  );
  return rows.map((row) => row.finding_id);
}

export async function dropScope(unit: Unit, scopeId: string): Promise<void> {
  await unit.query('delete from occurrence where scope_id = $1', [scopeId]);
  await unit.query('delete from scope where scope_id = $1', [scopeId]);
}

/** Drops scans received before a time with their memberships; true when there may be more. */
export async function dropScans(unit: Unit, before: Date, limit: number): Promise<boolean> {
  const rows = await unit.query<{ scan_id: string }>('select scan_id from scan where received_at < $1 order by received_at limit $2', [before.toISOString(), limit]);
  const ids = rows.map((row) => row.scan_id);
  await unit.query('delete from scan_part where scan_id = any($1::uuid[])', [ids]);
  await unit.query('delete from pending where scan_id = any($1::uuid[])', [ids]);
  await unit.query('delete from scan where scan_id = any($1::uuid[])', [ids]);
  return ids.length === limit;
}
