import type { TenantId } from '@throughline/domain';
import type { Database, DueOutcome, LeasedDueHandler } from '@throughline/persistence';
import { skip } from '@throughline/stream';
import { entryOf, type ConnectorRegistry } from '../connectors/registry.js';
import { findConnector } from '../persistence/connector.repository.js';
import { PullRun, type PullLimits, type PullParts } from '../pull/pull-loop.js';

export interface PullWork {
  readonly registry: ConnectorRegistry;
  readonly parts: Omit<PullParts, 'database'>;
  readonly limits: PullLimits;
}

/** Renewed while a pull runs: one whose process died goes on after this. */
const LEASE_MS = 30_000;
/** Room for the last page's commit and the reports in it. */
const COMMIT_MS = 60_000;
/** Above slice and page together: nobody else takes the row while it is worked on, and the fence holds if it comes to that. */
const lease = ({ sliceMs, pageMs }: PullLimits): Pick<LeasedDueHandler, 'leaseMs' | 'maxMs'> => ({ leaseMs: LEASE_MS, maxMs: sliceMs + pageMs + COMMIT_MS });

/** Whole pulls. */
export function connectorPull(work: PullWork): LeasedDueHandler {
  return {
    ...lease(work.limits),
    handle: async ({ tenantId, key }, database) => (tenantId === null ? skip('no tenant') : run(work, database, tenantId, key, '')),
  };
}

/** Looks at one scope, because an event named it. */
export function connectorRefresh(work: PullWork): LeasedDueHandler {
  return {
    ...lease(work.limits),
    handle: async ({ tenantId, payload: { connector, focus } }, database) => {
      if (tenantId === null || typeof connector !== 'string' || typeof focus !== 'string' || focus === '') return skip('no scope');
      return run(work, database, tenantId, connector, focus);
    },
  };
}

async function run({ registry, parts, limits }: PullWork, database: Database, tenantId: TenantId, id: string, focus: string): Promise<DueOutcome> {
  const connector = await database.run([tenantId], (unit) => findConnector(unit, tenantId, id));
  const definition = connector && entryOf(registry.pulls, connector.kind);
  if (connector === undefined || definition === undefined) return skip('the connector is gone, or this version cannot pull its kind');
  return new PullRun({ ...parts, database }, connector, focus, definition, limits).run();
}
