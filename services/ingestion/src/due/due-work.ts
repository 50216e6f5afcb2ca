import type { BlobStore } from '@throughline/blob-store';
import { systemClock } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import { startDueWorker, type DueHandler, type DueWorker, type DueWorkerOptions } from '@throughline/persistence';
import type { ServiceParts } from '@throughline/service-kit';
import { done, skip } from '@throughline/stream';
import type { IngestionConfig } from '../config.js';
import type { ConnectorRegistry } from '../connectors/registry.js';
import type { Outbound } from '../outbound/outbound.js';
import { markStalled } from '../persistence/scan.repository.js';
import { PULL_LIMITS, REFRESH_LIMITS, type PullLimits } from '../pull/pull-loop.js';
import type { UploadService } from '../upload/upload.service.js';
import { connectorPull, connectorRefresh } from './connector-pull.js';
import { connectorSync } from './connector-sync.js';
import { CONNECTOR_PULL, CONNECTOR_REFRESH, CONNECTOR_SYNC, RETENTION, SCAN_DEADLINE } from './kinds.js';
import { retention } from './retention.js';

/** A scan whose end was not heard of in time is shown as stalled; its end, when it comes, moves it on. */
export const scanDeadline: DueHandler = async ({ tenantId, key }, unit) => {
  if (tenantId === null) return skip('no tenant');
  return (await markStalled(unit, tenantId, key)) ? done : skip('the scan has ended');
};

export interface DueParts {
  readonly blobs: BlobStore;
  readonly keyring: Keyring;
  readonly uploads: UploadService;
  readonly outbound: Outbound;
  readonly registry: ConnectorRegistry;
  readonly limits?: Partial<PullLimits> | undefined;
}

/** Starts what this service does at a time; returns how to stop it. */
export function startDueWork({ config, database, logger }: ServiceParts<IngestionConfig>, { blobs, keyring, uploads, outbound, registry, limits }: DueParts): () => Promise<void> {
  const stopping = new AbortController();
  const parts = { keyring, uploads, outbound, logger, clock: systemClock, stop: stopping.signal };
  const worker = (kinds: DueWorkerOptions['kinds'], options: Partial<DueWorkerOptions> = {}): DueWorker => startDueWorker(database, { kinds, logger, ...options });
  // One lane each: a worker looks for more only when all of its lanes are through, and no pull is to wait for another's end.
  const lanes = (kinds: DueWorkerOptions['kinds']): DueWorker[] => Array.from({ length: config.MAX_PARALLEL_PULLS }, () => worker(kinds, { concurrency: 1, batch: 2 * config.MAX_PARALLEL_PULLS }));
  const workers = [
    worker({ [SCAN_DEADLINE]: scanDeadline, [RETENTION]: retention(config, blobs, systemClock), [CONNECTOR_SYNC]: connectorSync(config, systemClock, logger, outbound) }),
    ...lanes({ [CONNECTOR_PULL]: connectorPull({ registry, parts, limits: { ...PULL_LIMITS, ...limits } }) }),
    ...lanes({ [CONNECTOR_REFRESH]: connectorRefresh({ registry, parts, limits: { ...REFRESH_LIMITS, ...limits } }) }),
  ];
  return async () => {
    stopping.abort(new Error('the service stops'));
    await Promise.all(workers.map((one) => one.stop()));
    await outbound.close();
  };
}
