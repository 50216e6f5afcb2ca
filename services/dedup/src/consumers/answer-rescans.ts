import type { Unit } from '@throughline/persistence';
import type { ScanInScope } from '../persistence/completion.repository.js';
import { answerRequests, openRequests } from '../persistence/rescan.repository.js';
import type { OpenScan } from './open-scans.js';

/** A finding that somebody asked to be looked for, and the scan that did. */
export interface Asked extends ScanInScope {
  readonly findingId: string;
}

/** Findings that scans which count were asked about before they came: one look-up for all of them. */
export async function askedOf(unit: Unit, scans: readonly (ScanInScope & { readonly open: OpenScan })[]): Promise<readonly Asked[]> {
  if (scans.length === 0) return [];
  const requests = await openRequests(unit, scans.map((one) => one.scopeId));
  return scans.flatMap(({ open, scanId, scopeId }) => requests
    .filter((one) => one.scopeId === scopeId && one.requestedAt < open.facts.receivedAt).map(({ findingId }) => ({ scanId, scopeId, findingId })));
}

/** Says what these scans showed; one that still shows a finding answers for all its scopes. */
export async function answerRescans(unit: Unit, asked: readonly Asked[], at: string): Promise<void> {
  if (asked.length > 0) await answerRequests(unit, asked, at);
}
