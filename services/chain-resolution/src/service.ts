import { systemClock, tenantId } from '@throughline/domain';
import type { Clock } from '@throughline/domain';
import { startDueWorker } from '@throughline/persistence';
import type { LeasedDueHandler } from '@throughline/persistence';
import type { BaseConfig, ServiceDefinition } from '@throughline/service-kit';
import { done } from '@throughline/stream';
import { AppModule } from './app.module.js';
import { REVERIFY, reverifyHandler } from './provenance/reverify.js';
import { lockTenant } from './resolution/observe.js';
import { RECOMPUTE, recomputePending } from './resolution/recompute.js';

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

/** Longer than a turn takes; a process that dies in one leaves the rest due after it. */
const LEASE_MS = 60_000;
const TURN_MS = 15_000;

/**
 * Works off a wide change, batch by batch, each in a transaction of its own. The due row is leased and not locked
 * meanwhile: those who hold the tenant's lock schedule into it, and waiting for each other would be a deadlock.
 */
export function recomputeHandler(clock: Clock): LeasedDueHandler {
  return {
    leaseMs: LEASE_MS,
    handle: async (work, database) => {
      if (work.tenantId === null) return done;
      const tenant = tenantId(work.tenantId);
      const until = clock.now().getTime() + TURN_MS;
      for (;;) {
        const now = clock.now();
        const more = await database.run([tenant], async (unit) => {
          await lockTenant(unit, tenant);
          return recomputePending(unit, tenant, now);
        });
        if (!more) return done;
        if (now.getTime() > until) return { kind: 'again', dueAt: now };
      }
    },
  };
}
