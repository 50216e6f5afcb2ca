import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** No inline script or style, no foreign host, no frame: text of a finding can do nothing (FAULTS 58). */
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Serves the built console, and its index page for every address that is the console's own. */
export async function installConsole(fastify: FastifyInstance, directory: string | undefined): Promise<void> {
  fastify.addHook('onSend', async (request, reply, payload) => {
    const path = request.raw.url?.split('?')[0] ?? '';
    if (reply.statusCode === 200 && !reply.hasHeader('cache-control')) reply.header('cache-control', OWN_API.test(path) ? 'no-store' : cacheControl(path));
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', CSP);
    reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    return payload;
  });
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await fastify.register(fastifyStatic, { root: swagger, prefix: '/docs/assets/', decorateReply: false, index: false });
  if (directory === undefined || !existsSync(join(directory, 'index.html'))) return;
  await fastify.register(fastifyStatic, { root: directory, prefix: '/', wildcard: false, index: 'index.html', cacheControl: false });
  fastify.addHook('onRequest', async (request, reply) => {
    if (isConsolePage(request)) await sendIndex(reply);
  });
}

/** Asset names carry a hash of their content and live for ever; the page that names them is always asked for. */
const cacheControl = (path: string): string => (path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');

/** Answers of the API are nobody's to keep; so says every one that does not say otherwise. */
const OWN_API = /^\/(v1|api|healthz|readyz|metrics)(\/|$)/;
const OWN = /^\/(v1|api|docs|healthz|readyz|metrics|openapi\.json|assets)(\/|$)/;

function isConsolePage(request: FastifyRequest): boolean {
  const path = request.raw.url?.split('?')[0] ?? '';
  return request.method === 'GET' && path !== '/' && !OWN.test(path) && !/\.[a-z0-9]+$/i.test(path);
}

async function sendIndex(reply: FastifyReply): Promise<void> {
  await reply.sendFile('index.html');
}
