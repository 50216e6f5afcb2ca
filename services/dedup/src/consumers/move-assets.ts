import type { ChainChanged } from '@throughline/contracts';
import type { Unit } from '@throughline/stream';
import type { Asset } from '../domain/model.js';
import { assetKey } from '../domain/slices.js';
import { scheduleRetire } from '../due/retire-asset.js';
import { scheduleMoved } from '../due/tell-moved.js';
import { holdingsOf, isNewest, uniteNames, type Holdings } from '../persistence/asset.repository.js';
import { countMoveConflict } from '../metrics.js';
import { lockAssets } from './identity-lock.js';

const NOTHING: Holdings = { findings: false, scopes: false };

/**
 * An asset that was renamed goes on where it was: its new name takes over identity, streams and findings of the old one,
 * which leads there from now on. When both hold findings nobody can tell which are the same, so both stay as they are.
 */
export async function moveAssets(unit: Unit, told: readonly ChainChanged[], now: Date): Promise<void> {
  for (const { tenantId, asset, version, formerly } of told) {
    if (formerly.length === 0 || !(await isNewest(unit, tenantId, asset, version))) continue;
    for (const former of formerly) await move(unit, tenantId, former, asset, now);
  }
}

async function move(unit: Unit, tenantId: string, from: string, to: string, now: Date): Promise<void> {
  const assets = await lockAssets(unit, [{ tenantId, urn: from }, { tenantId, urn: to }]);
  const old = assets.get(assetKey(tenantId, from)) as Asset;
  const next = assets.get(assetKey(tenantId, to)) as Asset;
  if (old.assetId === next.assetId && next.urn === to) return;
  const holdings = await holdingsOf(unit, [old.assetId, next.assetId]);
  const same = old.assetId === next.assetId;
  const held = (asset: Asset): boolean => (holdings.get(asset.assetId) ?? NOTHING).findings;
  if (!same && next.urn !== to) return countMoveConflict();
  if (same || !held(next)) await uniteNames(unit, tenantId, old, next, to);
  else if (!held(old)) return uniteNames(unit, tenantId, next, old, to);
  else return countMoveConflict();
  await scheduleMoved(unit, tenantId, to, now);
  await scheduleRetire(unit, tenantId, to, now);
}
