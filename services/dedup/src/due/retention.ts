import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId, type Clock, type TenantId } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { skip, type Unit } from '@throughline/stream';
import { lockAssets } from '../consumers/identity-lock.js';
import { compose } from '../domain/compose.js';
import { transition } from '../domain/evidence.js';
import type { Known } from '../domain/evolve.js';
import type { Finding } from '../domain/model.js';
import { followAliases } from '../persistence/alias-cursor.repository.js';
import { loadKnown, saveFindings } from '../persistence/finding.repository.js';
import { dropScans, dropScope, findingsOnlyIn, isScheduled, staleBranches, type StaleBranch } from '../persistence/retention.repository.js';

export const RETENTION = 'retention';
const DAY_MS = 86_400_000;
const SCAN_DAYS = 400;
const BRANCH_DAYS = 90;
/** Work of one transaction; more is due again at once. */
const BRANCHES = 5;
const SCANS = 200;
const FINDINGS = 500;

/** Starts the retention of a tenant, once; from then on its findings follow what feeds say of aliases, too. */
export async function ensureRetention(unit: Unit, tenant: TenantId, now: Date): Promise<void> {
  if (await isScheduled(unit, RETENTION, tenant)) return;
  await followAliases(unit, tenant);
  await scheduleDue(unit, { kind: RETENTION, key: tenant, tenantId: tenant, dueAt: new Date(now.getTime() + DAY_MS) });
}

/**
 * Forgets branches that were not scanned for 90 days and scans older than 400. Findings that only such a branch showed
 * are told as retired before; a scan that shows one again finds it by its keys.
 */
export async function applyRetention(work: DueWork, unit: Unit, clock: Clock): Promise<DueOutcome> {
  if (work.tenantId === null) return skip('no tenant');
  const now = clock.now();
  const branches = await staleBranches(unit, new Date(now.getTime() - BRANCH_DAYS * DAY_MS), BRANCHES);
  await lockAssets(unit, branches.map((branch) => ({ tenantId: work.tenantId as string, urn: branch.urn })));
  for (const branch of branches) await forget(unit, branch, now.toISOString());
  const more = await dropScans(unit, new Date(now.getTime() - SCAN_DAYS * DAY_MS), SCANS);
  return { kind: 'again', dueAt: more || branches.length === BRANCHES ? now : new Date(now.getTime() + DAY_MS) };
}

async function forget(unit: Unit, branch: StaleBranch, at: string): Promise<void> {
  for (let after = ''; ;) {
    const page = await findingsOnlyIn(unit, branch.scopeId, after, FINDINGS);
    const retired = [...(await loadKnown(unit, page)).values()].map((known) => ({ known, finding: retire(known, at) }));
    await saveFindings(unit, retired.map((one) => one.finding));
    for (const { known, finding } of retired) tell(unit, branch, { finding, occurrences: known.occurrences }, at);
    if (page.length < FINDINGS) break;
    after = page.at(-1) as string;
  }
  await dropScope(unit, branch.scopeId);
}

function retire({ finding }: Known, at: string): Finding {
  const next = transition(finding, 'retired');
  return { ...finding, ...next, statusReason: `its branch was not scanned for ${BRANCH_DAYS} days`, statusSince: at, version: finding.version + 1, absentIn: [], awaitsRollOut: false };
}

function tell(unit: Unit, asset: StaleBranch, { finding, occurrences }: Known, at: string): void {
  const tenant = tenantId(finding.tenantId);
  unit.announce({
    topic: TOPICS.findingChanged, key: [tenant, finding.findingId], tenantId: tenant, value: compose(finding, asset, occurrences, { change: 'retired', scanId: '', changedAt: at }),
    eventId: derivedId(`retention|${finding.findingId}`, 'finding.changed', finding.version),
  });
}
