import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId, type Clock } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { done, type Unit } from '@throughline/stream';
import { compose, relevant } from '../domain/compose.js';
import { issueIdOf } from '../domain/issue.js';
import type { Asset, Finding, FullOccurrence } from '../domain/model.js';
import { loadKnown, saveFindings } from '../persistence/finding.repository.js';
import { packageFindings } from '../persistence/lineage.repository.js';
import { lockAsset } from '../consumers/identity-lock.js';

export const REGROUP = 'issue.regroup';
const PAGE = 500;

/** Tells the findings of an asset whose issue moved with its lineage, a page a transaction; the next page is work anew. */
export async function regroupIssues(work: DueWork, unit: Unit, clock: Clock): Promise<DueOutcome> {
  const { asset: urn, after } = work.payload as { readonly asset: string; readonly after: string };
  if (work.tenantId === null) return done;
  const asset = await lockAsset(unit, work.tenantId, urn);
  const page = await packageFindings(unit, asset.assetId, after, PAGE);
  const saved: Finding[] = [];
  for (const { finding, occurrences } of (await loadKnown(unit, page)).values()) {
    const next = regrouped(finding, asset, occurrences);
    if (next === undefined) continue;
    saved.push(next);
    const tenant = tenantId(finding.tenantId);
    unit.announce({
      topic: TOPICS.findingChanged, key: [tenant, next.findingId], tenantId: tenant,
      value: compose(next, asset, occurrences, { change: 'changed', scanId: '', changedAt: clock.now().toISOString() }),
      eventId: derivedId(`${urn}|${next.findingId}`, 'finding.regrouped', next.version),
    });
  }
  await saveFindings(unit, saved);
  const last = page.at(-1);
  if (page.length === PAGE && last !== undefined) {
    await scheduleDue(unit, { kind: REGROUP, key: work.key, tenantId: work.tenantId, dueAt: clock.now(), payload: { asset: urn, after: last } });
  }
  return done;
}

function regrouped(finding: Finding, asset: Asset, occurrences: readonly FullOccurrence[]): Finding | undefined {
  if (occurrences.length === 0) return undefined;
  const issueId = issueIdOf(finding.tenantId, finding.findingId, asset, relevant(finding, occurrences), finding.aliases);
  return issueId === finding.issueId ? undefined : { ...finding, issueId, version: finding.version + 1 };
}
