import { newId } from '@throughline/contracts';
import type { Clock, TenantId } from '@throughline/domain';
import type { DueOutcome, DueWork } from '@throughline/persistence';
import { done, skip, type Unit } from '@throughline/stream';
import { lockAssets } from '../consumers/identity-lock.js';
import { settleAsset } from '../corrections/settle-asset.js';
import type { Policy } from '../domain/policy.js';
import { assetKey } from '../domain/slices.js';
import { assetsKnownBy, movePage, nextPage } from '../persistence/alias-cursor.repository.js';
import { loadPolicy } from '../persistence/policy.repository.js';
import { loadAliases } from '../persistence/alias.repository.js';

export const SETTLE_ALIASES = 'alias.settle';
/** Changed ids of a page, and assets of a transaction. */
const IDS = 1000;
const ASSETS = 20;
/** Pages that concern nobody are passed over many at a time: a feed names far more than a tenant has. */
const PAGES = 50;

/**
 * Brings a tenant's findings to what feeds say of their ids now: a page of changed ids a turn, some assets a transaction,
 * each under its lock. A crash repeats the page; what is settled already does not change again.
 */
export async function settleAliases(work: DueWork, unit: Unit, clock: Clock, fallback: Policy): Promise<DueOutcome> {
  const { tenantId: tenant } = work;
  if (tenant === null) return skip('no tenant');
  const at = clock.now();
  const policy = await loadPolicy(unit, tenant, fallback);
  for (let page = 0; page < PAGES; page += 1) {
    const settled = await settlePage(unit, tenant, at, policy);
    if (settled === undefined) return done;
    if (settled > 0) break;
  }
  return { kind: 'again', dueAt: at };
}

/** The number of assets that were settled; undefined when no page is left. */
async function settlePage(unit: Unit, tenant: TenantId, at: Date, policy: Policy): Promise<number | undefined> {
  const page = await nextPage(unit, tenant, IDS);
  if (page === undefined) return undefined;
  const aliases = await loadAliases(unit, page.ids);
  const ids = [...new Set(page.ids.flatMap((id) => [id, ...(aliases.get(id) ?? [])]))];
  const assets = await assetsKnownBy(unit, tenant, ids, page.afterAsset, ASSETS);
  const locked = await lockAssets(unit, assets.map(({ urn }) => ({ tenantId: tenant, urn })));
  for (const { urn } of assets) {
    const asset = locked.get(assetKey(tenant, urn));
    if (asset !== undefined) await settleAsset(unit, tenant, { asset, ids, policy, at, newId });
  }
  await movePage(unit, tenant, page.upto, assets.length === ASSETS ? assets.at(-1)?.assetId ?? null : null);
  return assets.length;
}
