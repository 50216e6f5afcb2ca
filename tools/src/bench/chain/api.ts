import { setTimeout as sleep } from 'node:timers/promises';
import type { TraceAnswer } from './observe.js';

/** The public API of a running platform, as an admin of the installation. */
export interface Api {
  put(path: string, body: object): Promise<void>;
  post(path: string, body: object | string, headers?: Readonly<Record<string, string>>): Promise<void>;
  remove(path: string): Promise<void>;
  get<T>(path: string): Promise<T>;
}

/** What `GET /v1/connectors/{id}` shows of its progress. */
export interface ConnectorState {
  readonly cursor: { readonly state: string; readonly pages?: number } | null;
  readonly lastSuccess: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly { readonly at: string; readonly code: string; readonly message: string }[];
  readonly gaps: readonly { readonly scope: string; readonly code: string; readonly reason: string }[];
}

export function apiAt(url: string, token: string): Api {
  const ask = async (method: string, path: string, body?: object | string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const answer = await fetch(new URL(path, url), {
      method, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text) as unknown;
  };
  return {
    put: async (path, body) => { await ask('PUT', path, body); },
    post: async (path, body, headers) => { await ask('POST', path, body, headers); },
    remove: async (path) => { await ask('DELETE', path); },
    get: async <T>(path: string) => await ask('GET', path) as T,
  };
}

export const traceOf = (api: Api, service: string): Promise<TraceAnswer> => api.get(`/v1/trace?direction=backward&from=${encodeURIComponent(service)}`);

/** Asks until the answer holds; undefined when the time is over. */
export async function eventually<T>(ask: () => Promise<T>, holds: (value: T) => boolean, limitMs: number, everyMs = 250): Promise<{ readonly value: T; readonly ms: number } | undefined> {
  const began = performance.now();
  for (;;) {
    const value = await ask();
    const ms = performance.now() - began;
    if (holds(value)) return { value, ms };
    if (ms > limitMs) return undefined;
    await sleep(everyMs);
  }
}
