import { newId } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import type { DueOutcome, DueWork } from '@throughline/persistence';
import { done, skip, type Unit } from '@throughline/stream';
import { settleAsset } from '../corrections/settle-asset.js';
import { lockAssets } from '../consumers/identity-lock.js';
import type { Policy } from '../domain/policy.js';
import { assetKey } from '../domain/slices.js';
import { assetsKnownBy, movePage, nextPage } from '../persistence/alias-cursor.repository.js';
import { loadAliases } from '../persistence/alias.repository.js';

export const SETTLE_ALIASES = 'alias.settle';
const IDS = 200;
const ASSETS = 20;

/**
 * Brings a tenant's findings to what feeds say of their ids now: a page of changed ids a turn, some assets a transaction,
 * each under its lock. A crash repeats the page; what is settled already does not change again.
 */
export async function settleAliases(work: DueWork, unit: Unit, clock: Clock, policy: Policy): Promise<DueOutcome> {
  const { tenantId: tenant } = work;
  if (tenant === null) return skip('no tenant');
  const page = await nextPage(unit, tenant, IDS);
  if (page === undefined) return done;
  const aliases = await loadAliases(unit, page.ids);
  const ids = [...new Set(page.ids.flatMap((id) => [id, ...(aliases.get(id) ?? [])]))];
  const assets = await assetsKnownBy(unit, tenant, ids, page.afterAsset, ASSETS);
  const locked = await lockAssets(unit, assets.map(({ urn }) => ({ tenantId: tenant, urn })));
  const at = clock.now();
  for (const { urn } of assets) {
    const asset = locked.get(assetKey(tenant, urn));
    if (asset !== undefined) await settleAsset(unit, tenant, { asset, ids, policy, at, newId });
  }
  await movePage(unit, tenant, page.upto, assets.length === ASSETS ? assets.at(-1)?.assetId ?? null : null);
  return { kind: 'again', dueAt: at };
}
