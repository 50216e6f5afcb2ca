import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { writeJsonAtomic } from './home/files.js';
import type { HomePaths } from './home/paths.js';
import type { Progress } from './progress.js';

interface SampleLoader {
  loadSample(options: { gatewayUrl: string; token: string; home: string }): Promise<void>;
}

/** Loads the sample world into a home once; a load that was cut off is repeated at the next start (uploads are idempotent). */
export const loadSampleWorld = async (paths: HomePaths, gatewayUrl: string, progress: Progress): Promise<void> => {
  const loader = join(dirname(fileURLToPath(import.meta.url)), 'sample', 'load.js');
  const marker = join(paths.home, 'sample-loaded.json');
  if (existsSync(marker) || !existsSync(loader)) return;
  const token = readFileSync(paths.adminToken, 'utf8').trim();
  const { loadSample } = await import(pathToFileURL(loader).href) as SampleLoader;
  await progress.step('sample world loaded', () => loadSample({ gatewayUrl, token, home: paths.home }));
  writeJsonAtomic(marker, { loadedAt: new Date().toISOString() });
};
