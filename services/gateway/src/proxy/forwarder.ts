import { problem } from '@throughline/service-kit';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Pool, type Dispatcher } from 'undici';

/** Headers that belong to one hop (RFC 9110 §7.6.1) or that only the gateway may say. */
const NOT_FORWARDED = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'authorization', 'expect', 'cookie']);
/** A gate may wait 120 s for its verdict; an upload is bounded by its own service. */
const ANSWER_TIMEOUT_MS = 150_000;

/** Forwards a request to a service as a stream: neither bodies nor answers are ever whole in memory. */
export class Forwarder {
  readonly #pools: ReadonlyMap<string, Pool>;

  constructor(services: Readonly<Record<string, string>>) {
    this.#pools = new Map(Object.entries(services).map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: 64, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS, keepAliveTimeout: 10_000 })]));
  }

  /** Throws a problem when the service cannot be reached before an answer began. */
  async forward(service: string, token: string | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pool = this.#pools.get(service);
    if (!pool) throw problem(503, 'service_not_configured', `The ${service} service is not part of this installation.`);
    const answer = await this.#dispatch(pool, service, token, request);
    response.writeHead(answer.statusCode, responseHeaders(answer.headers, request.complete));
    try {
      await pipeline(answer.body, response);
    } catch {
      // The client went away or the service broke off: a torn answer must not look whole.
      response.destroy();
    }
    if (!request.complete) request.destroy();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async #dispatch(pool: Pool, service: string, token: string | undefined, request: IncomingMessage): Promise<Dispatcher.ResponseData> {
    const method = request.method ?? 'GET';
    const hasBody = method !== 'GET' && method !== 'HEAD';
    try {
      return await pool.request({ path: request.url ?? '/', method: method as Dispatcher.HttpMethod, headers: requestHeaders(request, token), body: hasBody ? request : null });
    } catch (error) {
      if (request.destroyed) throw error;
      throw problem(503, 'service_not_reached', `The ${service} service does not answer now; try again.`, {}, { 'retry-after': '2' });
    }
  }
}

function requestHeaders(request: IncomingMessage, token: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !NOT_FORWARDED.has(name)) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  return headers;
}

function responseHeaders(headers: Dispatcher.ResponseData['headers'], requestComplete: boolean): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !NOT_FORWARDED.has(name)) kept[name] = value;
  // Refused before the body was read (413, 422): the rest of the upload is not worth reading.
  if (!requestComplete) kept['connection'] = 'close';
  return kept;
}
