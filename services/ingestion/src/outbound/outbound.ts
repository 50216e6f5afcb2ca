import type { PullContext } from '@throughline/connectors';
import { DEFAULT_TENANT, type TenantId } from '@throughline/domain';
import { createGuard, hostPort, type Guard } from '@throughline/outbound';

/** Requests take as long as their page may; the page's own signal ends them. */
const NO_TIMEOUT = null;

export type WayOut = Pick<PullContext, 'fetch' | 'agents'> & Pick<Guard, 'check'>;

/**
 * Ways out of this service. An address that an admin of the installation configures is the installation's own word: it
 * may be in a private network, as the systems of whoever runs this often are, but never link-local. What other tenants
 * name is public or excepted by ALLOWED_HOSTS.
 */
export class Outbound {
  readonly #guards = new Map<string, Guard>();

  constructor(private readonly allowedHosts: ReadonlySet<string>) {}

  forConnector(tenantId: TenantId, addresses: readonly string[]): WayOut {
    const own = tenantId === DEFAULT_TENANT ? [...new Set(addresses.flatMap((address) => hostPort(address) ?? []))].sort() : [];
    const name = own.join(' ');
    const known = this.#guards.get(name);
    if (known !== undefined) return known;
    const guard = createGuard({ allowedHosts: this.allowedHosts, privateHosts: own, timeoutMs: NO_TIMEOUT });
    this.#guards.set(name, guard);
    return guard;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#guards.values()].map((guard) => guard.close()));
  }
}
