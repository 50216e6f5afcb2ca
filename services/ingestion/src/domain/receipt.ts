import type { ScanCounts } from '@throughline/contracts';
import type { ScanStatus } from '@throughline/domain';
import type { Refusal } from './refusal.js';

/** What is known of a scan's progress. */
export interface Progress {
  readonly status: ScanStatus;
  /** Verdict of the deduplication, if it is there. */
  readonly verdict: 'done' | 'partial' | 'rejected' | null;
  /** Findings that the scan changed, if the deduplication is there; they get a score each. */
  readonly changes: number | null;
  readonly scored: boolean;
}

/**
 * Status that follows from what is known: `done` means deduplicated and scored, in whatever order the two were heard of.
 * A scan that changed nothing has nothing to be scored. Only a late verdict moves a stalled scan.
 */
export function statusOf(progress: Progress): ScanStatus {
  if (progress.status === 'rejected' || progress.verdict === 'rejected') return 'rejected';
  if (progress.verdict === null) return progress.status === 'queued' && progress.scored ? 'processing' : progress.status;
  if (progress.scored || progress.changes === 0) return progress.verdict;
  return progress.status === 'stalled' ? 'stalled' : 'processing';
}

/** Counts as the API names them. */
export interface ApiCounts {
  readonly reported: number; readonly observed: number; readonly quarantined: number; readonly new: number; readonly changed: number;
  readonly unchanged: number; readonly reopened: number; readonly merged: number; readonly absent: number; readonly fixed: number;
}

export function apiCounts(counts: ScanCounts | null): ApiCounts {
  const known = counts ?? { reported: 0, observed: 0, quarantined: 0, created: 0, changed: 0, unchanged: 0, reopened: 0, merged: 0, absent: 0, fixed: 0 };
  return {
    reported: known.reported, observed: known.observed, quarantined: known.quarantined, new: known.created, changed: known.changed,
    unchanged: known.unchanged, reopened: known.reopened, merged: known.merged, absent: known.absent, fixed: known.fixed,
  };
}

export type ReceiptProblem = Refusal;
