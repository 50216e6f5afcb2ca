import { createBlobStore } from '@throughline/blob-store';
import { systemClock } from '@throughline/domain';
import { openKeyring } from '@throughline/keyring';
import { PARSERS } from '@throughline/parsers';
import { startDueWorker, type Relay } from '@throughline/persistence';
import type { ServiceDefinition } from '@throughline/service-kit';
import { AppModule } from './app.module.js';
import type { NormalizationConfig } from './config.js';
import { LaneGate } from './consumers/lane-gate.js';
import { RETENTION, retention } from './due/retention.js';

/** The service as the kit starts it; tests start it with a configuration of their own. */
export async function normalization(config: NormalizationConfig): Promise<ServiceDefinition<NormalizationConfig>> {
  const keyring = await openKeyring({ masterKeyFile: config.MASTER_KEY_FILE, keyDir: config.KEY_DIR });
  const blobs = createBlobStore({ dir: config.BLOB_DIR, keyring });
  const deps = { blobs, hasher: keyring.secretHasher, parsers: PARSERS, clock: systemClock };
  const gate = new LaneGate(systemClock);
  let relay: Relay | undefined;
  return {
    name: 'normalization',
    config,
    // A scan in hand holds the batch's connection and, when it is long, one for its chunks; the pool has five.
    concurrency: 2,
    isHeld: (topic) => gate.isHeld(topic, relay?.depth().bytes ?? 0),
    module: (parts) => {
      relay = parts.relay;
      return AppModule.with(deps, gate);
    },
    start: (parts) => {
      const worker = startDueWorker(parts.database, { kinds: { [RETENTION]: retention(systemClock) }, logger: parts.logger });
      return Promise.resolve(() => worker.stop());
    },
  };
}
