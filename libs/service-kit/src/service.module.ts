import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { systemClock } from '@throughline/domain';
import { InternalAuthGuard } from './auth/auth.guard.js';
import { HealthController } from './health/health.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import type { ServiceParts } from './parts.js';
import { CLOCK, CODEC, CONFIG, DATABASE, LOGGER, PRODUCER, READINESS, TOKEN_VERIFIER } from './tokens.js';

/** What every service shares, as providers for any module of it; built by bootstrapService before Nest starts. */
@Module({})
export class ServiceModule {
  static forRoot(parts: ServiceParts): DynamicModule {
    const values: readonly (readonly [symbol, unknown])[] = [
      [CONFIG, parts.config], [DATABASE, parts.database], [CODEC, parts.codec], [PRODUCER, parts.producer], [LOGGER, parts.logger],
      [READINESS, parts.readiness], [TOKEN_VERIFIER, parts.verifyToken], [CLOCK, systemClock],
    ];
    const providers: Provider[] = values.map(([provide, useValue]) => ({ provide, useValue }));
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController],
      providers: [...providers, { provide: APP_GUARD, useClass: InternalAuthGuard }, { provide: APP_FILTER, useClass: ProblemFilter }],
      exports: providers,
    };
  }
}
