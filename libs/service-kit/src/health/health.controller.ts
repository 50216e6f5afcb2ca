import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import { renderMetrics } from '@throughline/observability';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/auth.guard.js';
import { READINESS } from '../tokens.js';
import type { Readiness } from './readiness.js';

/** Liveness, readiness and metrics of every service; no sign-in, no tenant data. */
@Public()
@Controller()
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('healthz')
  health(): object {
    return { status: 'alive' };
  }

  @Get('readyz')
  @HttpCode(200)
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.readiness.report();
    await reply.status(report.status === 'unready' ? 503 : 200).send(report);
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  metrics(): Promise<string> {
    return renderMetrics();
  }
}
