import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { loadGapCounts } from '../persistence/gap-shares.repository.js';
import type { GapCounts } from '../persistence/gap-shares.repository.js';

const FRESH_MS = 60_000;
const MAX_TENANTS = 1000;

/** Counts over all contexts cost more than a trace: one a tenant and minute is fresh enough for a share. */
export class GapShares {
  readonly #known = new Map<TenantId, { readonly at: number; readonly counts: GapCounts }>();

  async of(unit: Unit, tenant: TenantId, now: Date): Promise<GapCounts> {
    const known = this.#known.get(tenant);
    if (known && now.getTime() - known.at < FRESH_MS) return known.counts;
    const counts = await loadGapCounts(unit, tenant);
    if (this.#known.size >= MAX_TENANTS) this.#known.clear();
    this.#known.set(tenant, { at: now.getTime(), counts });
    return counts;
  }
}
