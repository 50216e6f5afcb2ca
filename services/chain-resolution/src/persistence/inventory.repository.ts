import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface InventoryKey {
  readonly source: string;
  readonly scope: string;
  readonly sequence: number;
}

export interface InventoryPart extends InventoryKey {
  readonly observationId: string;
  readonly ordinal: number;
  /** Number of parts on the marker; -1: a part. */
  readonly parts: number;
  readonly complete: boolean;
  readonly receivedAt: Date;
  readonly holdsRuntime: boolean;
  readonly claims: readonly string[];
  readonly nodes: readonly Urn[];
}

export interface Inventory extends InventoryKey {
  readonly complete: boolean;
  readonly receivedAt: Date;
}

const HISTORY = 20;

/** Notes a part or the marker; returns the inventory when this made it whole and it was not applied before. */
export async function noteInventoryPart(unit: Unit, tenant: TenantId, part: InventoryPart): Promise<Inventory | undefined> {
  const { source, scope, sequence } = part;
  const isMarker = part.parts >= 0;
  const holdsFacts = part.claims.length + part.nodes.length > 0;
  if (holdsFacts || !isMarker) {
    await unit.query(
      `insert into inventory_parts (tenant_id, source, scope, sequence, ordinal, claims, nodes) values ($1, $2, $3, $4, $5, $6::uuid[], $7::text[])
       on conflict (tenant_id, source, scope, sequence, ordinal) do nothing`,
      [tenant, source, scope, sequence, part.ordinal, [...part.claims], [...part.nodes]], { name: 'inventory_part' },
    );
  }
  const seen = holdsFacts || !isMarker ? [part.ordinal] : [];
  const rows = await unit.query<{ seen: number[]; parts: number; complete: boolean; received_at: Date; applied_at: Date | null }>(
    `insert into inventories as i (tenant_id, source, scope, sequence, observation_id, seen, parts, complete, holds_runtime, received_at)
     values ($1, $2, $3, $4, $5, $6::int[], $7, $8, $9, $10)
     on conflict (tenant_id, source, scope, sequence) do update set
       seen = (select coalesce(array_agg(distinct s order by s), '{}') from unnest(i.seen || excluded.seen) s),
       parts = greatest(i.parts, excluded.parts), complete = i.complete or excluded.complete, holds_runtime = i.holds_runtime or excluded.holds_runtime,
       received_at = greatest(i.received_at, excluded.received_at)
     returning seen, parts, complete, received_at, applied_at`,
    [tenant, source, scope, sequence, part.observationId, seen, part.parts, isMarker && part.complete, part.holdsRuntime, part.receivedAt.toISOString()], { name: 'inventory_note' },
  );
  const row = rows[0];
  if (!row || row.applied_at !== null || row.parts < 0 || row.seen.length < row.parts) return undefined;
  return { source, scope, sequence, complete: row.complete, receivedAt: row.received_at };
}

/** Whether a newer inventory of the scope was applied already: this one is history then and ends nothing. */
export async function isSuperseded(unit: Unit, tenant: TenantId, key: InventoryKey): Promise<boolean> {
  const rows = await unit.query<{ newer: boolean }>(
    'select exists (select from inventories where tenant_id = $1 and source = $2 and scope = $3 and sequence > $4 and applied_at is not null and complete) as newer',
    [tenant, key.source, key.scope, key.sequence], { name: 'inventory_newer' },
  );
  return rows[0]?.newer === true;
}

/** Marks it as applied and drops the membership of it and of older ones; the ledger keeps the last 20 of a scope. */
export async function closeInventory(unit: Unit, tenant: TenantId, key: InventoryKey, now: Date): Promise<void> {
  const scope = [tenant, key.source, key.scope, key.sequence];
  await unit.query('update inventories set applied_at = $5 where tenant_id = $1 and source = $2 and scope = $3 and sequence = $4', [...scope, now.toISOString()], { name: 'inventory_close' });
  await unit.query('delete from inventory_parts where tenant_id = $1 and source = $2 and scope = $3 and sequence <= $4', scope, { name: 'inventory_parts_drop' });
  await unit.query(
    `delete from inventories where tenant_id = $1 and source = $2 and scope = $3 and sequence < (
       select min(sequence) from (select sequence from inventories where tenant_id = $1 and source = $2 and scope = $3 order by sequence desc limit ${HISTORY}) kept)`,
    [tenant, key.source, key.scope], { name: 'inventories_drop' },
  );
}

/** The runtime is known to its end when some scope reports services or tasks, and the last inventory of each such scope was complete. */
export async function isRuntimeComplete(unit: Unit, tenant: TenantId): Promise<boolean> {
  const rows = await unit.query<{ complete: boolean | null }>(
    `select bool_and(complete) as complete from (
       select distinct on (source, scope) complete from inventories
       where tenant_id = $1 and holds_runtime and applied_at is not null order by source, scope, sequence desc) last`, [tenant], { name: 'runtime_complete' },
  );
  return rows[0]?.complete === true;
}

/** Nodes that only inventories tell of whose last run could not see everything: what is known of them may be old. */
export async function staleNodes(unit: Unit, tenant: TenantId, nodes: readonly Urn[]): Promise<Set<Urn>> {
  if (nodes.length === 0) return new Set();
  const rows = await unit.query<{ urn: Urn }>(
    `select c.urn from asset_claims c cross join lateral (
       select complete from inventories i where i.tenant_id = $1 and i.source = c.source and i.scope = c.scope and i.applied_at is not null order by i.sequence desc limit 1) last
     where c.tenant_id = $1 and c.urn = any($2::text[]) and c.scope <> '' and c.ended_at is null group by c.urn having not bool_or(last.complete)`,
    [tenant, [...nodes]], { name: 'stale_nodes' },
  );
  return new Set(rows.map((row) => row.urn));
}
