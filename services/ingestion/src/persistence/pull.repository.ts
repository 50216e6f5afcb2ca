import type { Cursor, PullGap } from '@throughline/connectors/api';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { OpenInventories } from '../domain/inventory.js';

/** Which pull: of a connector as a whole (focus ''), or of the one scope that an event named. */
export interface PullKey { readonly tenantId: TenantId; readonly connectorId: string; readonly focus: string }

export interface PullRow {
  readonly pull_id: string;
  readonly pages: number;
  readonly cursor: Cursor;
  readonly inventories: OpenInventories;
  readonly gaps: readonly PullGap[];
  readonly failures: number;
  readonly waits_until: Date | null;
  /** Everything was read; it only watches. */
  readonly settled: boolean;
  readonly rerun: boolean;
  readonly started_at: Date;
  readonly page_at: Date | null;
}

const COLUMNS = 'pull_id, pages, cursor, inventories, gaps, failures, waits_until, settled, rerun, started_at, page_at';
const WHERE = 'tenant_id = $1 and connector_id = $2 and focus = $3';
const of = ({ tenantId, connectorId, focus }: PullKey): readonly unknown[] => [tenantId, connectorId, focus];

/** The pull that is under way, or a new one with this id that begins at the cursor. */
export async function beginPull(unit: Unit, key: PullKey, pullId: string, cursor: Cursor, now: Date): Promise<PullRow> {
  await unit.query(
    'insert into pulls (tenant_id, connector_id, focus, pull_id, cursor, started_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing', [...of(key), pullId, JSON.stringify(cursor), now],
  );
  const row = await findPull(unit, key);
  if (row === undefined) throw new TypeError('a pull that was just begun cannot be found');
  return row;
}

export async function findPull(unit: Unit, key: PullKey): Promise<PullRow | undefined> {
  return (await unit.query<PullRow>(`select ${COLUMNS} from pulls where ${WHERE}`, of(key), { name: 'ing_pull_find' }))[0];
}

/** The whole pulls of several connectors, by connector. */
export async function findPulls(unit: Unit, tenantId: TenantId, connectorIds: readonly string[]): Promise<ReadonlyMap<string, PullRow>> {
  const rows = await unit.query<PullRow & { connector_id: string }>(
    `select connector_id, ${COLUMNS} from pulls where tenant_id = $1 and connector_id = any($2::text[]) and focus = ''`, [tenantId, connectorIds],
  );
  return new Map(rows.map((row) => [row.connector_id, row]));
}

/** Locks the pull if it still stands where the page was asked for; false: another worker has moved or ended it. */
export async function lockPull(unit: Unit, key: PullKey, { pull_id, pages }: PullRow): Promise<boolean> {
  return (await unit.query(`select 1 from pulls where ${WHERE} and pull_id = $4 and pages = $5 for update`, [...of(key), pull_id, pages], { name: 'ing_pull_lock' })).length > 0;
}

export interface PullStep {
  readonly cursor: Cursor;
  readonly inventories: OpenInventories;
  readonly gaps: readonly PullGap[];
  readonly waitsUntil: Date | null;
  readonly settled: boolean;
}

/** Moves a locked pull behind the page. */
export async function movePull(unit: Unit, key: PullKey, step: PullStep, now: Date): Promise<PullRow> {
  const [row] = await unit.query<PullRow>(
    `update pulls set pages = pages + 1, cursor = $4, inventories = $5, gaps = $6, waits_until = $7, settled = $8, failures = 0, page_at = $9 where ${WHERE} returning ${COLUMNS}`,
    [...of(key), JSON.stringify(step.cursor), JSON.stringify(step.inventories), JSON.stringify(step.gaps), step.waitsUntil, step.settled, now], { name: 'ing_pull_move' },
  );
  if (row === undefined) throw new TypeError('a locked pull is gone');
  return row;
}

/** Where the inventories of a locked pull stand, between two pages. */
export async function saveInventories(unit: Unit, key: PullKey, inventories: OpenInventories): Promise<void> {
  await unit.query(`update pulls set inventories = $4 where ${WHERE}`, [...of(key), JSON.stringify(inventories)]);
}

/** Ends a locked pull. True: an event asked for another look meanwhile. */
export async function endPull(unit: Unit, key: PullKey): Promise<boolean> {
  await unit.query(`delete from held_pages where ${WHERE}`, of(key));
  const rows = await unit.query<{ rerun: boolean }>(`delete from pulls where ${WHERE} returning rerun`, of(key), { name: 'ing_pull_end' });
  return rows[0]?.rerun === true;
}

/** Counts a failed attempt at the next page; undefined when the pull has moved on. */
export async function countFailure(unit: Unit, key: PullKey, { pull_id, pages }: PullRow): Promise<number | undefined> {
  const rows = await unit.query<{ failures: number }>(
    `update pulls set failures = failures + 1, waits_until = null where ${WHERE} and pull_id = $4 and pages = $5 returning failures`, [...of(key), pull_id, pages],
  );
  return rows[0]?.failures;
}

/** Forgets where the pulls of a connector stand: its configuration changed or it is deleted. Workers in hand find out by the fence. */
export async function dropPulls(unit: Unit, tenantId: TenantId, connectorId: string): Promise<void> {
  await unit.query('delete from held_pages where tenant_id = $1 and connector_id = $2', [tenantId, connectorId]);
  await unit.query('delete from pulls where tenant_id = $1 and connector_id = $2', [tenantId, connectorId]);
}

/** Asks a pull under way for another look after its end, since it may have read the scope before the change. */
export async function askRerun(unit: Unit, key: PullKey): Promise<void> {
  await unit.query(`update pulls set rerun = true where ${WHERE}`, of(key));
}

/** When work of that kind is due, by key. */
export async function dueTimes(unit: Unit, kind: string, keys: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await unit.query<{ key: string; due_at: Date }>(
    `select key, due_at from due_work where kind = $1 and key = any($2::text[]) and due_at < 'infinity'`, [kind, keys], { name: 'ing_due_times' },
  );
  return new Map(rows.map((row) => [row.key, row.due_at]));
}
