import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { PullContext } from '@throughline/connectors/api';

export interface RegistryAnswer {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Buffer;
}

/** The OCI distribution API of one registry: reading only. */
export interface Registry {
  blob(name: string, digest: string): Promise<RegistryAnswer>;
  /** The referrers API of OCI 1.1; 404 where the registry has none. */
  referrers(name: string, digest: string): Promise<RegistryAnswer>;
}

export interface RegistryOptions {
  /** Host name of the registry, which every request names whatever address it is sent to. */
  readonly host: string;
  /** Address that stands for the registry. */
  readonly endpoint?: string | undefined;
  /** Value of the Authorization header; empty: none. */
  readonly authorization: () => Promise<string>;
  readonly context: Pick<PullContext, 'signal' | 'agents'>;
}

/** Configs and attestations are small; anything larger is not one. */
const MAX_BODY = 4 * 1024 * 1024;
const MAX_REDIRECTS = 3;
const TIMEOUT_MS = 30_000;

export class RegistryUnreachable extends Error {
  override readonly name = 'RegistryUnreachable';
}

export function openRegistry(options: RegistryOptions): Registry {
  const base = options.endpoint ?? `https://${options.host}`;
  const get = async (path: string, accept: string): Promise<RegistryAnswer> =>
    fetchBody(new URL(path, base), { host: options.host, authorization: await options.authorization(), accept }, options.context, MAX_REDIRECTS);
  return {
    blob: (name, digest) => get(`/v2/${name}/blobs/${digest}`, '*/*'),
    referrers: (name, digest) => get(`/v2/${name}/referrers/${digest}`, 'application/vnd.oci.image.index.v1+json'),
  };
}

interface Asked { readonly host: string; readonly authorization: string; readonly accept: string }

async function fetchBody(url: URL, asked: Asked, context: RegistryOptions['context'], redirects: number): Promise<RegistryAnswer> {
  const answer = await ask(url, asked, context);
  if (answer.location === undefined || redirects === 0) return answer;
  const next = new URL(answer.location, url);
  // the layer's bytes lie elsewhere, under an address that is signed by itself: our token is none of its business
  const same = next.origin === url.origin;
  return fetchBody(next, same ? asked : { ...asked, host: next.host, authorization: '' }, context, redirects - 1);
}

function ask(url: URL, asked: Asked, { signal, agents }: RegistryOptions['context']): Promise<RegistryAnswer & { readonly location?: string }> {
  const secure = url.protocol === 'https:';
  const headers = { host: asked.host, accept: asked.accept, ...(asked.authorization !== '' && { authorization: asked.authorization }) };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? error : new RegistryUnreachable(error.message, { cause: error }));
    const asking = (secure ? httpsRequest : httpRequest)(url, { headers, signal, agent: secure ? agents.https : agents.http, timeout: TIMEOUT_MS }, (response) => {
      const status = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BODY) response.destroy(new Error('the answer is larger than a manifest, config or attestation can be'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => resolve({
        status, mediaType: (response.headers['content-type'] ?? '').split(';')[0] ?? '', body: Buffer.concat(chunks),
        ...(status >= 300 && status < 400 && response.headers.location !== undefined && { location: response.headers.location }),
      }));
    });
    asking.on('timeout', () => asking.destroy(new Error('the registry did not answer in time')));
    asking.on('error', fail);
    asking.end();
  });
}
