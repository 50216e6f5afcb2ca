import { createBlobStore } from '@throughline/blob-store';
import { openKeyring } from '@throughline/keyring';
import type { ServiceDefinition } from '@throughline/service-kit';
import { AppModule } from './app.module.js';
import type { IngestionConfig } from './config.js';
import { REGISTRY, type ConnectorRegistry } from './connectors/registry.js';
import { startDueWork } from './due/due-work.js';
import { installBodyLimits } from './http/body-limits.js';
import { installRawBody } from './http/raw-body.js';
import { Outbound } from './outbound/outbound.js';
import type { PullLimits } from './pull/pull-loop.js';
import { UploadService } from './upload/upload.service.js';

/** What a test brings of its own. */
export interface IngestionOptions { readonly registry?: ConnectorRegistry; readonly pullLimits?: Partial<PullLimits> }

/** The service as the kit starts it; tests start it with a configuration of their own. */
export async function ingestion(config: IngestionConfig, { registry = REGISTRY, pullLimits }: IngestionOptions = {}): Promise<ServiceDefinition<IngestionConfig>> {
  const keyring = await openKeyring({ masterKeyFile: config.MASTER_KEY_FILE, keyDir: config.KEY_DIR });
  const blobs = createBlobStore({ dir: config.BLOB_DIR, keyring });
  const outbound = new Outbound(config.ALLOWED_HOSTS);
  return {
    name: 'ingestion',
    config,
    module: () => AppModule.with({ keyring, blobs, outbound, registry }),
    http: (fastify) => {
      installRawBody(fastify);
      installBodyLimits(fastify);
    },
    start: async (parts, app) => startDueWork(parts, { blobs, keyring, uploads: app.get(UploadService), outbound, registry, limits: pullLimits }),
  };
}
