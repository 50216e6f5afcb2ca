import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS, type ChainChanged, type FindingChanged, type IntelUpdated, type ScanCompleted, type TicketChanged } from '@throughline/contracts';
import type { Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { JUDGE_TOOLS } from '../tokens.js';
import type { JudgeTools } from '../application/judge-batch.js';
import { ChainChangedHandler } from './chain-changed.handler.js';
import { FindingChangedHandler } from './finding-changed.handler.js';
import { IntelUpdatedHandler } from './intel-updated.handler.js';
import { ScanCompletedHandler } from './scan-completed.handler.js';
import { TicketChangedHandler } from './ticket-changed.handler.js';

type Outcomes = Promise<Outcome | readonly Outcome[]>;

/** Topics to handlers; wiring only. */
@Controller()
export class StreamController {
  readonly #findings: FindingChangedHandler;
  readonly #contexts: ChainChangedHandler;
  readonly #intel: IntelUpdatedHandler;
  readonly #scans: ScanCompletedHandler;
  readonly #tickets = new TicketChangedHandler();

  constructor(@Inject(JUDGE_TOOLS) tools: JudgeTools) {
    this.#findings = new FindingChangedHandler(tools);
    this.#contexts = new ChainChangedHandler(tools);
    this.#intel = new IntelUpdatedHandler(tools);
    this.#scans = new ScanCompletedHandler(tools);
  }

  @EventPattern(TOPICS.findingChanged)
  findings(@Payload() { records, unit }: StreamBatch<FindingChanged>): Outcomes {
    return this.#findings.handle(records, unit);
  }

  @EventPattern(TOPICS.chainChanged)
  contexts(@Payload() { records, unit }: StreamBatch<ChainChanged>): Outcomes {
    return this.#contexts.handle(records, unit);
  }

  @EventPattern(TOPICS.intelUpdated)
  intel(@Payload() { records, unit }: StreamBatch<IntelUpdated>): Outcomes {
    return this.#intel.handle(records, unit);
  }

  @EventPattern(TOPICS.scanCompleted)
  scans(@Payload() { records, unit }: StreamBatch<ScanCompleted>): Outcomes {
    return this.#scans.handle(records, unit);
  }

  @EventPattern(TOPICS.ticketChanged)
  tickets(@Payload() { records, unit }: StreamBatch<TicketChanged>): Outcomes {
    return this.#tickets.handle(records, unit);
  }
}
