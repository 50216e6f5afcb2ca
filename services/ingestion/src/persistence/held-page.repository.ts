import type { Fact } from '@throughline/connectors/api';
import type { Unit } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { PullKey } from './pull.repository.js';

const pack = promisify(deflate);
const unpack = promisify(inflate);
const nameOf = (inventory: string): Buffer => createHash('sha256').update(inventory).digest();

export async function holdPage(unit: Unit, { tenantId, connectorId, focus }: PullKey, inventory: string, page: number, facts: readonly Fact[]): Promise<void> {
  await unit.query(
    'insert into held_pages (tenant_id, connector_id, focus, inventory, page, facts) values ($1, $2, $3, $4, $5, $6)',
    [tenantId, connectorId, focus, nameOf(inventory), page, await pack(JSON.stringify(facts))], { name: 'ing_page_hold' },
  );
}

/** The first held pages of an inventory, which are held no more. */
export async function takeHeldPages(unit: Unit, { tenantId, connectorId, focus }: PullKey, inventory: string, limit: number): Promise<readonly (readonly Fact[])[]> {
  const rows = await unit.query<{ page: number; facts: Buffer }>(
    `delete from held_pages where tenant_id = $1 and connector_id = $2 and focus = $3 and inventory = $4 and page in (
       select page from held_pages where tenant_id = $1 and connector_id = $2 and focus = $3 and inventory = $4 order by page limit $5) returning page, facts`,
    [tenantId, connectorId, focus, nameOf(inventory), limit],
  );
  const pages: (readonly Fact[])[] = [];
  for (const { facts } of [...rows].sort((a, b) => a.page - b.page)) pages.push(JSON.parse((await unpack(facts)).toString()) as readonly Fact[]);
  return pages;
}

export async function dropHeldPages(unit: Unit, { tenantId, connectorId, focus }: PullKey, inventory: string): Promise<void> {
  await unit.query('delete from held_pages where tenant_id = $1 and connector_id = $2 and focus = $3 and inventory = $4', [tenantId, connectorId, focus, nameOf(inventory)]);
}
