import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen } from '../score/truth.js';

const LIMIT_MS = 300_000;
const AT_ONCE = 8;

export interface Upload {
  readonly report: string;
  readonly repository?: string;
  readonly image?: string;
  readonly url?: string;
  readonly application?: string;
  readonly commit?: string;
  readonly format?: string;
}

export interface Receipt {
  readonly id: string;
  readonly status: string;
  readonly coverage: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

interface Observation {
  readonly id: string;
  readonly tool: string;
  readonly rule: string;
  readonly title: string;
  readonly present: boolean;
  readonly location: { readonly path: string; readonly startLine: number; readonly endLine: number; readonly startColumn?: number; readonly endColumn?: number } | null;
  readonly identifiers: readonly string[];
  readonly component: { readonly purl: string; readonly name: string; readonly ecosystem?: string } | null;
}

interface Item {
  readonly id: string;
  readonly class: string;
  readonly status: string;
  readonly title: string;
  readonly rules: readonly { readonly tool: string; readonly id: string }[];
  readonly location: { readonly path?: string; readonly startLine?: number; readonly endLine?: number } | null;
}

/** The platform as a user of its API sees it. */
export interface PlatformApi {
  /** Uploads and waits until it is applied and scored. */
  scan(upload: Upload): Promise<Receipt>;
  /** Every result that the newest scans of an asset show, with its finding. */
  results(filter: Readonly<Record<string, string>>): Promise<readonly Seen[]>;
  /** As `results`, without columns: one request where each finding shows one result, as is usual of one code scanner. */
  places(filter: Readonly<Record<string, string>>, expected: number): Promise<readonly Seen[]>;
  formats(): Promise<ReadonlySet<string>>;
}

export function platformApi(url: string, token: string): PlatformApi {
  const ask = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const answer = await fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path} was answered ${answer.status}: ${text.slice(0, 400)}`);
    return JSON.parse(text) as T;
  };
  const live = async (filter: Readonly<Record<string, string>>): Promise<Item[]> => (await all<Item>(ask, `/v1/findings?${new URLSearchParams({ ...filter, limit: '1000' }).toString()}`)).filter(({ status }) => status === 'open' || status === 'reopened');
  const shown = async (items: readonly Item[]): Promise<Seen[]> => (await inTurns(items, AT_ONCE * 2, async (item) => (await ask<{ items: Observation[] }>(`/v1/findings/${item.id}/observations`)).items.filter(({ present }) => present).map((one) => seenOf(item, one)))).flat();
  return {
    scan: async ({ report, ...target }) => finished(ask, (await ask<Receipt>(`/v1/scans?${new URLSearchParams({ branch: 'main', coverage: 'complete', ...target }).toString()}`, { method: 'POST', body: report })).id),
    results: async (filter) => shown(await live(filter)),
    places: async (filter, expected) => {
      const items = await live(filter);
      const simple = items.length === expected && items.every(({ rules, location }) => rules.length === 1 && location?.path);
      return simple ? items.map(placeOf) : shown(items);
    },
    formats: async () => new Set((await ask<{ items: { id: string }[] }>('/v1/formats?limit=1000')).items.map(({ id }) => id)),
  };
}

async function finished(ask: <T>(path: string) => Promise<T>, id: string): Promise<Receipt> {
  const deadline = performance.now() + LIMIT_MS;
  for (let wait = 40; ; wait = Math.min(wait * 1.5, 400)) {
    const receipt = await ask<Receipt>(`/v1/scans/${id}`);
    if (receipt.status === 'done') return receipt;
    if (['rejected', 'partial', 'stalled'].includes(receipt.status) || performance.now() > deadline) throw new Error(`scan ${id} is ${receipt.status}: ${JSON.stringify(receipt)}`);
    await sleep(wait);
  }
}

async function all<T>(ask: <A>(path: string) => Promise<A>, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: T[]; next: string | null } = await ask(`${path}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** At most `width` at a time, results in order. */
export async function inTurns<T, R>(work: readonly T[], width: number, each: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(width, work.length) }, async () => {
    for (let at = next++; at < work.length; at = next++) results[at] = await each(work[at] as T);
  }));
  return results;
}

const seenOf = (item: Item, one: Observation): Seen => ({
  finding: item.id, observation: one.id, class: item.class, tool: one.tool, rule: one.rule, title: one.title, path: one.location?.path ?? '',
  startLine: one.location?.startLine ?? 0, endLine: one.location?.endLine ?? 0, startColumn: one.location?.startColumn ?? 0, endColumn: one.location?.endColumn ?? 0,
  component: one.component?.purl || (one.component?.name ?? ''), identifiers: one.identifiers,
});

const placeOf = (item: Item): Seen => ({
  finding: item.id, observation: item.id, class: item.class, tool: item.rules[0]?.tool ?? '', rule: item.rules[0]?.id ?? '', title: item.title,
  path: item.location?.path ?? '', startLine: item.location?.startLine ?? 0, endLine: item.location?.endLine ?? 0, startColumn: 0, endColumn: 0, component: '', identifiers: [],
});
