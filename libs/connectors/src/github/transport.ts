import { GithubFailure } from './failure.js';

/** Largest answer that is read: a recursive tree of a large repository has some megabytes. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_REDIRECTS = 3;
const TIMEOUT_MS = 30_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/**
 * The `fetch` of a pull with a timeout, a bound on the answer's bytes, and redirects (a renamed repository answers 301).
 * Only redirects within the origin keep the credentials.
 */
export function boundedFetch(fetch: typeof globalThis.fetch, signal: AbortSignal): typeof globalThis.fetch {
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : String(input));
    let options: RequestInit = { ...init, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) };
    for (let hops = 0; ; hops += 1) {
      const response = await fetch(url.href, options);
      const location = response.headers.get('location');
      if (!REDIRECTS.has(response.status) || location === null || hops >= MAX_REDIRECTS || !URL.canParse(location, url.href)) return bounded(response);
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.origin !== url.origin) options = { ...options, headers: withoutCredentials(options.headers) };
      url = next;
    }
  };
}

function withoutCredentials(given: RequestInit['headers']): Headers {
  const headers = new Headers(given);
  headers.delete('authorization');
  return headers;
}

function bounded(response: Response): Response {
  if (response.body === null) return response;
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) controller.error(new GithubFailure('broken', response.status));
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(limit), { status: response.status, statusText: response.statusText, headers: response.headers });
}
