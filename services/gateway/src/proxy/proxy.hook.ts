import type { TokenSigner } from '@throughline/service-kit';
import { toProblem } from '@throughline/service-kit';
import type { Logger } from '@throughline/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../auth/authenticator.js';
import { isSelfAuthenticated, serviceFor } from '../domain/routes.js';
import type { Forwarder } from './forwarder.js';

export interface ProxyParts { readonly authenticator: Authenticator; readonly sign: TokenSigner; readonly forwarder: Forwarder; readonly logger: Logger }

/** Takes requests for other services before Fastify reads their bodies; all others go on to this service's own routes. */
export function installProxy(fastify: FastifyInstance, parts: ProxyParts): void {
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.raw.url?.split('?')[0] ?? '';
    const service = serviceFor(path);
    if (service === undefined) return;
    try {
      const token = isSelfAuthenticated(path) ? undefined : await parts.sign(await parts.authenticator.callerOf(request.headers.authorization));
      reply.hijack();
      await parts.forwarder.forward(service, token, request.raw, reply.raw);
    } catch (error) {
      refuse(request, reply, error, parts.logger);
    }
  });
}

/** Answers a problem on the raw response, since the reply may be hijacked already. */
function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown, logger: Logger): void {
  const { problem, headers } = toProblem(error);
  if (problem.status >= 500) logger.warn({ code: problem.code, path: request.raw.url?.split('?')[0], requestId: request.id }, 'not forwarded');
  if (!reply.sent) reply.hijack();
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  reply.raw.writeHead(problem.status, { ...headers, 'content-type': 'application/problem+json', ...(request.raw.complete ? {} : { connection: 'close' }) });
  reply.raw.end(JSON.stringify({ ...problem, requestId: request.id }));
}
