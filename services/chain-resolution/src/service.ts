import { systemClock, tenantId } from '@throughline/domain';
import type { Clock } from '@throughline/domain';
import { startDueWorker } from '@throughline/persistence';
import type { DueHandler } from '@throughline/persistence';
import type { BaseConfig, ServiceDefinition } from '@throughline/service-kit';
import { done } from '@throughline/stream';
import { AppModule } from './app.module.js';
import { lockTenant } from './resolution/observe.js';
import { RECOMPUTE, recomputePending } from './resolution/recompute.js';

export function chainResolution(config: BaseConfig): ServiceDefinition<BaseConfig> {
  return {
    name: 'chain-resolution',
    config,
    module: () => AppModule,
    start: (parts) => {
      const worker = startDueWorker(parts.database, { logger: parts.logger, pollMs: 500, concurrency: 1, kinds: { [RECOMPUTE]: recomputeHandler(systemClock) } });
      return Promise.resolve(() => worker.stop());
    },
  };
}

/** One batch of a wide change in a transaction of its own, again at once while more is left. */
export function recomputeHandler(clock: Clock): DueHandler {
  return async (work, unit) => {
    if (work.tenantId === null) return done;
    const tenant = tenantId(work.tenantId);
    await lockTenant(unit, tenant);
    const now = clock.now();
    return (await recomputePending(unit, tenant, now)) ? { kind: 'again', dueAt: now } : done;
  };
}
