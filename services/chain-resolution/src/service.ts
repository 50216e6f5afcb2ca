import { systemClock } from '@throughline/domain';
import type { Clock } from '@throughline/domain';
import { startDueWorker } from '@throughline/persistence';
import type { LeasedDueHandler } from '@throughline/persistence';
import type { BaseConfig, ServiceDefinition } from '@throughline/service-kit';
import { AppModule } from './app.module.js';
import { REVERIFY, reverifyHandler } from './provenance/reverify.js';
import { RECOMPUTE, recomputePending } from './resolution/recompute.js';
import { tenantTurns } from './resolution/tenant-turns.js';

export function chainResolution(config: BaseConfig): ServiceDefinition<BaseConfig> {
  return {
    name: 'chain-resolution',
    config,
    module: () => AppModule,
    start: (parts) => {
      const worker = startDueWorker(parts.database, { logger: parts.logger, pollMs: 500, concurrency: 1, kinds: { [RECOMPUTE]: recomputeHandler(systemClock), [REVERIFY]: reverifyHandler(systemClock) } });
      return Promise.resolve(() => worker.stop());
    },
  };
}

/** A wide change, batch by batch. */
export const recomputeHandler = (clock: Clock): LeasedDueHandler => tenantTurns(clock, recomputePending);
