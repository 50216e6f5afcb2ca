import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startChild, untilReady, type Child, type OnSpawn } from '../process/child.js';
import { supervise, type Supervised, type SupervisorEvents } from '../process/supervised.js';
import { serviceEnv, type ServiceEnvPlan } from './service-env.js';

/** Services that can be run: every folder of `services/` with a built main, but not the console, which the gateway serves. */
export const findServices = (root: string): string[] => readdirSync(join(root, 'services'))
  .filter((name) => name !== 'console' && existsSync(join(root, 'services', name, 'dist', 'main.js')))
  .sort();

/** kafkajs 2.2.4 computes a negative timeout on an idle queue, which newer Node releases warn of; it has no effect. */
const NODE_FLAGS = ['--max-old-space-size=384', '--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];

/**
 * Megabytes of the young generation: a batch lives for one transaction and need not be copied to the old generation
 * (collecting was 32 % of dedup's CPU with 32 MB, 20 % with 64).
 */
const SEMI_SPACE: Readonly<Record<string, number>> = { dedup: 64, scoring: 64, analytics: 64 };
const DEFAULT_SEMI_SPACE = 32;

const watchdog = (): string => pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), 'watchdog.js')).href;

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3000) });
    await response.arrayBuffer(); // frees the connection
    return response.status === 200;
  } catch {
    return false;
  }
};

const READY_MS = 300_000;

export interface ServicesPlan extends ServiceEnvPlan {
  readonly cache: string;
  readonly services: readonly string[];
  readonly events?: SupervisorEvents;
}

const spawnService = (service: string, plan: ServicesPlan, onSpawn: OnSpawn): Child => {
  const { paths } = plan.engines;
  const folder = join(plan.root, 'services', service);
  return startChild({
    name: service, home: paths.home, cwd: folder, logFile: join(paths.logs, `${service}.log`), command: process.execPath, holdStdin: true, onSpawn,
    args: [...NODE_FLAGS, `--max-semi-space-size=${SEMI_SPACE[service] ?? DEFAULT_SEMI_SPACE}`, '--import', watchdog(), join(folder, 'dist', 'main.js')],
    env: { ...serviceEnv(service, plan), NODE_COMPILE_CACHE: join(plan.cache, 'node-compile-cache') },
  });
};

/** One supervised process for each service; started all at once by `startServices`. */
export const superviseServices = (plan: ServicesPlan): Supervised[] => {
  mkdirSync(plan.engines.paths.blobs, { recursive: true, mode: 0o700 });
  return plan.services.map((service) => supervise(service, async (onSpawn) => {
    const child = spawnService(service, plan, onSpawn);
    const url = plan.urls[service] ?? '';
    await untilReady(child, () => isReady(url), READY_MS, 150);
    return child;
  }, plan.events));
};
