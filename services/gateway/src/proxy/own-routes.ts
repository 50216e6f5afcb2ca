import type { Logger } from '@throughline/observability';
import { toProblem, type TokenSigner } from '@throughline/service-kit';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../auth/authenticator.js';
import { isOwnApi } from '../domain/routes.js';

/**
 * The gateway's own /v1 routes go through the same guard as every service's: the API token is exchanged for an internal
 * one, so that there is one way to be somebody.
 */
export function installOwnRoutes(fastify: FastifyInstance, parts: { readonly authenticator: Authenticator; readonly sign: TokenSigner; readonly logger: Logger }): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const path = request.raw.url?.split('?')[0] ?? '';
    if (!isOwnApi(path)) return;
    try {
      request.headers.authorization = `Bearer ${await parts.sign(await parts.authenticator.callerOf(request.headers.authorization))}`;
    } catch (error) {
      const { problem, headers } = toProblem(error);
      await reply.headers({ ...headers }).status(problem.status).type('application/problem+json').send(JSON.stringify({ ...problem, requestId: request.id }));
    }
  });
}
