import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createHash, createVerify, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Call { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly authorization: string; readonly body: unknown }
export interface Reply { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
/** A list is given in pages; a function decides by itself. */
export type Route = readonly unknown[] | { readonly list: readonly unknown[]; readonly under: string } | ((call: Call) => Reply);

/**
 * GitHub's API over HTTP with its shapes, as far as a pull needs it: lists in pages with Link headers, installation
 * tokens that end, ETags, rate limits, and whatever a test puts on a route. `GET /orgs/acme/teams` names a route.
 */
export class GithubStandIn {
  readonly calls: Call[] = [];
  readonly routes = new Map<string, Route>();
  /** Answers that come once, before the routes. */
  readonly next: ((call: Call) => Reply | undefined)[] = [];
  /** Public key of the App and the tokens that it was given, with their permissions. */
  app: { readonly key: KeyObject; readonly permissions: Record<string, string>; readonly tokenLifeMs: number } | undefined;
  readonly tokens = new Map<string, number>();
  pageSize = 2;
  url = '';
  #server: Server | undefined;

  async start(): Promise<this> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    await Promise.resolve();
  }

  asked(pattern: RegExp): readonly Call[] {
    return this.calls.filter(({ method, path }) => pattern.test(`${method} ${path}`));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const call: Call = { method: request.method ?? 'GET', path: decodeURIComponent(url.pathname), query: url.searchParams, authorization: request.headers.authorization ?? '', body: text === '' ? undefined : JSON.parse(text) };
    this.calls.push(call);
    const reply = this.next.shift()?.(call) ?? this.#authorized(call) ?? this.#routed(call);
    const body = JSON.stringify(reply.body ?? {});
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    const unchanged = request.headers['if-none-match'] === etag;
    response.writeHead(unchanged ? 304 : reply.status ?? 200, { 'content-type': 'application/json; charset=utf-8', etag, ...reply.headers });
    response.end(unchanged ? undefined : body);
  }

  #authorized(call: Call): Reply | undefined {
    if (this.app === undefined) return undefined;
    const installation = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(call.path)?.[1];
    if (installation !== undefined || call.path.startsWith('/app')) {
      if (!isSignedBy(call.authorization.replace(/^bearer /, ''), this.app.key)) return { status: 401, body: { message: 'A JSON web token could not be decoded' } };
      if (installation === undefined) return undefined;
      const token = `ghs_${installation}_${this.tokens.size}`;
      const expires = Date.now() + this.app.tokenLifeMs;
      this.tokens.set(token, expires);
      return { status: 201, body: { token, expires_at: new Date(expires).toISOString(), permissions: this.app.permissions } };
    }
    return (this.tokens.get(call.authorization.replace(/^token /, '')) ?? 0) > Date.now() ? undefined : { status: 401, body: { message: 'Bad credentials' } };
  }

  #routed(call: Call): Reply {
    // GitHub does not mind the case of owners and names.
    const wanted = `${call.method} ${call.path}`.toLowerCase();
    const route = [...this.routes].find(([name]) => name.toLowerCase() === wanted)?.[1];
    if (route === undefined) return { status: 404, body: { message: 'Not Found' } };
    if (typeof route === 'function') return route(call);
    const all = 'list' in route ? route.list : route as readonly unknown[];
    const page = Number(call.query.get('page') ?? 1);
    const items = all.slice((page - 1) * this.pageSize, page * this.pageSize);
    const next = new URLSearchParams(call.query);
    next.set('page', String(page + 1));
    const headers = page * this.pageSize < all.length ? { link: `<${this.url}${encodeURI(call.path)}?${next.toString()}>; rel="next", <${this.url}${call.path}?page=9>; rel="last"` } : undefined;
    return { body: 'list' in route ? { total_count: all.length, [route.under]: items } : items, ...(headers && { headers }) };
  }
}

function isSignedBy(jwt: string, key: KeyObject): boolean {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString() || '{}') as { exp?: number; iat?: number };
  const lives = (claims.exp ?? 0) * 1000 > Date.now() && (claims.exp ?? 0) - (claims.iat ?? 0) <= 600;
  return lives && createVerify('sha256').update(`${head}.${body}`).verify(key, Buffer.from(signature, 'base64url'));
}
