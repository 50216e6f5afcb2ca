// A long-running set of engines that integration specs share: `node dist/dev-engines.js up | down | serve [home] [description file]`.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localConfig } from './config.js';
import { recoverHome, startEngines, type Engines } from './engines/start-engines.js';
import { readJson, writeJsonAtomic } from './home/files.js';
import { lockHome } from './home/lock.js';
import { homePaths } from './home/paths.js';
import { identify } from './process/identity.js';
import { consoleProgress } from './progress.js';
import { describeEngines } from './engines/describe.js';

const config = localConfig();
const [command = 'up', home = join(tmpdir(), 'tl-dev'), description = join(config.cache, 'test-engines.json')] = process.argv.slice(2);

const runningPid = (): number | undefined => {
  const pid = (readJson(homePaths(home).lock) as { pid?: number } | undefined)?.pid;
  return pid && identify(pid) ? pid : undefined;
};

const serve = async (): Promise<void> => {
  const lock = await lockHome(homePaths(home));
  let engines: Engines | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    lock.stopping();
    rmSync(description, { force: true });
    await engines?.stop();
    await recoverHome(home);
    lock.release();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop());
  process.on('disconnect', () => void stop()); // whoever asked for the engines has died
  engines = await startEngines(home, {
    cache: config.cache, progress: consoleProgress(), addressed: (found) => { engines = found; },
    events: { failed: (name, exit, wait) => console.log(`${name} ended (${JSON.stringify(exit)}), starting it again in ${wait} ms`) },
  });
  await engines.registryReady;
  writeJsonAtomic(description, describeEngines(engines), 0o600);
  console.log(`engines are ready: ${description}`);
  process.send?.('ready');
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
await (commands[command] ?? up)();
