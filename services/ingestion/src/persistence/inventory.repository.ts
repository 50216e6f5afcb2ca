import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { LastInventory } from '../domain/inventory.js';

/** What the last announced inventory of a scope held. */
export async function lastInventory(unit: Unit, tenantId: TenantId, source: string, scope: string): Promise<LastInventory | undefined> {
  const [row] = await unit.query<{ digest: Buffer; complete: boolean; announced_at: Date }>(
    'select digest, complete, announced_at from inventory_digests where tenant_id = $1 and source = $2 and scope = $3', [tenantId, source, scope], { name: 'ing_inventory_last' },
  );
  return row && { digest: row.digest.toString('hex'), complete: row.complete, announcedAt: row.announced_at };
}

export async function noteInventory(unit: Unit, tenantId: TenantId, source: string, scope: string, { digest, complete, announcedAt }: LastInventory): Promise<void> {
  await unit.query(
    `insert into inventory_digests (tenant_id, source, scope, digest, complete, announced_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, source, scope) do update set digest = excluded.digest, complete = excluded.complete, announced_at = excluded.announced_at`,
    [tenantId, source, scope, Buffer.from(digest, 'hex'), complete, announcedAt], { name: 'ing_inventory_note' },
  );
}

/** Somebody else said what the scope holds: the connector that reads it is not to be silent about the same. */
export async function forgetInventory(unit: Unit, tenantId: TenantId, source: string, scope: string): Promise<void> {
  await unit.query('delete from inventory_digests where tenant_id = $1 and source = $2 and scope = $3', [tenantId, source, scope]);
}

export interface RequestKey { readonly tenantId: TenantId; readonly source: string; readonly scope: string; readonly sequence: number }

export interface OpenRequests {
  readonly observation_id: string;
  readonly seen: readonly number[];
  readonly requests: number | null;
  readonly records: number;
  readonly complete: boolean;
}

/** The inventory that a request is a part of, locked, so that parts that come at the same time count one after the other. */
export async function openRequests(unit: Unit, { tenantId, source, scope, sequence }: RequestKey, observationId: string, now: Date): Promise<OpenRequests> {
  const rows = await unit.query<OpenRequests>(
    `insert into open_inventories as o (tenant_id, source, scope, sequence, observation_id, updated_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, source, scope, sequence) do update set updated_at = excluded.updated_at
     returning observation_id, seen, requests, records, complete`,
    [tenantId, source, scope, sequence, observationId, now],
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('an inventory that was just opened cannot be found');
  return row;
}

export async function saveRequests(unit: Unit, { tenantId, source, scope, sequence }: RequestKey, open: OpenRequests): Promise<void> {
  await unit.query(
    'update open_inventories set seen = $5, requests = $6, records = $7, complete = $8 where tenant_id = $1 and source = $2 and scope = $3 and sequence = $4',
    [tenantId, source, scope, sequence, [...open.seen], open.requests, open.records, open.complete],
  );
}

export async function closeRequests(unit: Unit, { tenantId, source, scope, sequence }: RequestKey): Promise<void> {
  // Older ones of the scope can end nothing any more.
  await unit.query('delete from open_inventories where tenant_id = $1 and source = $2 and scope = $3 and sequence <= $4', [tenantId, source, scope, sequence]);
}

/** Inventories whose rest never came: their facts hold, absence in them never counts. */
export async function dropOpenInventories(unit: Unit, tenantId: TenantId, before: Date): Promise<void> {
  await unit.query('delete from open_inventories where tenant_id = $1 and updated_at < $2', [tenantId, before]);
}
