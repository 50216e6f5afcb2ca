import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic, writeJsonAtomic } from './home/files.js';
import type { HomePaths } from './home/paths.js';
import type { Progress } from './progress.js';
import { loadSample, startReceiver } from './sample/load.js';

/**
 * Loads the sample world into a home once; a load that was cut off is repeated at the next start (every step is
 * idempotent). Its receiver of tickets listens at every start, as long as this process lives.
 */
export const loadSampleWorld = async (paths: HomePaths, gatewayUrl: string, receiverPort: number, progress: Progress): Promise<void> => {
  const receiver = { port: receiverPort, secret: receiverSecret(paths) };
  await startReceiver({ ...receiver, file: join(paths.home, 'sample-tickets.jsonl') });
  const marker = join(paths.home, 'sample-loaded.json');
  if (existsSync(marker)) return;
  const token = readFileSync(paths.adminToken, 'utf8').trim();
  await progress.step('sample world loaded', () => loadSample({ gatewayUrl, token, receiver }));
  writeJsonAtomic(marker, { loadedAt: new Date().toISOString() });
};

function receiverSecret(paths: HomePaths): string {
  const file = join(paths.keys, 'sample-receiver.key');
  if (!existsSync(file)) writeFileAtomic(file, randomBytes(24).toString('base64url'), 0o600);
  return readFileSync(file, 'utf8').trim();
}
