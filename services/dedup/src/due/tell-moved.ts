import type { Clock } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { tenantId } from '@throughline/domain';
import { done, type Unit } from '@throughline/stream';
import { lockAsset } from '../consumers/identity-lock.js';
import { relevant } from '../domain/compose.js';
import { issueIdOf } from '../domain/issue.js';
import { shownFindings } from '../persistence/asset.repository.js';
import { PAGE, tellPage, type Paged } from './tell-page.js';

export const MOVED = 'asset.moved';

/** Tells the findings of an asset under its new name, a page a transaction. They keep their ids; issues are counted by the code's name. */
export async function tellMoved(work: DueWork, unit: Unit, clock: Clock): Promise<DueOutcome> {
  const { asset: urn, after } = work.payload as unknown as Paged;
  if (work.tenantId === null) return done;
  const asset = await lockAsset(unit, work.tenantId, urn);
  const ids = await shownFindings(unit, asset.assetId, after, PAGE);
  await tellPage(unit, { work, asset, ids, change: 'changed', clock }, ({ finding, occurrences }) => {
    const speaking = relevant(finding, occurrences);
    return speaking.length === 0 ? undefined : { ...finding, version: finding.version + 1, issueId: issueIdOf(finding.tenantId, finding.findingId, asset, speaking, finding.aliases) };
  });
  return done;
}

export async function scheduleMoved(unit: Unit, tenant: string, urn: string, now: Date): Promise<void> {
  const payload: Paged = { asset: urn, after: '' };
  await scheduleDue(unit, { kind: MOVED, key: `${tenant}|${urn}`, tenantId: tenantId(tenant), dueAt: now, payload: { ...payload } });
}
