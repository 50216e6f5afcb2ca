import { tenantId } from '@throughline/domain';
import type { Clock, TenantId } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import type { LeasedDueHandler, Unit } from '@throughline/persistence';
import { done } from '@throughline/stream';
import { saveVerdicts, staleAttestations } from '../persistence/attestations.repository.js';
import { policyInForce } from '../persistence/provenance-policy.repository.js';
import { conclude } from '../resolution/conclude.js';
import { lockTenant } from '../resolution/observe.js';
import { check } from './verify.js';

export const REVERIFY = 'chain.reverify';

const BATCH = 100;
const LEASE_MS = 60_000;
const TURN_MS = 15_000;

/** A new policy judges every stored attestation again. */
export const scheduleReverify = (unit: Unit, tenant: TenantId, now: Date): Promise<void> =>
  scheduleDue(unit, { kind: REVERIFY, key: tenant, tenantId: tenant, dueAt: now });

/** One batch of attestations that were last checked under an older policy; true when more is left. Links and contexts follow. */
async function reverifyBatch(unit: Unit, tenant: TenantId, now: Date): Promise<boolean> {
  const policy = await policyInForce(unit, tenant);
  const stale = await staleAttestations(unit, tenant, policy.version, BATCH);
  if (stale.length === 0) return false;
  await saveVerdicts(unit, tenant, new Map(stale.map(({ id, bundle }) => [id, check(bundle, policy).verdict])), policy.version, now);
  await conclude(unit, tenant, { changes: [], attestations: stale.map(({ id }) => id) }, now);
  return stale.length === BATCH;
}

/** Works off the batches, each in a transaction of its own; the due row is leased and not locked meanwhile, as in the recomputation. */
export function reverifyHandler(clock: Clock): LeasedDueHandler {
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
          return reverifyBatch(unit, tenant, now);
        });
        if (!more) return done;
        if (now.getTime() > until) return { kind: 'again', dueAt: now };
      }
    },
  };
}
