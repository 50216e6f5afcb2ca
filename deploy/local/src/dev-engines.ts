// A long-running set of engines that integration specs share: `node dist/dev-engines.js up | down | serve`.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localConfig } from './config.js';
import { startEngines } from './engines/start-engines.js';
import { readJson, writeJsonAtomic } from './home/files.js';
import { lockHome } from './home/lock.js';
import { homePaths } from './home/paths.js';
import { identify } from './process/identity.js';
import { consoleProgress } from './progress.js';
import { describeEngines } from './engines/describe.js';

const config = localConfig();
const home = join(tmpdir(), 'tl-dev');
const description = join(config.cache, 'test-engines.json');

const runningPid = (): number | undefined => {
  const pid = (readJson(homePaths(home).lock) as { pid?: number } | undefined)?.pid;
  return pid && identify(pid) ? pid : undefined;
};

const serve = async (): Promise<void> => {
  const paths = homePaths(home);
  const lock = await lockHome(paths);
  const engines = await startEngines(home, {
    cache: config.cache, progress: consoleProgress(),
    events: { failed: (name, exit, wait) => console.log(`${name} ended (${JSON.stringify(exit)}), starting it again in ${wait} ms`) },
  });
  await engines.registryReady;
  writeJsonAtomic(description, describeEngines(engines), 0o600);
  console.log(`engines are ready: ${description}`);
  const stop = async (): Promise<void> => {
    rmSync(description, { force: true });
    await engines.stop();
    lock.release();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
};

const up = async (): Promise<void> => {
  if (runningPid()) return console.log(`already up: ${description}`);
  rmSync(description, { force: true });
  mkdirSync(home, { recursive: true });
  const log = openSync(join(home, 'dev-engines.log'), 'a');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  while (readJson(description) === undefined) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}, see ${home}/dev-engines.log`);
    await sleep(300);
  }
  console.log(`up: ${description}`);
  process.exit(0);
};

const down = async (): Promise<void> => {
  const pid = runningPid();
  if (!pid) return console.log('not running');
  process.kill(pid, 'SIGTERM');
  while (identify(pid)) await sleep(200);
  console.log('down');
};

const commands: Readonly<Record<string, () => Promise<void>>> = { up, down, serve };
await (commands[process.argv[2] ?? 'up'] ?? up)();
