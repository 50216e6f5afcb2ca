import { derivedId, TOPICS, type ScanCompleted, type ScanMarker } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { applyAbsence, countsOf, problemsOf, showsAbsence, statusOf, type LastShown } from '../domain/completion.js';
import type { Run } from '../domain/running.js';
import { closeScans, introducedAgainst, introducedOnBranch, introducedOnDefault, missingOf, tallyOf, type ClosedScan, type Missing, type ScanTally } from '../persistence/completion.repository.js';
import { loadKnown, saveAbsences, saveFindings } from '../persistence/finding.repository.js';
import { planFor } from '../persistence/plans.js';
import { answerRescans, askedOf, type Asked } from './answer-rescans.js';
import { announceEvolved } from './announce.js';
import type { OpenScan } from './open-scans.js';
import { isWhole } from './settle-scans.js';
import type { Deciding } from './work.js';

/** Findings whose absence is decided at once: bounds memory when a whole scope goes. */
const CHUNK = 2000;

/** A scan whose marker and parts are all there. */
interface Ending {
  readonly open: OpenScan;
  readonly marker: ScanMarker;
  readonly scanId: string;
  readonly scopeId: string;
  readonly tally: ScanTally;
  readonly applied: boolean;
}

interface Absence {
  readonly absent: readonly string[];
  readonly fixed: readonly string[];
  readonly records: number;
}

const NOTHING: Absence = { absent: [], fixed: [], records: 0 };

/** Completes the scans of a wave that are whole: absence, counts, and the word to those who wait for them. */
export async function completeScans(unit: Unit, scans: readonly OpenScan[], deciding: Deciding): Promise<void> {
  const whole = scans.filter(isWhole);
  if (whole.length === 0) return;
  await planFor(unit, 'sets');
  const endings = await endingsOf(unit, whole);
  const applied = endings.filter((one) => one.applied);
  const missing = await missingOf(unit, applied, applied.map(({ open }) => deciding.policyOf(open.slice.tenantId).absencesToFix));
  const asked = await askedOf(unit, applied);
  const absences = missing.length === 0 ? new Map<string, Absence>() : await missAll(unit, endings, { missing, asked }, deciding);
  await answerRescans(unit, asked, deciding.changedAt);
  const closed = endings.map((one) => closing(one, absences.get(one.scanId) ?? NOTHING));
  await closeScans(unit, closed, deciding.changedAt);
  const introduced = await introducedBy(unit, endings);
  for (const [index, one] of endings.entries()) {
    tell(unit, one, closed[index] as ClosedScan, absences.get(one.scanId) ?? NOTHING, introduced.get(one.scanId) ?? [], deciding.changedAt);
  }
}

async function endingsOf(unit: Unit, whole: readonly OpenScan[]): Promise<readonly Ending[]> {
  const scans = whole.map((open) => ({ open, marker: open.marker as ScanMarker, scanId: open.facts.scanId, scopeId: open.facts.scope.scopeId }));
  const tallies = await tallyOf(unit, scans);
  return scans.map((one) => {
    const tally = tallies.get(one.scanId) as ScanTally;
    return { ...one, tally, applied: showsAbsence(one.marker, tally.observed) && !one.open.facts.superseded };
  });
}

interface Lacking { readonly missing: readonly Missing[]; readonly asked: readonly Asked[] }

async function missAll(unit: Unit, endings: readonly Ending[], { missing, asked }: Lacking, deciding: Deciding): Promise<ReadonlyMap<string, Absence>> {
  await planFor(unit, 'lookup');
  const byScan = Map.groupBy(missing, (one) => one.scanId);
  const absences = new Map<string, Absence>();
  for (const { open, scanId } of endings) {
    const own = byScan.get(scanId);
    if (own !== undefined) absences.set(scanId, await missOne(unit, open, { missing: own, asked: asked.filter((one) => one.scanId === scanId) }, deciding));
  }
  await planFor(unit, 'sets');
  return absences;
}

async function missOne(unit: Unit, open: OpenScan, { missing, asked }: Lacking, deciding: Deciding): Promise<Absence> {
  const lacking = { missing: new Set(missing.map((one) => one.id)), last: lastShown(open), asked: new Set(asked.map((one) => one.findingId)) };
  const findings = [...new Set(missing.map((one) => one.findingId))];
  const facts = { scan: open.facts, asset: open.asset, runs: runsWith(open), policy: deciding.policyOf(open.slice.tenantId), changedAt: deciding.changedAt };
  const absent: string[] = [];
  const fixed: string[] = [];
  let records = 0;
  for (let from = 0; from < findings.length; from += CHUNK) {
    const known = [...(await loadKnown(unit, findings.slice(from, from + CHUNK))).values()];
    const result = applyAbsence(lacking, known, facts);
    await saveFindings(unit, result.evolved.filter((one) => one.record !== undefined).map((one) => one.finding));
    await saveAbsences(unit, result.occurrences);
    records += announceEvolved(unit, open, result.evolved);
    absent.push(...result.absent);
    fixed.push(...result.fixed);
  }
  return { absent, fixed, records };
}

/** This scan speaks for its version too, when that runs; it stands in no ledger as complete yet. */
function runsWith({ asset, runs, slice, facts }: OpenScan): readonly Run[] {
  const { version, defaultLine } = slice.header.target;
  if (!defaultLine || !asset.running.includes(version)) return runs;
  const { scopeId } = facts.scope;
  return [...runs.filter((run) => run.scopeId !== scopeId || run.version !== version), { scopeId, version, sequence: facts.sequence }];
}

/** The scan before this one in the scope; parts of this one that came in an earlier batch moved the head already. */
function lastShown({ facts, before }: OpenScan): LastShown {
  if (before === undefined) return { at: facts.receivedAt, version: facts.scope.version };
  if (before.headSequence !== facts.sequence) return { at: before.headAt, version: before.headVersion };
  return { at: before.previousAt || before.headAt, version: before.previousVersion || before.headVersion };
}

function closing({ scanId, scopeId, applied, marker, tally }: Ending, { absent, fixed }: Absence): ClosedScan {
  return { scanId, scopeId, applied, counts: countsOf(marker, tally, absent.length, fixed.length), absent, fixed };
}

/** What each scan introduces: against its named base where that was scanned, else against the default line. */
async function introducedBy(unit: Unit, endings: readonly Ending[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const accepted = endings.filter((one) => one.marker.rejected === '');
  const introduced = new Map<string, readonly string[]>();
  for (const one of accepted) {
    const { base } = one.open.slice.header.target;
    const named = base === '' ? undefined : await introducedAgainst(unit, { ...one, stream: one.open.slice.stream }, base);
    if (named !== undefined) introduced.set(one.scanId, named);
  }
  const rest = accepted.filter((one) => !introduced.has(one.scanId));
  const main = rest.filter((one) => one.open.facts.scope.defaultLine).map((one) => one.scanId);
  for (const [scanId, ids] of await introducedOnDefault(unit, main)) introduced.set(scanId, ids);
  for (const [scanId, ids] of await introducedOnBranch(unit, rest.filter((one) => !one.open.facts.scope.defaultLine))) introduced.set(scanId, ids);
  return introduced;
}

function tell(unit: Unit, { open: { slice, facts }, marker, tally }: Ending, { counts }: ClosedScan, absence: Absence, introduced: readonly string[], at: string): void {
  const value: ScanCompleted = {
    header: slice.header, status: statusOf(marker, tally.observed), coverage: marker.coverage, counts, changes: tally.records + absence.records,
    baseline: facts.baseline, introduced, problems: problemsOf(marker, tally.observed), completedAt: at,
  };
  const tenant = tenantId(slice.tenantId);
  unit.announce({
    topic: TOPICS.scanCompleted, key: [tenant, facts.scanId], value, tenantId: tenant, cause: slice.cause, eventId: derivedId(facts.scanId, 'scan.completed', 0),
  });
}
