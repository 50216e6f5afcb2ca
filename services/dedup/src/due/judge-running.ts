import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId, type Clock } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { done, type Unit } from '@throughline/stream';
import { lockAsset } from '../consumers/identity-lock.js';
import { rerun, type Evolved } from '../domain/evolve.js';
import type { Policy } from '../domain/policy.js';
import { loadPolicy } from '../persistence/policy.repository.js';
import { loadKnown, saveFindings } from '../persistence/finding.repository.js';
import { loadRuns } from '../persistence/ledger.repository.js';
import { findingsToRerun } from '../persistence/lineage.repository.js';

export const RERUN = 'running.judge';
const PAGE = 500;

/**
 * Judges the findings of an asset of which other versions run now (a deployment, a roll-back): what a running version
 * shows lives, also when the head's scans miss it; a page a transaction. Findings that nothing changes for are not read.
 */
export async function judgeRunning(work: DueWork, unit: Unit, clock: Clock, fallback: Policy): Promise<DueOutcome> {
  const { asset: urn, after } = work.payload as { readonly asset: string; readonly after: string };
  if (work.tenantId === null) return done;
  const policy = await loadPolicy(unit, work.tenantId, fallback);
  const asset = await lockAsset(unit, work.tenantId, urn);
  const runs = (await loadRuns(unit, [asset])).get(asset.assetId) ?? [];
  const page = await findingsToRerun(unit, asset.assetId, runs, after, PAGE);
  const changedAt = clock.now().toISOString();
  const evolved = [...(await loadKnown(unit, page)).values()].map((known) => rerun(known, asset, runs, policy, changedAt)).filter((one) => one !== undefined);
  await saveFindings(unit, evolved.map((one) => one.finding));
  for (const one of evolved) tell(unit, urn, one);
  const last = page.at(-1);
  if (page.length === PAGE && last !== undefined) {
    await scheduleDue(unit, { kind: RERUN, key: work.key, tenantId: work.tenantId, dueAt: clock.now(), payload: { asset: urn, after: last } });
  }
  return done;
}

function tell(unit: Unit, urn: string, { finding, record }: Evolved): void {
  if (record === undefined) return;
  const tenant = tenantId(finding.tenantId);
  unit.announce({
    topic: TOPICS.findingChanged, key: [tenant, finding.findingId], tenantId: tenant, value: record,
    eventId: derivedId(`${urn}|${finding.findingId}`, 'finding.rerun', finding.version),
  });
}
