import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '@octokit/request';
import { RequestError } from '@octokit/request-error';
import { textOf, type JsonObject, type PullContext } from '@throughline/connectors/api';
import { appToken, InstallationTokens, type AppIdentity } from './app-auth.js';
import type { GithubConfig } from './config.js';
import { failureOf, GithubFailure, type Headers } from './failure.js';
import { boundedFetch } from './transport.js';

export interface Answer {
  readonly data: unknown;
  /** Address of the next page, relative to the API; empty: this was the last. */
  readonly next: string;
  readonly etag: string;
}

export interface Request {
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as If-None-Match; the answer `unchanged` costs nothing of the rate limit. */
  readonly etag?: string;
  readonly body?: JsonObject;
}

/** Who asks: the App itself, one of its installations, or the token. */
export type Actor = { readonly as: 'app' } | { readonly as: 'installation'; readonly id: number } | { readonly as: 'token' };

/** GitHub's API for one pull. Throws GithubFailure for what GitHub refuses; another error when it did not answer. */
export interface GithubClient {
  /** `route` as in GitHub's documentation (`GET /orgs/{org}/teams`), or `GET` and the `next` of an answer. */
  ask(actor: Actor, route: string, options?: Request): Promise<Answer>;
  /** Permissions of an installation by name; undefined for a token, whose rights GitHub does not tell. */
  permissions(actor: Actor): Promise<JsonObject | undefined>;
}

/** Answer to a request with an ETag that still holds. */
export class Unchanged extends Error {
  override readonly name = 'Unchanged';
}

const tokens = new InstallationTokens();
/** Faults of a moment are tried again at once; what lasts is the caller's to wait for. */
const RETRY_AFTER_MS = [250, 1000] as const;
const VERSION = '2022-11-28';

export function createGithubClient(config: GithubConfig, context: PullContext): GithubClient {
  const api = request.defaults({
    baseUrl: config.baseUrl.replace(/\/+$/, ''), headers: { 'user-agent': 'throughline', 'x-github-api-version': VERSION },
    request: { fetch: boundedFetch(context.fetch, context.signal), log: silent },
  });
  const identity = (): AppIdentity => ({ baseUrl: config.baseUrl, appId: config.appId ?? '', privateKey: config.privateKey ?? '' });
  const send = async (route: string, authorization: string, options: Request): Promise<Answer> => {
    try {
      const response = await api(route, { ...options.parameters, ...(options.body && { data: options.body }), headers: { authorization, ...(options.etag && { 'if-none-match': options.etag }) } });
      // Octokit gives an answer that broke off as an empty text, and one that was redirected too often as it is.
      if (response.status >= 300) throw new GithubFailure('missing', response.status);
      if (typeof response.data !== 'object' && response.status !== 204) throw new GithubFailure('broken', 502);
      return { data: response.data as unknown, next: nextOf(response.headers.link, config.baseUrl), etag: response.headers.etag ?? '' };
    } catch (error) {
      throw asFailure(error, context.clock.now());
    }
  };
  const appCredential = (): string => `bearer ${signed(identity(), context.clock.now())}`;
  const installation = (id: number) => tokens.get(identity(), id, context.clock.now(), async () =>
    (await patiently(context.signal, () => send('POST /app/installations/{installation_id}/access_tokens', appCredential(), { parameters: { installation_id: id } }))).data);
  const credential = async (actor: Actor): Promise<string> => {
    if (actor.as === 'app') return appCredential();
    return `token ${actor.as === 'token' ? config.token ?? '' : (await installation(actor.id)).token}`;
  };
  return {
    async ask(actor, route, options = {}) {
      const authorization = await credential(actor);
      try {
        return await patiently(context.signal, () => send(route, authorization, options));
      } catch (error) {
        if (error instanceof GithubFailure && error.kind === 'unauthorized') tokens.forget(authorization.replace(/^token /, ''));
        throw error;
      }
    },
    permissions: async (actor) => (actor.as === 'installation' ? (await installation(actor.id)).permissions : undefined),
  };
}

/** A key that is none is the same to us as one that GitHub refuses. */
function signed(identity: AppIdentity, now: Date): string {
  try {
    return appToken(identity, now);
  } catch (error) {
    throw Object.assign(new GithubFailure('unauthorized', 401), { cause: error });
  }
}

async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (const wait of RETRY_AFTER_MS) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof GithubFailure ? error.kind === 'broken' && error.status >= 500 : !(error instanceof Unchanged);
      if (!passing || signal.aborted) throw error;
      await sleep(wait, undefined, { signal });
    }
  }
  return work();
}

/** rel="next" of a Link header, without the API's address: the credentials go nowhere else. */
function nextOf(link: unknown, baseUrl: string): string {
  const next = /<([^<>]+)>;[^,<]*rel="next"/.exec(textOf(link, 10_000))?.[1] ?? '';
  if (next === '' || !URL.canParse(next, baseUrl)) return '';
  const { pathname, search } = new URL(next, baseUrl);
  const prefix = new URL(baseUrl).pathname.replace(/\/+$/, '');
  return `${pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname}${search}`;
}

function asFailure(error: unknown, now: Date): unknown {
  const own = ownFailure(error);
  if (own !== undefined) return own;
  if (!(error instanceof RequestError) || error.response === undefined) return error;
  if (error.status === 304) return new Unchanged();
  return failureOf(error.status, error.response.headers as Headers, error.response.data, now);
}

/** Octokit wraps what its fetch threw as a cause. */
function ownFailure(error: unknown): GithubFailure | undefined {
  if (error instanceof GithubFailure) return error;
  return error instanceof Error && error.cause !== undefined ? ownFailure(error.cause) : undefined;
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
