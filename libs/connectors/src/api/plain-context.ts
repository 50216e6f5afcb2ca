import { systemClock } from '@throughline/domain';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { PullContext } from './connector.js';

/** A context without the guard on addresses: for tests, and for a command that a user runs with their own rights. */
export function plainContext(given: Partial<PullContext> = {}): PullContext {
  return { signal: new AbortController().signal, clock: systemClock, fetch: globalThis.fetch, agents: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }, ...given };
}
