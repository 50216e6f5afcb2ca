import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../config.js';
import type { HomePaths } from '../home/paths.js';
import { startChild, untilReady, type Child, type OnSpawn } from '../process/child.js';

export const clickhouseUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** Loaded from dist also when this runs from source (in specs): a plain Node has to be able to run it. */
const serverScript = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith(join('src', 'engines')) ? join(repositoryRoot, 'deploy/local/dist/engines/clickhouse-server.js') : join(here, 'clickhouse-server.js');
};

const pings = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`${clickhouseUrl(port)}/ping`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
};

/** Starts ClickHouse on loopback. Its user `default` has no password: only the analytics service is told its address. */
export const startClickhouse = async (paths: HomePaths, port: number, onSpawn?: OnSpawn): Promise<Child> => {
  mkdirSync(paths.clickhouse, { recursive: true, mode: 0o700 });
  const child = startChild({
    name: 'clickhouse', home: paths.home, cwd: paths.clickhouse, logFile: join(paths.logs, 'clickhouse.log'),
    command: process.execPath, args: [serverScript(), paths.clickhouse, String(port)], holdStdin: true, onSpawn,
  });
  await untilReady(child, () => pings(port), 180_000, 50);
  return child;
};
