import { derivedId, TOPICS, type ScanCompleted, type ScanMarker } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { applyAbsence, countsOf, problemsOf, showsAbsence, statusOf, type LastShown } from '../domain/completion.js';
import { introducedAgainst, introducedOnBranch, introducedOnDefault, missingOf, tally } from '../persistence/completion.repository.js';
import { loadKnown, saveAbsences, saveFindings } from '../persistence/finding.repository.js';
import { closeScan } from '../persistence/ledger.repository.js';
import { planFor } from '../persistence/plans.js';
import { announceEvolved } from './announce.js';
import type { Deciding } from './apply-wave.js';
import type { OpenScan } from './open-scans.js';

/** Findings whose absence is decided at once: bounds memory when a whole scope goes. */
const CHUNK = 2000;

/** Completes a scan whose marker and parts are all there: absence, counts, and the word to those who wait for it. */
export async function completeScan(unit: Unit, open: OpenScan, deciding: Deciding): Promise<void> {
  const marker = open.marker;
  if (marker === null || open.partsSeen + open.slice.parts.length < marker.parts) return;
  const { facts, slice } = open;
  await planFor(unit, 'sets');
  const seen = await tally(unit, facts.scanId, facts.scope.scopeId);
  const applied = showsAbsence(marker, seen.observed) && !facts.superseded;
  const absence = applied ? await missAll(unit, open, deciding) : { absent: 0, fixed: 0, records: 0 };
  const counts = countsOf(marker, seen, absence.absent, absence.fixed);
  await closeScan(unit, { scanId: facts.scanId, scopeId: facts.scope.scopeId, applied, counts, at: deciding.changedAt });
  const completed: ScanCompleted = {
    header: slice.header, status: statusOf(marker, seen.observed), coverage: marker.coverage, counts, changes: seen.records + absence.records,
    baseline: facts.baseline, introduced: await introduced(unit, open, marker), problems: problemsOf(marker, seen.observed), completedAt: deciding.changedAt,
  };
  const tenant = tenantId(slice.tenantId);
  unit.announce({
    topic: TOPICS.scanCompleted, key: [tenant, facts.scanId], value: completed, tenantId: tenant, cause: slice.cause,
    eventId: derivedId(facts.scanId, 'scan.completed', 0),
  });
}

async function missAll(unit: Unit, open: OpenScan, deciding: Deciding): Promise<{ absent: number; fixed: number; records: number }> {
  const { facts, before } = open;
  const missing = await missingOf(unit, facts.scanId, facts.scope.scopeId, deciding.policy.absencesToFix);
  await planFor(unit, 'lookup');
  const ids = new Set(missing.map((one) => one.id));
  const findings = [...new Set(missing.map((one) => one.findingId))];
  const last = lastShown(open, before);
  const total = { absent: 0, fixed: 0, records: 0 };
  for (let from = 0; from < findings.length; from += CHUNK) {
    const known = [...(await loadKnown(unit, findings.slice(from, from + CHUNK))).values()];
    const result = applyAbsence(ids, known, last, { scan: facts, asset: open.asset, ...deciding });
    await saveFindings(unit, result.evolved.filter((one) => one.record !== undefined).map((one) => one.finding));
    await saveAbsences(unit, result.occurrences);
    total.records += announceEvolved(unit, open, result.evolved);
    total.absent += result.absent;
    total.fixed += result.fixed;
  }
  return total;
}

/** The scan before this one in the scope; parts of this one that came in an earlier batch moved the head already. */
function lastShown({ facts }: OpenScan, before: OpenScan['before']): LastShown {
  if (before === undefined) return { at: facts.receivedAt, version: facts.scope.version };
  if (before.headSequence !== facts.sequence) return { at: before.headAt, version: before.headVersion };
  return { at: before.previousAt || before.headAt, version: before.previousVersion || before.headVersion };
}

async function introduced(unit: Unit, { facts, slice }: OpenScan, marker: ScanMarker): Promise<readonly string[]> {
  if (marker.rejected !== '') return [];
  await planFor(unit, 'sets');
  const { base } = slice.header.target;
  const named = base === '' ? undefined : await introducedAgainst(unit, { scanId: facts.scanId, scopeId: facts.scope.scopeId, stream: slice.stream }, base);
  if (named !== undefined) return named;
  return facts.scope.defaultLine ? introducedOnDefault(unit, facts.scanId) : introducedOnBranch(unit, facts.scanId, facts.scope.scopeId);
}
