import { objectOf, textOf } from '@throughline/connectors/api';

export type FailureKind =
  /** A rate limit: ask again at `until`. */
  | 'limited'
  /** The credential itself is refused. */
  | 'unauthorized'
  /** The credential is good and may not do this, or the feature is off. */
  | 'refused'
  /** There is no such thing, or none that this credential may know of. */
  | 'missing'
  /** GitHub answers and cannot: a fault of its own, or the answer is too large. */
  | 'broken';

/** What GitHub answered instead of the thing. That it did not answer at all is another error, and the pull's caller tries again. */
export class GithubFailure extends Error {
  override readonly name = 'GithubFailure';
  constructor(readonly kind: FailureKind, readonly status: number, readonly until: Date | undefined = undefined, readonly permission = '') {
    super(`GitHub answered ${status}`);
  }
}

/** Wait when a limit says nothing of its end (GitHub's advice: at least a minute). */
const UNTOLD_WAIT_MS = 60_000;
/** A clock that differs, or a hostile address, must not stop a pull for days. */
const MAX_WAIT_MS = 3_600_000 + 60_000;

export type Headers = Readonly<Record<string, string | number | undefined>>;

/** The failure of an answer that is none of 2xx and 304; by status and headers, never by what its text says. */
export function failureOf(status: number, headers: Headers, body: unknown, now: Date): GithubFailure {
  const until = limitOf(status, headers, body, now);
  if (until !== undefined) return new GithubFailure('limited', status, until);
  const permission = String(headers['x-accepted-github-permissions'] ?? '').slice(0, 200);
  if (status === 401) return new GithubFailure('unauthorized', status);
  if (status === 404 || status === 410) return new GithubFailure('missing', status, undefined, permission);
  return new GithubFailure(status >= 500 ? 'broken' : 'refused', status, undefined, permission);
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: primary by its reset, secondary by Retry-After. */
function limitOf(status: number, headers: Headers, body: unknown, now: Date): Date | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const bounded = (ms: number): Date => new Date(now.getTime() + Math.min(Math.max(ms, 1000), MAX_WAIT_MS));
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after)) return bounded(after * 1000);
  if (String(headers['x-ratelimit-remaining'] ?? '') === '0') {
    const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
    return bounded(Number.isFinite(reset) ? reset * 1000 - now.getTime() : UNTOLD_WAIT_MS);
  }
  const secondary = textOf(objectOf(body)['documentation_url']).includes('secondary-rate-limits');
  return status === 429 || secondary ? bounded(UNTOLD_WAIT_MS) : undefined;
}
