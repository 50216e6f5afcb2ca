import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { apiQuery, type FindingsSearch } from '../lib/findings-url.js';
import { ApiError, get } from './client.js';
import { connector, deadLetter, explanation, historyEntry, trace } from './normalize.js';
import type { ApiToken, Asset, Direction, Durable, Finding, Fix, Funnel, Issue, Page, Scan, Ticket } from './types.js';

const one = encodeURIComponent;
const NOTHING: Page<unknown> = { items: [], next: null };
export const items = async <T>(path: string, query: Record<string, string | number | undefined>, signal: AbortSignal): Promise<Page<T>> => {
  const page = await get<Page<T>>(path, query, signal);
  return { items: page.items ?? [], next: page.next ?? null };
};

/** An absent thing is an answer (`null`), not an error, where a page can say so in words. */
export async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export const findingsQuery = (search: FindingsSearch, limit = 100) => infiniteQueryOptions({
  queryKey: ['findings', apiQuery(search), limit],
  queryFn: ({ pageParam, signal }) => items<Finding>('/findings', { ...apiQuery(search), limit, cursor: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last) => last.next ?? undefined,
  placeholderData: keepPreviousData,
});

export const topFindingsQuery = (search: FindingsSearch, limit: number) => queryOptions({
  queryKey: ['top-findings', apiQuery(search), limit],
  queryFn: ({ signal }) => items<Finding>('/findings', { ...apiQuery(search), limit }, signal),
  placeholderData: keepPreviousData,
});

export const findingQuery = (id: string) => queryOptions({ queryKey: ['finding', id], queryFn: ({ signal }) => get<Finding>(`/findings/${one(id)}`, {}, signal) });
export const explanationQuery = (id: string) => queryOptions({ queryKey: ['finding', id, 'explanation'], queryFn: async ({ signal }) => explanation(await get(`/findings/${one(id)}/explanation`, {}, signal)) });
export const historyQuery = (id: string) => infiniteQueryOptions({
  queryKey: ['finding', id, 'history'],
  queryFn: async ({ pageParam, signal }) => { const page = await items<unknown>(`/findings/${one(id)}/history`, { limit: 30, cursor: pageParam }, signal); return { items: page.items.map(historyEntry), next: page.next }; },
  initialPageParam: '', getNextPageParam: (last) => last.next ?? undefined,
});
export const fixQuery = (id: string) => queryOptions({ queryKey: ['fix', id], queryFn: ({ signal }) => orNull(get<Fix>(`/fixes/${one(id)}`, {}, signal)) });
export const issueQuery = (id: string) => queryOptions({ queryKey: ['issue', id], queryFn: ({ signal }) => orNull(get<Issue>(`/issues/${one(id)}`, {}, signal)) });
export const ticketQuery = (id: string) => queryOptions({
  queryKey: ['ticket', id],
  queryFn: async ({ signal }) => orNull(get<Ticket>(`/tickets/${one(id)}`, {}, signal)),
});

export const traceQuery = (from: string, direction: Direction, at: string) => queryOptions({
  queryKey: ['trace', from, direction, at],
  // An asset that nobody has named is an empty trace, which the page puts in words.
  queryFn: async ({ signal }) => trace(await orNull(get('/trace', { from, direction, at }, signal))),
  placeholderData: keepPreviousData,
});

export const funnelQuery = (scope: Scope) => queryOptions({ queryKey: ['funnel', scope], queryFn: ({ signal }) => get<Funnel>('/metrics/funnel', { ...scope }, signal) });
export const scansQuery = (limit = 100) => queryOptions({ queryKey: ['scans', limit], queryFn: ({ signal }) => items<Scan>('/scans', { limit }, signal), refetchInterval: 5000 });
export const connectorsQuery = () => queryOptions({ queryKey: ['connectors'], queryFn: async ({ signal }) => { const page = await orNull(items<unknown>('/connectors', { limit: 500 }, signal)) ?? NOTHING; return { items: page.items.map(connector), next: page.next }; } });
export const connectorQuery = (id: string) => queryOptions({ queryKey: ['connectors', id], queryFn: async ({ signal }) => connector(await get(`/connectors/${one(id)}`, {}, signal)), refetchInterval: 10_000 });
export const deadLettersQuery = () => queryOptions({ queryKey: ['dead-letters'], queryFn: async ({ signal }) => ((await orNull(items<unknown>('/dead-letters', { limit: 100 }, signal)))?.items ?? []).map(deadLetter) });
export const durableQuery = (kind: string) => queryOptions({ queryKey: ['durable', kind], queryFn: ({ signal }) => items<Durable>(`/${kind}`, { limit: 1000 }, signal), staleTime: 60_000 });
export const assetsQuery = (kind: string) => queryOptions({ queryKey: ['assets', kind], queryFn: ({ signal }) => items<Asset>('/assets', { kind, limit: 500 }, signal), staleTime: 30_000 });
export const tokensQuery = () => queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => orNull(items<ApiToken>('/tokens', {}, signal)) });

export interface Scope { readonly application?: string; readonly team?: string }
