import { objectOf, type JsonObject, type PullContext } from '@throughline/connectors/api';
import type { GitlabConfig } from './config.js';

/** GitLab said no; `code` is ours. */
export class GitlabError extends Error {
  override readonly name = 'GitlabError';
  constructor(readonly code: string, readonly status: number, message: string) {
    super(message);
  }
}

/** It asks to wait. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
  constructor(readonly until: Date) {
    super('GitLab asks to wait');
  }
}

export interface Answer<T> { readonly body: T; /** Path and query of the next page; empty at the end. */ readonly next: string }

const MAX_WAIT_MS = 3_600_000;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * GETs of the REST API, and nothing else. Plain `fetch` and not a client library: the address may be one that a tenant
 * chose, and only the pull's own `fetch` refuses what is not public.
 */
export class GitlabClient {
  constructor(private readonly config: Pick<GitlabConfig, 'baseUrl' | 'token'>, private readonly context: Pick<PullContext, 'fetch' | 'signal' | 'clock'>) {}

  /** One page of a list, from a path below /api/v4 or from the `next` of the page before. */
  async page(path: string): Promise<Answer<readonly JsonObject[]>> {
    const { response, text } = await this.#get(path);
    const body = parse(text);
    return { body: Array.isArray(body) ? body.map(objectOf) : [], next: this.#next(response.headers.get('link') ?? '') };
  }

  /** An object; undefined when there is none. */
  async one(path: string): Promise<JsonObject | undefined> {
    const text = await this.text(path);
    return text === undefined ? undefined : objectOf(parse(text));
  }

  /** A file; undefined when there is none. */
  async text(path: string): Promise<string | undefined> {
    try {
      return (await this.#get(path)).text;
    } catch (error) {
      if (error instanceof GitlabError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #get(path: string): Promise<{ readonly response: Response; readonly text: string }> {
    const url = new URL(`${this.config.baseUrl.replace(/\/+$/, '')}/api/v4/${path}`);
    const response = await this.context.fetch(url, {
      headers: { accept: 'application/json', 'user-agent': 'throughline', ...(this.config.token !== undefined && { 'private-token': this.config.token.trim() }) }, redirect: 'manual', signal: this.context.signal,
    });
    if (response.ok) return { response, text: await bounded(response) };
    await response.body?.cancel();
    if (response.status === 429 || response.status === 503) throw new Throttled(this.#until(response.headers));
    const code = { 401: 'unauthorized', 403: 'access_denied', 404: 'not_found' }[response.status] ?? `http_${response.status}`;
    throw new GitlabError(code, response.status, `GitLab answered ${response.status} for ${path.replace(/\?.*/, '')}`);
  }

  /** `Retry-After` in seconds, else `RateLimit-Reset` as a time (https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/). */
  #until(headers: Headers): Date {
    const now = this.context.clock.now().getTime();
    const after = Number(headers.get('retry-after') ?? Number.NaN) * 1000;
    const reset = Number(headers.get('ratelimit-reset') ?? Number.NaN) * 1000 - now;
    const wait = [after, reset, 60_000].find((ms) => Number.isFinite(ms) && ms > 0) ?? 60_000;
    return new Date(now + Math.min(wait, MAX_WAIT_MS));
  }

  /** Keyset and offset pages alike name the next one in `Link`. Only its path is kept: the token goes to no other host. */
  #next(link: string): string {
    const url = /<([^>]+)>;\s*rel="next"/.exec(link)?.[1] ?? '';
    return /\/api\/v4\/(.+)$/.exec(url)?.[1] ?? '';
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new GitlabError('too_large', response.status, `an answer of GitLab is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GitlabError('not_json', 200, 'the answer is not JSON; does baseUrl name the GitLab instance?');
  }
}
