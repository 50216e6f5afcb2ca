import type { FindingDraft, FindingObserved, Problem, ScanHeader, ScanMarker, ScanReceived } from '@throughline/contracts';
import type { ParseSummary, ReportMeta } from '@throughline/parsers/api';
import { coverageOf } from './coverage.js';
import { resolveTarget, scopeKey } from './target.js';

export const MAX_PROBLEMS = 100;

export interface Opened {
  readonly header: ScanHeader;
  readonly problems: readonly Problem[];
}

const NO_META: ReportMeta = { tool: '', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] };

/** What every part of the scan repeats. Without a meta (the report could not be read) only the upload's words count. */
export function openScan(scan: ScanReceived, format: string, meta: ReportMeta = NO_META): Opened {
  const { target, problems } = resolveTarget(scan.target, meta.hints);
  const tool = (scan.tool || meta.tool || format || 'unknown').toLowerCase();
  return {
    header: {
      scanId: scan.scanId, tenantId: scan.tenantId, sequence: scan.sequence, tool, toolVersion: meta.toolVersion, format, target, scope: scopeKey(target, tool),
      receivedAt: scan.receivedAt, scannedAt: scan.scannedAt || meta.scannedAt || scan.receivedAt,
    },
    problems: [...problems, ...meta.problems],
  };
}

export function partOf(header: ScanHeader, ordinal: number, drafts: readonly FindingDraft[]): FindingObserved {
  return { header, ordinal, drafts, marker: null };
}

export function markerOf(header: ScanHeader, marker: ScanMarker): FindingObserved {
  return { header, ordinal: -1, drafts: [], marker: { ...marker, problems: marker.problems.slice(0, MAX_PROBLEMS) } };
}

/** Ends a report that was refused as a whole, before anything of it was announced. */
export function rejectedMarker(code: string, problem: Problem): ScanMarker {
  return { parts: 0, reported: 0, observed: 0, quarantined: 0, coverage: 'failed', rejected: code, problems: [problem] };
}

export interface Counts {
  readonly parts: number;
  readonly observed: number;
  readonly quarantined: number;
}

/** Ends a report that was read to its end. */
export function completeMarker(scan: ScanReceived, meta: ReportMeta, summary: ParseSummary, counts: Counts, problems: readonly Problem[]): ScanMarker {
  const coverage = coverageOf({ declared: scan.coverage, reported: summary.reported, success: meta.success, partial: meta.partial === true });
  return { ...counts, reported: summary.reported, coverage, rejected: '', problems: [...problems, ...tallyProblems(summary)] };
}

/**
 * Ends a report that broke while its results were read (its bytes changed under us): what was announced stays, and it
 * shows the absence of nothing.
 */
export function brokenMarker(counts: Counts, problems: readonly Problem[]): ScanMarker {
  return { ...counts, reported: counts.observed + counts.quarantined, coverage: 'failed', rejected: '', problems };
}

function tallyProblems({ tally }: ParseSummary): Problem[] {
  const problems: Problem[] = [];
  if (tally.droppedKeys > 0) problems.push({ code: 'keys_dropped', message: `${tally.droppedKeys} keys named __proto__ or constructor were left out`, position: '' });
  if (tally.strippedNuls > 0) problems.push({ code: 'nul_stripped', message: `${tally.strippedNuls} NUL characters were left out`, position: '' });
  return problems;
}
