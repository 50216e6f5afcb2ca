import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';

const PASSED = 'application/x-throughline-stream';
const STREAMED = [/^\/v1\/scans\/?(\?|$)/, /^\/v1\/webhooks\//];
const LINGER_MS = 2_000;

const declared = new WeakMap<IncomingMessage, string>();

/**
 * Uploads and webhooks get their body as the stream that it is, whatever its content type: a report is never whole in
 * memory, and a signature is over the bytes that came. The framework chooses a parser by content type, so the hook gives
 * these requests one of our own, whose parser hands the stream on.
 */
export function installRawBody(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(PASSED, (_request, payload, done) => done(null, payload));
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    if (request.method === 'POST' && STREAMED.some((path) => path.test(raw.url ?? ''))) {
      declared.set(raw, raw.headers['content-type'] ?? '');
      raw.headers['content-type'] = PASSED;
    }
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    closeUnread(request.raw);
    done();
  });
}

/** Content type as the client sent it. */
export const contentTypeOf = (request: FastifyRequest): string => declared.get(request.raw) ?? '';

/** The body's bytes. Leaving the loop early keeps the connection, so that the refusal can still be answered. */
export function bodyOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.raw.iterator({ destroyOnReturn: false }) };
}

/**
 * After an answer that came before the end of the body: reads on for a moment, so that the client sees the answer
 * and not a reset connection, then hangs up.
 */
function closeUnread(raw: IncomingMessage): void {
  if (raw.complete || raw.destroyed || !declared.has(raw)) return;
  raw.on('error', () => undefined);
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), LINGER_MS);
  timer.unref();
  raw.once('end', () => clearTimeout(timer));
}
