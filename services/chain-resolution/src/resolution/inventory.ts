import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { endClaim, eventStarts } from '../domain/claims.js';
import { loadAbsentAssetClaims } from '../persistence/assets.repository.js';
import { loadAbsentClaims } from '../persistence/claims.repository.js';
import { closeInventory, isRuntimeComplete, isSuperseded } from '../persistence/inventory.repository.js';
import type { Inventory } from '../persistence/inventory.repository.js';
import { addAllPending } from '../persistence/judgement.repository.js';
import { applyFacts, NO_CHANGE } from './apply-facts.js';
import type { Change } from './apply-facts.js';
import { scheduleRecompute } from './recompute.js';

/**
 * Applies an inventory that is whole: what the source said in this scope before and did not say again has ended, but
 * only when it says that it saw everything. One older than the last applied is history and ends nothing.
 */
export async function applyInventory(unit: Unit, tenant: TenantId, inventory: Inventory, now: Date): Promise<Change> {
  const { source, scope, sequence } = inventory;
  const before = await isRuntimeComplete(unit, tenant);
  const counts = inventory.complete && !(await isSuperseded(unit, tenant, inventory));
  const at = inventory.receivedAt.getTime();
  const links = counts ? await loadAbsentClaims(unit, tenant, source, scope, sequence) : [];
  const assets = counts ? await loadAbsentAssetClaims(unit, tenant, source, scope, sequence) : [];
  await closeInventory(unit, tenant, inventory, now);
  if ((await isRuntimeComplete(unit, tenant)) !== before) {
    // "not deployed" may be said of everything now, or of nothing any more
    await addAllPending(unit, tenant);
    await scheduleRecompute(unit, tenant, now);
  }
  if (links.length + assets.length === 0) return NO_CHANGE;
  return applyFacts(unit, tenant, {
    // a source whose clock is ahead of ours said "still" after our time of receipt: the end comes after it
    links: links.map((claim) => endClaim(claim, Math.max(at, ...eventStarts(claim).map((start) => start + 1)))),
    assets: assets.map((claim) => ({ ...claim, endedAt: at })),
  }, now);
}
