import type { Fact, PullPage } from '@throughline/connectors/api';
import { newId } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { advance, courseOf, inventoryKey, newInventory, parseInventoryKey, withInventory, withoutInventory, type OpenInventories, type OpenInventory } from '../domain/inventory.js';
import { hashOf, observationRecords } from '../observations/announce.js';
import { claimFacts, publishFacts } from '../observations/publish.js';
import { takeSequence } from '../persistence/effect.repository.js';
import { dropHeldPages, holdPage, takeHeldPages } from '../persistence/held-page.repository.js';
import { lastInventory, noteInventory } from '../persistence/inventory.repository.js';
import type { PullKey } from '../persistence/pull.repository.js';

export interface PagePublication {
  readonly key: PullKey;
  readonly page: Pick<PullPage, 'source' | 'facts' | 'snapshot'>;
  /** Inventories of this pull that are not whole yet. */
  readonly open: OpenInventories;
  readonly receivedAt: Date;
}

export interface PublishedPage { readonly announced: number; readonly open: OpenInventories }

/** The page is the first that differs: what is held of its inventory goes out before it, in transactions of its own. */
export class HeldPagesFirst extends Error {
  override readonly name = 'HeldPagesFirst';
  constructor(readonly inventory: string) {
    super('pages are held');
  }
}

/** Announces a page in the caller's transaction, which also stores the state that is returned. */
export async function publishPage(unit: Unit, { key, page, open, receivedAt }: PagePublication): Promise<PublishedPage> {
  const { tenantId } = key;
  const { source, facts, snapshot } = page;
  if (snapshot === undefined) return { open, announced: await publishFacts(unit, { tenantId, source, facts, receivedAt, timed: false }) };
  const { scope, last } = snapshot;
  const inventory = inventoryKey(source, scope);
  const before = open[inventory] ?? newInventory(newId(), await takeSequence(unit, tenantId, source));
  const fresh = await claimFacts(unit, { tenantId, source, facts, receivedAt, timed: false });
  const read = advance(before, { records: 0, complete: snapshot.complete, hashes: facts.map(hashOf) });
  const known = await lastInventory(unit, tenantId, source, scope);
  switch (courseOf(read, { last, news: fresh.size > 0 }, known, receivedAt)) {
    case 'hold':
      await holdPage(unit, key, inventory, read.held, facts);
      return { announced: 0, open: withInventory(open, inventory, { ...read, held: read.held + 1 }) };
    case 'drop':
      await dropHeldPages(unit, key, inventory);
      return { announced: 0, open: withoutInventory(open, inventory) };
    case 'announce': {
      if (before.held > 0) throw new HeldPagesFirst(inventory);
      const records = announce(unit, { tenantId, source, scope, state: read, facts, last, receivedAt });
      if (!last) return { announced: facts.length, open: withInventory(open, inventory, { ...read, records: read.records + records, announcing: true }) };
      await noteInventory(unit, tenantId, source, scope, { digest: read.digest, complete: read.complete, announcedAt: receivedAt });
      return { announced: facts.length, open: withoutInventory(open, inventory) };
    }
  }
}

interface Announcement { readonly tenantId: TenantId; readonly source: string; readonly scope: string; readonly state: OpenInventory; readonly facts: readonly Fact[]; readonly last: boolean; readonly receivedAt: Date }

/** Number of records with facts. */
function announce(unit: Unit, { tenantId, source, scope, state, facts, last, receivedAt }: Announcement): number {
  const { observationId, sequence, complete } = state;
  const { messages, records } = observationRecords({ tenantId, observationId, source, sequence, facts, firstOrdinal: state.records, receivedAt, snapshot: { scope, complete, last } });
  unit.announce(...messages);
  return records;
}

/** Held pages of a transaction: few, since what is announced waits in memory for the commit. */
const PAGES_AT_ONCE = 4;

/** Announces the first pages that are held of an inventory; the state after it, whose `held` says how many are left. */
export async function announceHeld(unit: Unit, key: PullKey, inventory: string, state: OpenInventory, receivedAt: Date): Promise<{ readonly state: OpenInventory; readonly announced: number }> {
  const { source, scope } = parseInventoryKey(inventory);
  const pages = await takeHeldPages(unit, key, inventory, PAGES_AT_ONCE);
  let { records } = state;
  for (const facts of pages) records += announce(unit, { tenantId: key.tenantId, source, scope, state: { ...state, records }, facts, last: false, receivedAt });
  return { announced: pages.flat().length, state: { ...state, records, announcing: true, held: pages.length === 0 ? 0 : state.held - pages.length } };
}

/** Ends inventories whose rest will not come: what they held before is stale then, not gone. Returns their scopes. */
export async function closeInventories(unit: Unit, tenantId: TenantId, open: OpenInventories, receivedAt: Date): Promise<readonly string[]> {
  for (const [inventory, state] of Object.entries(open)) {
    const { source, scope } = parseInventoryKey(inventory);
    announce(unit, { tenantId, source, scope, state: { ...state, complete: false }, facts: [], last: true, receivedAt });
    await noteInventory(unit, tenantId, source, scope, { digest: state.digest, complete: false, announcedAt: receivedAt });
  }
  return Object.keys(open).map((inventory) => parseInventoryKey(inventory).scope);
}
