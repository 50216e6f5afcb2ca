import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { apiQuery } from '../lib/findings-url.js';
import { attestation, blastRadius, coverage, exposedService, exposurePeriods, missingHop, provenancePolicy } from './chain-normalize.js';
import type { ProvenancePolicy } from './chain-types.js';
import { change, get } from './client.js';
import { items, orNull } from './queries.js';
import type { Asset, Finding } from './types.js';

/** Reads of the chain: who reaches what, since when, how well it is known, and what hangs on it. */
export const exposureHistoryQuery = (asset: string) => queryOptions({ queryKey: ['exposure-history', asset], queryFn: async ({ signal }) => exposurePeriods(await orNull(get('/trace/exposure-history', { asset }, signal))), staleTime: 30_000, retry: false });
export const coverageQuery = () => queryOptions({ queryKey: ['coverage'], queryFn: async ({ signal }) => coverage(await get('/trace/coverage', {}, signal)), staleTime: 30_000 });
export const missingHopQuery = (hop: string) => queryOptions({ queryKey: ['coverage', hop], queryFn: async ({ signal }) => { const page = await items<unknown>(`/trace/coverage/${encodeURIComponent(hop)}`, { limit: 500 }, signal); return { items: page.items.map(missingHop), more: page.next !== null }; } });
export const exposedQuery = (filters: Readonly<Record<string, string | undefined>>) => queryOptions({
  queryKey: ['exposed', filters], placeholderData: keepPreviousData, staleTime: 15_000,
  queryFn: async ({ signal }) => { const page = await items<unknown>('/trace/exposed', { ...filters, limit: 500 }, signal); return { items: page.items.map(exposedService), more: page.next !== null }; },
});
export const blastRadiusQuery = (from: readonly string[]) => queryOptions({ queryKey: ['blast-radius', ...from], queryFn: async ({ signal }) => blastRadius(await get('/trace/blast-radius', { from }, signal)), enabled: from.length > 0, staleTime: 15_000 });
export const attestationsQuery = (image: string, status = '') => queryOptions({ queryKey: ['attestations', image, status], queryFn: async ({ signal }) => (await items<unknown>('/assets/attestations', { image, status, limit: 100 }, signal)).items.map(attestation), staleTime: 30_000 });
export const provenanceQuery = () => queryOptions({ queryKey: ['provenance'], queryFn: async ({ signal }) => provenancePolicy(await orNull(get('/policies/provenance', {}, signal))) });

export function saveProvenance(policy: Pick<ProvenancePolicy, 'keys' | 'builders' | 'issuers' | 'identities' | 'trustedRoot'>, reason: string): Promise<unknown> {
  const { trustedRoot } = policy;
  const sigstore = policy.issuers.length || policy.identities.length || trustedRoot ? { sigstore: { issuers: policy.issuers, identities: policy.identities, ...(trustedRoot ? { trustedRoot } : {}) } } : {};
  return change('PUT', '/policies/provenance', { keys: policy.keys, builders: policy.builders, ...sigstore, ...(reason ? { reason } : {}) });
}

export const assetSearchQuery = (q: string, kind: string) => queryOptions({
  queryKey: ['asset-search', q, kind], queryFn: async ({ signal }) => { const page = await items<Asset>('/assets', { q, kind, limit: 40 }, signal); return { items: page.items, more: page.next !== null }; },
  enabled: q.length >= 2 || kind !== '', placeholderData: keepPreviousData, staleTime: 15_000,
});

/** Findings in band Act that the internet reaches, for the counts beside services; one page, and it says when that was not all. */
export const exposedActQuery = () => queryOptions({ queryKey: ['exposed-act'], queryFn: async ({ signal }) => { const page = await items<Finding>('/findings', { ...apiQuery({ band: 'act', exposed: 'yes' }), limit: 500 }, signal); return { items: page.items, more: page.next !== null }; }, staleTime: 30_000 });

/** The assets that carry an advisory, open or not decided yet. */
export const carriersQuery = (identifier: string) => queryOptions({
  queryKey: ['carriers', identifier], enabled: identifier !== '',
  queryFn: async ({ signal }) => { const page = await items<Finding>('/findings', { ...apiQuery({ identifier }), limit: 500 }, signal); return { findings: page.items, more: page.next !== null }; },
});
