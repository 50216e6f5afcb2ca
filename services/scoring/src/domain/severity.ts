import type { CvssScore, Severity } from '@throughline/contracts';

/** A vector after recomputation; `base` is null when the vector is not valid. */
export interface RecomputedCvss {
  readonly version: string;
  readonly vector: string;
  readonly base: number | null;
}

/** Computes the base score of a vector; implemented by an adapter over a library. */
export type CvssCalculator = (vector: string) => number | null;

export interface JudgedSeverity {
  /** 0 to 10. */
  readonly base: number;
  readonly value: string;
  readonly source: string;
  /** The vector that was used, for SSVC; empty when the severity is a word. */
  readonly vector: string;
}

/** The number that stands for a severity word where no CVSS is given; `unknown` is the prior, the middle of the scale. */
export const WORD_BASE: Readonly<Record<string, number>> = { critical: 9.5, high: 8, medium: 5.5, low: 2.5, info: 0.5, unknown: 5.5 };

const VERSION_ORDER = ['4.0', '3.1', '3.0', '2.0'];

/**
 * The severity that counts: the newest CVSS version with a valid vector (the highest base among equals), recomputed; else
 * the tool's number; else its word. What the tool said stays in the text when it disagrees.
 */
export function judgeSeverity(severity: Severity, cvss: readonly CvssScore[], calculate: CvssCalculator): JudgedSeverity {
  const best = newestHighest(cvss.flatMap((entry) => candidate(entry, calculate)));
  if (best !== undefined) return { base: best.base, value: describe(best, severity), source: sourceOf(best), vector: best.recomputed ? best.entry.vector : '' };
  const base = WORD_BASE[severity.normalized] ?? 5.5;
  const value = severity.normalized === 'unknown' ? `unknown: prior ${base}` : `${severity.normalized} (${base})`;
  return { base, value, source: severity.rule || 'the tool\'s word', vector: '' };
}

interface Candidate {
  readonly entry: CvssScore;
  readonly base: number;
  readonly recomputed: boolean;
}

function candidate(entry: CvssScore, calculate: CvssCalculator): readonly Candidate[] {
  const base = entry.vector ? calculate(entry.vector) : null;
  if (base !== null) return [{ entry, base, recomputed: true }];
  const given = entry.score;
  return given !== null && given >= 0 && given <= 10 ? [{ entry, base: given, recomputed: false }] : [];
}

/** Recomputed outranks given, a newer version an older one, then the higher base, then text: a total order. */
function newestHighest(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) =>
    Number(b.recomputed) - Number(a.recomputed)
    || versionRank(a.entry.version) - versionRank(b.entry.version)
    || b.base - a.base
    || (a.entry.vector < b.entry.vector ? -1 : 1))[0];
}

function versionRank(version: string): number {
  const index = VERSION_ORDER.indexOf(version);
  return index < 0 ? VERSION_ORDER.length : index;
}

function describe({ entry, base, recomputed }: Candidate, severity: Severity): string {
  const how = recomputed ? `CVSS ${entry.version}, recomputed` : `CVSS ${entry.version || 'of unknown version'}, as given`;
  const gave = entry.score !== null && recomputed && Math.abs(entry.score - base) >= 0.05 ? `; ${entry.source || 'the tool'} gave ${entry.score}` : '';
  const word = severity.normalized !== 'unknown' && severity.normalized !== wordOf(base) ? `; the tool says ${severity.original || severity.normalized}` : '';
  return `${base.toFixed(1)} (${how}${gave}${word})`;
}

function sourceOf({ entry, recomputed }: Candidate): string {
  return `${entry.source || 'report'}${recomputed ? `, ${entry.vector}` : ''}`;
}

/** The qualitative scale of CVSS 3 and 4. */
export function wordOf(base: number): string {
  if (base >= 9) return 'critical';
  if (base >= 7) return 'high';
  if (base >= 4) return 'medium';
  return base > 0 ? 'low' : 'info';
}
