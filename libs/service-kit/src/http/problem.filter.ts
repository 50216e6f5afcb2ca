import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@throughline/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER } from '../tokens.js';
import { problem, ProblemException, type Problem } from './problem.js';

/** Postgres and network codes that mean "try again": the surroundings are at fault, so 503 with Retry-After, not 500. */
const TRANSIENT = /^(57P0|08|53|40001|40P01|55P03|25006|57014|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)/;

/** Every error leaves as application/problem+json; what we did not foresee is logged whole and told as 500 without details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const answer = toProblem(error);
    if (answer.problem.status >= 500) this.logger.error({ err: error, url: request.url.split('?')[0], method: request.method, requestId: request.id }, 'request failed');
    if (reply.raw.headersSent || reply.raw.destroyed) return;
    void reply.headers({ ...answer.headers }).status(answer.problem.status).type('application/problem+json').send(JSON.stringify({ ...answer.problem, requestId: request.id }));
  }
}

export function toProblem(error: unknown): { readonly problem: Problem; readonly headers: Readonly<Record<string, string>> } {
  if (error instanceof ProblemException) return error;
  if (error instanceof HttpException) return problem(error.getStatus(), codeOf(error), error.message);
  const code = stringCode(error);
  if (code.startsWith('FST_ERR_CTP_BODY_TOO_LARGE')) return problem(413, 'body_too_large', 'The body is larger than this route takes.');
  if (isClientError(error)) return problem(error.statusCode, 'bad_request', error.message);
  if (TRANSIENT.test(code)) return problem(503, 'temporarily_unavailable', 'A part of the platform does not answer now; nothing was changed. Try again.', {}, { 'retry-after': '5' });
  return problem(500, 'internal_error', 'Something failed that we did not foresee; the request id finds it in the logs.');
}

function codeOf(error: HttpException): string {
  return error.getStatus() === 404 ? 'route_not_found' : `http_${error.getStatus()}`;
}

function stringCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? stringCode(error.cause) : '';
}

function isClientError(error: unknown): error is { statusCode: number; message: string } {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}
