import { createBlobStore } from '@throughline/blob-store';
import { openKeyring } from '@throughline/keyring';
import type { ServiceDefinition } from '@throughline/service-kit';
import { AppModule } from './app.module.js';
import type { IngestionConfig } from './config.js';
import { startDueWork } from './due/due-work.js';
import { installRawBody } from './http/raw-body.js';

/** The service as the kit starts it; tests start it with a configuration of their own. */
export async function ingestion(config: IngestionConfig): Promise<ServiceDefinition<IngestionConfig>> {
  const keyring = await openKeyring({ masterKeyFile: config.MASTER_KEY_FILE, keyDir: config.KEY_DIR });
  const blobs = createBlobStore({ dir: config.BLOB_DIR, keyring });
  return {
    name: 'ingestion',
    config,
    module: () => AppModule.with(keyring, blobs),
    http: installRawBody,
    start: (parts) => startDueWork(parts, blobs),
  };
}
