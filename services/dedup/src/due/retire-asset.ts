import { tenantId, type Clock } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { done, type Unit } from '@throughline/stream';
import { lockAsset } from '../consumers/identity-lock.js';
import type { OpenScan } from '../consumers/open-scans.js';
import type { Policy } from '../domain/policy.js';
import { loadPolicy } from '../persistence/policy.repository.js';
import { backWithAsset, retiredWithAsset } from '../domain/retire.js';
import { openFindings, retiredFindings, shownSince } from '../persistence/asset.repository.js';
import { loadRuns } from '../persistence/ledger.repository.js';
import { PAGE, tellPage, type Paged } from './tell-page.js';

export const RETIRE = 'asset.retire';

/**
 * Makes the findings of an asset follow its fate, a page a transaction: the chain says that it is no more, and what is open
 * is retired, but for what a scan that came after that still showed; it is back, and they are what their scans say.
 */
export async function retireAsset(work: DueWork, unit: Unit, clock: Clock, fallback: Policy): Promise<DueOutcome> {
  const { asset: urn, after } = work.payload as unknown as Paged;
  if (work.tenantId === null) return done;
  const policy = await loadPolicy(unit, work.tenantId, fallback);
  const asset = await lockAsset(unit, work.tenantId, urn);
  const { decommissionedAt, assetId } = asset;
  if (decommissionedAt === '') {
    const runs = (await loadRuns(unit, [asset])).get(assetId) ?? [];
    const ids = await retiredFindings(unit, assetId, after, PAGE);
    await tellPage(unit, { work, asset, ids, change: 'changed', clock }, (known) => backWithAsset(known, runs, policy, clock.now().toISOString()));
  } else {
    const ids = await openFindings(unit, assetId, after, PAGE);
    const shown = await shownSince(unit, ids, decommissionedAt);
    await tellPage(unit, { work, asset, ids, change: 'retired', clock }, (known) => (shown.has(known.finding.findingId) ? undefined : retiredWithAsset(known, decommissionedAt)));
  }
  return done;
}

export async function scheduleRetire(unit: Unit, tenant: string, urn: string, now: Date): Promise<void> {
  const payload: Paged = { asset: urn, after: '' };
  await scheduleDue(unit, { kind: RETIRE, key: `${tenant}|${urn}`, tenantId: tenantId(tenant), dueAt: now, payload: { ...payload } });
}

/** A scan from before the end of its asset that comes after it brings findings that are to be retired, too. */
export async function retireLate(unit: Unit, scans: readonly OpenScan[], now: Date): Promise<void> {
  for (const { asset, facts } of scans) {
    if (asset.decommissionedAt !== '' && facts.receivedAt <= asset.decommissionedAt) await scheduleRetire(unit, facts.tenantId, asset.urn, now);
  }
}
