import { advisoryLocks } from '@throughline/persistence';
import type { Unit } from '@throughline/stream';
import { fingerprint } from '../domain/identity/index.js';
import type { Asset } from '../domain/model.js';
import { assetKey } from '../domain/slices.js';
import { loadAssets } from '../persistence/ledger.repository.js';

/** Name of the lock under which the identity of findings of an asset is decided: by scans, operators and lineage. */
export const identityLock = (tenant: string, asset: string): string => `identity|${tenant}|${asset}`;

export interface AssetName {
  readonly tenantId: string;
  readonly urn: string;
}

/**
 * Locks assets and reads them, by any of their names. Whoever decides about an asset holds the lock of the name it began
 * with, so that its old and its new name wait for each other; a name's own lock keeps it from moving meanwhile.
 */
export async function lockAssets(unit: Unit, named: readonly AssetName[]): Promise<ReadonlyMap<string, Asset>> {
  const names = new Map(named.map((one) => [assetKey(one.tenantId, one.urn), one]));
  await advisoryLocks(unit, [...names.values()].map((one) => identityLock(one.tenantId, one.urn)));
  const assets = await loadAssets(unit, [...names.values()].map((one) => ({ ...one, assetId: fingerprint('asset', one.tenantId, one.urn) })));
  const moved = [...names].map(([key, one]) => ({ one, origin: (assets.get(key) as Asset).origin })).filter(({ one, origin }) => origin !== one.urn);
  await advisoryLocks(unit, moved.map(({ one, origin }) => identityLock(one.tenantId, origin)));
  return assets;
}

/** The same of one asset. */
export async function lockAsset(unit: Unit, tenantId: string, urn: string): Promise<Asset> {
  return (await lockAssets(unit, [{ tenantId, urn }])).get(assetKey(tenantId, urn)) as Asset;
}
