import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { TOPICS, type RiskChanged } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import { CLOCK } from '@throughline/service-kit';
import type { BatchHandler, Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { createRiskChangedHandler } from './risk-changed.handler.js';

/** Joins the risk topic to its handler. */
@Controller()
export class RiskConsumer {
  readonly #handle: BatchHandler<RiskChanged>;

  constructor(@Inject(CLOCK) clock: Clock) {
    this.#handle = createRiskChangedHandler(clock);
  }

  @EventPattern(TOPICS.riskChanged)
  onRisk(batch: StreamBatch<RiskChanged>): Promise<Outcome | readonly Outcome[]> {
    return this.#handle(batch.records, batch.unit, batch.context);
  }
}
