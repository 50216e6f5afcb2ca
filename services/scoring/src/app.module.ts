import { Module } from '@nestjs/common';
import { systemClock } from '@throughline/domain';
import { createCvssCalculator } from './adapters/cvss.js';
import { StreamController } from './consumers/stream.controller.js';
import { ActivationsController } from './http/activations.controller.js';
import { ExceptionsController } from './http/exceptions.controller.js';
import { FindingsController } from './http/findings.controller.js';
import { GatesController } from './http/gates.controller.js';
import { FixesController, IssuesController } from './http/groups.controller.js';
import { PoliciesController } from './http/policies.controller.js';
import type { JudgeTools } from './application/judge-batch.js';
import { JUDGE_TOOLS } from './tokens.js';

/** One calculator a process: it remembers vectors. */
export const judgeTools: JudgeTools = { calculate: createCvssCalculator(), clock: systemClock };

@Module({
  controllers: [FindingsController, IssuesController, FixesController, ActivationsController, ExceptionsController, PoliciesController, GatesController, StreamController],
  providers: [{ provide: JUDGE_TOOLS, useValue: judgeTools }],
})
export class AppModule {}
