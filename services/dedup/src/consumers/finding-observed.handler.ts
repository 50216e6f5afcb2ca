import type { FindingObserved } from '@throughline/contracts';
import { tenantId, type Clock } from '@throughline/domain';
import { done, reject, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import type { Policy } from '../domain/policy.js';
import { flawOf, wavesOf } from '../domain/slices.js';
import { ensureRetention } from '../due/retention.js';
import { retireLate } from '../due/retire-asset.js';
import { planFor } from '../persistence/plans.js';
import { loadPolicies } from '../persistence/policy.repository.js';
import { applyWave } from './apply-wave.js';
import { completeScans } from './complete-scans.js';
import { lockAssets } from './identity-lock.js';
import { openScans } from './open-scans.js';
import { settleScans } from './settle-scans.js';
import type { Deciding } from './work.js';

export interface ObservedDependencies {
  readonly clock: Clock;
  readonly newId: () => string;
  /** For tenants that wrote none. */
  readonly policy: Policy;
}

/** Applies parts and markers of scans: load, decide, save, announce, wave by wave. */
export async function handleObserved(records: readonly StreamRecord<FindingObserved>[], unit: Unit, dependencies: ObservedDependencies): Promise<readonly Outcome[]> {
  const flaws = records.map((record) => flawOf(record.value));
  const sound = records.filter((_, index) => flaws[index] === undefined);
  if (sound.length > 0) {
    const assets = await lockAssets(unit, sound.map(({ value: { header } }) => ({ tenantId: header.tenantId, urn: header.target.asset })));
    const policies = await loadPolicies(unit, sound.map(({ value }) => value.header.tenantId), dependencies.policy);
    const deciding: Deciding = { policyOf: (tenant) => policies.get(tenant) ?? dependencies.policy, newId: dependencies.newId, changedAt: dependencies.clock.now().toISOString() };
    for (const wave of wavesOf(sound, assets)) {
      await planFor(unit, 'lookup');
      const scans = await openScans(unit, wave);
      if (scans.length === 0) continue;
      const held = await applyWave(unit, scans, deciding);
      await settleScans(unit, scans, held, deciding);
      await completeScans(unit, scans, deciding);
      await retireLate(unit, scans, dependencies.clock.now());
      // A new scope is rare enough to ask; whoever has scopes has something to forget.
      const tenants = new Set(scans.filter((one) => one.before === undefined).map((one) => one.slice.tenantId));
      for (const tenant of tenants) await ensureRetention(unit, tenantId(tenant), dependencies.clock.now());
    }
  }
  return flaws.map((flaw) => (flaw === undefined ? done : reject('invalid_header', flaw)));
}
