import type { Problem, ScanCounts, ScanMarker } from '@throughline/contracts';
import { missed, type Evolved, type Known } from './evolve.js';
import { merged, type SliceFacts } from './apply.js';
import type { FullOccurrence } from './model.js';

/** What the parts of a scan showed, counted over all of them. */
export interface Tally {
  /** Drafts in the parts. */
  readonly observed: number;
  /** Different findings among them. */
  readonly findings: number;
  readonly created: number;
  readonly reopened: number;
  readonly changed: number;
}

/** Whether absence means anything: the scan looked everywhere, and we could read all that it said. */
export function showsAbsence(marker: ScanMarker, observed: number): boolean {
  return marker.coverage === 'complete' && marker.rejected === '' && marker.quarantined === 0 && marker.observed === observed;
}

/** What we could read, which is not what the scan looked at (coverage). */
export function statusOf(marker: ScanMarker, observed: number): 'done' | 'partial' | 'rejected' {
  if (marker.rejected !== '') return 'rejected';
  return marker.quarantined > 0 || marker.observed !== observed ? 'partial' : 'done';
}

/** Counts that add up: observed = new + changed + unchanged + reopened + merged. */
export function countsOf(marker: ScanMarker, tally: Tally, absent: number, fixed: number): ScanCounts {
  const { observed, findings, created, reopened, changed } = tally;
  return {
    reported: marker.reported, observed, quarantined: marker.quarantined, created, changed, reopened,
    unchanged: findings - created - reopened - changed, merged: observed - findings, absent, fixed,
  };
}

export function problemsOf(marker: ScanMarker, observed: number): readonly Problem[] {
  if (marker.observed === observed) return marker.problems;
  const message = `the report's reader announced ${marker.observed} results and ${observed} arrived; the scan closes nothing; upload it again`;
  return [...marker.problems, { code: 'parts_incomplete', message, position: '' }].slice(-100);
}

export interface Absences {
  readonly evolved: readonly Evolved[];
  readonly occurrences: readonly FullOccurrence[];
  /** Findings that the scope shows nowhere now. */
  readonly absent: readonly string[];
  readonly fixed: readonly string[];
}

/** Where a scope stood before the scan that now misses something: the last that showed it. */
export interface LastShown {
  readonly at: string;
  readonly version: string;
}

/** What a complete scan of a scope missed. */
export interface Missed {
  /** Ids of occurrences. */
  readonly missing: ReadonlySet<string>;
  readonly last: LastShown;
  /** Findings that somebody asked this scan about: missed by it they are gone, however often the policy asks. */
  readonly asked: ReadonlySet<string>;
}

/** A complete scan missed occurrences of its scope; `known` holds their findings. */
export function applyAbsence({ missing, last, asked }: Missed, known: readonly Known[], facts: SliceFacts): Absences {
  const evolved: Evolved[] = [];
  const occurrences: FullOccurrence[] = [];
  const absent: string[] = [];
  for (const one of known) {
    const inScope = one.occurrences.filter((occurrence) => occurrence.scopeId === facts.scan.scope.scopeId);
    const gone = inScope.filter((occurrence) => missing.has(occurrence.id));
    const verified = asked.has(one.finding.findingId);
    const updates = gone.map((occurrence) => ({ ...absentOnce(occurrence, last, facts.scan.sequence), ...(verified ? { verified } : {}) }));
    const after = merged(one.occurrences, new Map(updates.map((update) => [update.id, update])), facts.scan);
    if (!inScope.some((occurrence) => occurrence.absences === 0 && !missing.has(occurrence.id))) absent.push(one.finding.findingId);
    occurrences.push(...updates);
    evolved.push(missed({ finding: one.finding, occurrences: after }, gone.some((occurrence) => occurrence.absences === 0), facts));
  }
  return { evolved, occurrences, absent, fixed: evolved.filter((one) => one.outcome === 'fixed').map((one) => one.finding.findingId) };
}

function absentOnce(occurrence: FullOccurrence, last: LastShown, sequence: number): FullOccurrence {
  const first = occurrence.absences === 0;
  return {
    ...occurrence, absences: occurrence.absences + 1,
    lastSeen: first ? last.at : occurrence.lastSeen, lastVersion: first ? last.version : occurrence.lastVersion,
    goneSequence: first ? sequence : occurrence.goneSequence,
  };
}
