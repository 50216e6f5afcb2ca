import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ApiError, change, get } from './client.js';
import type { Observations, Rescan, ScanChange, ScanChanges, SeenObservation, Why } from './identity-types.js';
import { list, type Loose, loose, numbers, text, texts } from './loose.js';
import { observation } from './normalize.js';
import { items } from './queries.js';
import type { Finding, Scan } from './types.js';

const one = encodeURIComponent;

export const observationsQuery = (id: string) => queryOptions({ queryKey: ['finding', id, 'observations'], queryFn: async ({ signal }) => observations(await get(`/findings/${one(id)}/observations`, {}, signal)) });
export const scanQuery = (id: string) => queryOptions({
  queryKey: ['scan', id], queryFn: ({ signal }) => get<Scan>(`/scans/${one(id)}`, {}, signal),
  refetchInterval: ({ state }) => (state.data && ['queued', 'processing'].includes(state.data.status) ? 2000 : false),
});
/** `done`: a scan that is still on its way is asked about again when it arrived. */
export const changesQuery = (id: string, kind: string | undefined, done: boolean) => infiniteQueryOptions({
  queryKey: ['scan', id, 'changes', kind ?? '', done], enabled: done,
  queryFn: async ({ pageParam, signal }) => changes(await get(`/scans/${one(id)}/changes`, { kind, limit: 100, cursor: pageParam }, signal)),
  initialPageParam: '', getNextPageParam: (last: ScanChanges) => last.next ?? undefined, placeholderData: keepPreviousData,
});
/** Findings of the same asset, for a merge: the platform joins no others. */
export const siblingsQuery = (asset: string, q: string) => queryOptions({
  queryKey: ['siblings', asset, q], queryFn: ({ signal }) => items<Finding>('/findings', { asset, q, status: 'open,reopened,awaiting-verification,fixed', limit: 20 }, signal), placeholderData: keepPreviousData, staleTime: 10_000,
});

export const splitFinding = (id: string, body: { readonly observations: readonly string[]; readonly reason: string }) => change<{ readonly created: string }>('POST', `/findings/${one(id)}/split`, body);
export const mergeFindings = (id: string, body: { readonly findings: readonly string[]; readonly reason: string }) => change<unknown>('POST', `/findings/${one(id)}/merge`, body);
export const askForRescan = (id: string) => change<{ readonly remedy?: string }>('POST', `/findings/${one(id)}/verify`, {});

/**
 * Scoring follows a correction a moment later. Asks until the finding says what is expected, for at most ten seconds:
 * then the page shows what is there and the next look shows the rest.
 */
export async function settled(id: string, isSo: (finding: Finding) => boolean): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    try {
      if (isSo(await get<Finding>(`/findings/${one(id)}`))) return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) return;
    }
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
}

function observations(body: unknown): Observations {
  const from = loose(body);
  const identity = loose(from['identity']);
  return {
    items: list(from['items']).map(seen), rescan: rescan(from['rescan']), flags: texts(identity['flags']),
    candidates: list(identity['candidates']).map((value) => ({ finding: text(loose(value), 'finding'), flag: text(loose(value), 'flag') })),
    decisions: list(identity['decisions']).map((value) => { const row = loose(value); return { kind: text(row, 'kind'), other: text(row, 'other'), reason: text(row, 'reason'), actor: text(row, 'actor'), decidedAt: text(row, 'decidedAt') }; }),
  };
}

function rescan(value: unknown): Rescan | null {
  const from = loose(value);
  return text(from, 'requestedAt') ? { requestedAt: text(from, 'requestedAt'), by: text(from, 'by'), outcome: text(from, 'outcome') } : null;
}

function seen(value: unknown): SeenObservation {
  const from = loose(value);
  return {
    ...observation(value), present: from['present'] !== false, missedScans: Number(from['missedScans'] ?? 0), line: text(from, 'line'), defaultLine: from['defaultLine'] !== false,
    firstScan: text(from, 'firstScan') || null, goneScan: text(from, 'goneScan') || null, join: why(from['join']),
  };
}

function why(value: unknown): Why | null {
  if (typeof value !== 'object' || value === null) return null;
  const from: Loose = loose(value);
  return { rule: text(from, 'rule'), recipe: text(from, 'recipe'), fields: texts(from['fields']), confidence: Number(from['confidence'] ?? 0), at: text(from, 'at'), by: text(from, 'by'), evidence: text(from, 'evidence'), scan: text(from, 'scan') || null };
}

function changes(body: unknown): ScanChanges {
  const from = loose(body);
  return {
    completed: from['completed'] !== false, decidesAbsence: from['decidesAbsence'] !== false, counts: numbers(from['counts']), next: text(from, 'next') || null,
    items: list(from['items']).map((value): ScanChange => ({ ...(value as ScanChange), join: why(loose(value)['join']), flags: texts(loose(value)['flags']) })),
  };
}
