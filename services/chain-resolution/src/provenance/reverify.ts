import type { Clock, TenantId } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import type { LeasedDueHandler, Unit } from '@throughline/persistence';
import { saveVerdicts, staleAttestations } from '../persistence/attestations.repository.js';
import { policyInForce } from '../persistence/provenance-policy.repository.js';
import { conclude } from '../resolution/conclude.js';
import { tenantTurns } from '../resolution/tenant-turns.js';
import { check } from './verify.js';

export const REVERIFY = 'chain.reverify';

const BATCH = 100;

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

export const reverifyHandler = (clock: Clock): LeasedDueHandler => tenantTurns(clock, reverifyBatch);
