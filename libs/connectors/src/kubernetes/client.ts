import { objectOf, textOf, type PullContext } from '@throughline/connectors/api';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { KubernetesConfig } from './config.js';
import { readObjects, type KubeObject } from './objects.js';
import { pathOf, type Resource } from './resources.js';

const PAGE = 500;
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_RESTARTS = 3;

/** The API server said no to the whole call, not to one kind; the pull ends and is tried again. */
export class ApiServerError extends Error {
  override readonly name = 'ApiServerError';
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** It is busy, and says until when. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
  constructor(readonly seconds: number) {
    super('the API server asks to wait');
  }
}

export type Listed = { readonly items: readonly KubeObject[] } | { readonly refused: 'forbidden' | 'absent' };

/** Reads lists of the API server, whole, in pages. It can do nothing else. */
export class KubernetesClient {
  constructor(private readonly config: Pick<KubernetesConfig, 'server' | 'caPem' | 'token'>, private readonly context: Pick<PullContext, 'agents' | 'signal' | 'clock'>) {}

  /** Every object of a kind; `continue` tokens lapse after some minutes (410), and the list is begun anew then. */
  async list(resource: Resource, namespace: string): Promise<Listed> {
    for (let attempt = 0; ; attempt += 1) {
      const items: KubeObject[] = [];
      let token = '';
      do {
        const { status, body } = await this.#get(`${pathOf(resource, namespace)}?limit=${PAGE}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`);
        if (status === 410 && attempt < MAX_RESTARTS) { token = LAPSED; break; }
        if (status === 403) return { refused: 'forbidden' };
        if (status === 404) return { refused: 'absent' };
        if (status !== 200) throw new ApiServerError(`http_${status}`, `the API server answered ${status} for ${resource.plural}`);
        items.push(...readObjects({ ...objectOf(body), kind: `${resource.kind}List` }));
        token = textOf(objectOf(objectOf(body)['metadata'])['continue'], 10_000);
      } while (token !== '');
      if (token !== LAPSED) return { items };
    }
  }

  async #get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const url = new URL(path.replace(/^\//, ''), this.config.server.replace(/\/*$/, '/'));
    const answer = await this.#send(url);
    const status = answer.statusCode ?? 0;
    if (status === 429 || status === 503) {
      answer.resume();
      throw new Throttled(Math.min(600, Number(answer.headers['retry-after'] ?? 5) || 5));
    }
    if (status === 401) {
      answer.resume();
      throw new ApiServerError('unauthorized', 'the API server does not take the token: it has lapsed, or its service account is gone');
    }
    const text = await read(answer);
    return { status, body: status === 200 ? parse(text) : undefined };
  }

  #send(url: URL): Promise<IncomingMessage> {
    const { agents, signal } = this.context;
    const headers = { accept: 'application/json', 'user-agent': 'throughline', ...(this.config.token !== undefined && { authorization: `Bearer ${this.config.token.trim()}` }) };
    return new Promise((resolve, reject) => {
      const request = url.protocol === 'https:'
        ? httpsRequest(url, { agent: agents.https, signal, headers, ...(this.config.caPem !== undefined && { ca: this.config.caPem }) }, resolve)
        : httpRequest(url, { agent: agents.http, signal, headers }, resolve);
      request.on('error', reject);
      request.end();
    });
  }
}

const LAPSED = '\u0000lapsed';

async function read(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += (part as Buffer).length;
    if (bytes > MAX_BYTES) throw new ApiServerError('too_large', `a page of the API server is larger than ${MAX_BYTES} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiServerError('not_json', 'the answer of the API server is not JSON; is this its address?');
  }
}
