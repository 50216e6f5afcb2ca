import { tenantId } from '@throughline/domain';
import type { Clock, TenantId } from '@throughline/domain';
import type { LeasedDueHandler, Unit } from '@throughline/persistence';
import { done } from '@throughline/stream';
import { lockTenant } from './observe.js';

/** Longer than a turn takes; a process that dies in one leaves the rest due after it. */
const LEASE_MS = 60_000;
const TURN_MS = 15_000;

/** One batch of a tenant's work, under the tenant's lock; true when more is left. */
export type TenantBatch = (unit: Unit, tenant: TenantId, now: Date) => Promise<boolean>;

/**
 * Works off a tenant's batches, each in a transaction of its own, and gives the turn to others when it took long. The due
 * row is leased and not locked meanwhile: those who hold the tenant's lock schedule into it, and waiting for each other
 * would be a deadlock.
 */
export function tenantTurns(clock: Clock, batch: TenantBatch): LeasedDueHandler {
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
          return batch(unit, tenant, now);
        });
        if (!more) return done;
        if (now.getTime() > until) return { kind: 'again', dueAt: now };
      }
    },
  };
}
