import type { BlobStore } from '@throughline/blob-store';
import { systemClock } from '@throughline/domain';
import { startDueWorker, type DueHandler, type DueWorkerOptions } from '@throughline/persistence';
import type { ServiceParts } from '@throughline/service-kit';
import { done, skip } from '@throughline/stream';
import type { IngestionConfig } from '../config.js';
import { markStalled } from '../persistence/scan.repository.js';
import { connectorSync } from './connector-sync.js';
import { CONNECTOR_SYNC, RETENTION, SCAN_DEADLINE } from './kinds.js';
import { retention } from './retention.js';

/** A scan whose end was not heard of in time is shown as stalled; its end, when it comes, moves it on. */
export const scanDeadline: DueHandler = async ({ tenantId, key }, unit) => {
  if (tenantId === null) return skip('no tenant');
  return (await markStalled(unit, tenantId, key)) ? done : skip('the scan has ended');
};

/** Starts what this service does at a time; returns how to stop it. */
export async function startDueWork(parts: ServiceParts<IngestionConfig>, blobs: BlobStore): Promise<() => Promise<void>> {
  const kinds: DueWorkerOptions['kinds'] = {
    [SCAN_DEADLINE]: scanDeadline,
    [RETENTION]: retention(parts.config, blobs, systemClock),
    [CONNECTOR_SYNC]: connectorSync(parts.config, systemClock, parts.logger),
  };
  const worker = startDueWorker(parts.database, { kinds, logger: parts.logger });
  return () => worker.stop();
}
