import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { newId, TOPICS, type ChainChanged, type FindingObserved, type IntelUpdated } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import { CLOCK } from '@throughline/service-kit';
import type { Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import type { Policy } from '../domain/policy.js';
import { POLICY } from '../tokens.js';
import { handleChainChanged } from './chain-changed.handler.js';
import { handleIntelUpdated } from './intel-updated.handler.js';
import { handleObserved } from './finding-observed.handler.js';

/** The topics that dedup applies. */
@Controller()
export class StreamController {
  constructor(@Inject(CLOCK) private readonly clock: Clock, @Inject(POLICY) private readonly policy: Policy) {}

  @EventPattern(TOPICS.findingObserved)
  observed({ records, unit }: StreamBatch<FindingObserved>): Promise<readonly Outcome[]> {
    return handleObserved(records, unit, { clock: this.clock, newId, policy: this.policy });
  }

  @EventPattern(TOPICS.intelUpdated)
  intelUpdated({ records, unit }: StreamBatch<IntelUpdated>): Promise<Outcome> {
    return handleIntelUpdated(records, unit, this.clock);
  }

  @EventPattern(TOPICS.chainChanged)
  chainChanged({ records, unit }: StreamBatch<ChainChanged>): Promise<readonly Outcome[]> {
    return handleChainChanged(records, unit, this.clock);
  }
}
