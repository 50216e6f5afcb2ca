import type { FullOccurrence } from './model.js';

/** The newest complete scan of a version that runs, in a scope of the default line. */
export interface Run {
  readonly scopeId: string;
  readonly version: string;
  readonly sequence: number;
}

/** What the scans of the running versions say of a finding. */
export interface Standing {
  /** Running versions that were scanned completely without showing it, and that no other scope shows it in. Sorted. */
  readonly absentIn: readonly string[];
  /** A running version that shows it, the first by text; empty when none is known to. */
  readonly runsIn: string;
}

const NOTHING: Standing = { absentIn: [], runsIn: '' };

/**
 * A running version that nobody scanned proves nothing. Between the first time that a scope showed an occurrence and the
 * begin of its present run it came and went: there nothing is claimed either.
 */
export function standing(occurrences: readonly FullOccurrence[], runs: readonly Run[]): Standing {
  if (runs.length === 0) return NOTHING;
  const shown = new Set<string>();
  const doubtful = new Set<string>();
  const missed = new Set<string>();
  for (const run of runs) {
    for (const one of occurrences) {
      if (one.scopeId !== run.scopeId) continue;
      (shows(one, run.sequence) ? shown : lacks(one, run.sequence) ? missed : doubtful).add(run.version);
    }
  }
  return {
    absentIn: [...missed].filter((version) => !shown.has(version) && !doubtful.has(version)).sort(),
    runsIn: [...shown].sort()[0] ?? '',
  };
}

type Interval = Pick<FullOccurrence, 'firstSequence' | 'sinceSequence' | 'goneSequence'>;

const shows = ({ sinceSequence, goneSequence }: Interval, sequence: number): boolean => sinceSequence <= sequence && (goneSequence === null || sequence < goneSequence);
const lacks = ({ firstSequence, goneSequence }: Interval, sequence: number): boolean => sequence < firstSequence || (goneSequence !== null && sequence >= goneSequence);

export const sameVersions = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((version, index) => version === b[index]);
