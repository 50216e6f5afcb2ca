import type { PullPage } from '@throughline/connectors/api';
import { newId } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { advance, inventoryKey, NO_FACTS, parseInventoryKey, withInventory, withoutInventory, type OpenInventories, type OpenInventory } from '../domain/inventory.js';
import { hashOf, observationRecords } from '../observations/announce.js';
import { claimFacts, publishFacts } from '../observations/publish.js';
import { takeSequence } from '../persistence/effect.repository.js';
import { lastInventory, noteInventory } from '../persistence/inventory.repository.js';

/** An inventory that is the same is announced again after this, so that whoever lost state has it back. */
const REPEAT_AFTER_MS = 24 * 3_600_000;

export interface PagePublication {
  readonly tenantId: TenantId;
  readonly page: Pick<PullPage, 'source' | 'facts' | 'snapshot'>;
  /** Inventories of this pull that are not whole yet. */
  readonly open: OpenInventories;
  readonly receivedAt: Date;
}

export interface PublishedPage { readonly announced: number; readonly open: OpenInventories }

/** Announces a page in the caller's transaction, which also stores the state that is returned. */
export async function publishPage(unit: Unit, { tenantId, page, open, receivedAt }: PagePublication): Promise<PublishedPage> {
  const { source, facts, snapshot } = page;
  if (snapshot === undefined) return { open, announced: await publishFacts(unit, { tenantId, source, facts, receivedAt, timed: false }) };
  const key = inventoryKey(source, snapshot.scope);
  const before = open[key];
  const fresh = await claimFacts(unit, { tenantId, source, facts, receivedAt, timed: false });
  const hashes = facts.map(hashOf);
  if (before === undefined && snapshot.last && fresh.size === 0) {
    // Only one that is whole in one page can be told to be the same before any of it was announced.
    const { digest } = advance({ ...NEW, observationId: '', sequence: 0 }, { records: 0, complete: true, hashes });
    const last = await lastInventory(unit, tenantId, source, snapshot.scope);
    if (last?.digest === digest && last.complete === snapshot.complete && receivedAt.getTime() - last.announcedAt.getTime() < REPEAT_AFTER_MS) return { announced: 0, open };
  }
  const state = before ?? { ...NEW, observationId: newId(), sequence: await takeSequence(unit, tenantId, source) };
  const complete = state.complete && snapshot.complete;
  const { messages, records } = observationRecords({
    tenantId, observationId: state.observationId, source, sequence: state.sequence, facts, firstOrdinal: state.records, receivedAt,
    snapshot: { scope: snapshot.scope, complete, last: snapshot.last },
  });
  unit.announce(...messages);
  const after = advance(state, { records, complete: snapshot.complete, hashes });
  if (!snapshot.last) return { announced: facts.length, open: withInventory(open, key, after) };
  await noteInventory(unit, tenantId, source, snapshot.scope, { digest: after.digest, complete, announcedAt: receivedAt });
  return { announced: facts.length, open: withoutInventory(open, key) };
}

const NEW: Omit<OpenInventory, 'observationId' | 'sequence'> = { records: 0, complete: true, digest: NO_FACTS };

/** Ends inventories whose rest will not come: what they held before is stale then, not gone. Returns their scopes. */
export async function closeInventories(unit: Unit, tenantId: TenantId, open: OpenInventories, receivedAt: Date): Promise<readonly string[]> {
  for (const [key, state] of Object.entries(open)) {
    const { source, scope } = parseInventoryKey(key);
    const { messages } = observationRecords({
      tenantId, observationId: state.observationId, source, sequence: state.sequence, facts: [], firstOrdinal: state.records, receivedAt, snapshot: { scope, complete: false, last: true },
    });
    unit.announce(...messages);
    await noteInventory(unit, tenantId, source, scope, { digest: state.digest, complete: false, announcedAt: receivedAt });
  }
  return Object.keys(open).map((key) => parseInventoryKey(key).scope);
}
