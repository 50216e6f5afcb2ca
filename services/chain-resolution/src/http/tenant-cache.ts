import type { TenantId } from '@throughline/domain';

const FRESH_MS = 60_000;
/** An answer that cost little is not worth being old: it is kept for a thousand times its cost, a minute at most. */
const FRESH_PER_COST = 1000;
const MAX_TENANTS = 1000;

/** The last answer of each tenant, for measures over all assets that cost more than the request that shows them. */
export class TenantCache<T> {
  readonly #known = new Map<TenantId, { readonly until: number; readonly value: T }>();

  async of(tenant: TenantId, now: Date, load: () => Promise<T>): Promise<T> {
    const known = this.#known.get(tenant);
    if (known && now.getTime() < known.until) return known.value;
    const begun = performance.now();
    const value = await load();
    const fresh = Math.min(FRESH_MS, (performance.now() - begun) * FRESH_PER_COST);
    if (this.#known.size >= MAX_TENANTS) this.#known.clear();
    this.#known.set(tenant, { until: now.getTime() + fresh, value });
    return value;
  }
}
