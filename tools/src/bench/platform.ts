import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chmodSync } from 'node:fs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const START_MS = 240_000;

/** A platform of its own for a measurement: fresh home, free port, nothing in it. */
export interface Platform {
  readonly url: string;
  readonly token: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly startedInMs: number;
  stop(): Promise<void>;
}

/** Starts `npm start -- --empty`'s launcher on a temporary home, with all services or only the named ones. Throws with the end of its output when it does not come up. */
export async function startPlatform(services: readonly string[] = []): Promise<Platform> {
  const home = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  // PostgreSQL may run as another user and must be able to enter the home.
  chmodSync(home, 0o755);
  const port = await freePort();
  const began = performance.now();
  const launcher = spawn(process.execPath, [join(ROOT, 'deploy/local/dist/main.js'), '--empty', ...(services.length > 0 ? [`--services=${services.join(',')}`] : [])], { env: { ...process.env, THROUGHLINE_HOME: home, THROUGHLINE_PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
  await ready(launcher);
  const startedInMs = performance.now() - began;
  const endpoints = JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as { gateway: string; pids: Record<string, number> };
  return {
    url: endpoints.gateway, token: readFileSync(join(home, 'admin-token'), 'utf8').trim(), pids: endpoints.pids, startedInMs,
    stop: async () => {
      launcher.kill('SIGINT');
      await new Promise((resolve) => { launcher.once('exit', resolve); });
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function ready(launcher: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`the platform was not ready in time:\n${output.slice(-2000)}`)), START_MS);
    const read = (part: Buffer): void => {
      output += part.toString('utf8');
      if (output.includes('Throughline is ready')) {
        clearTimeout(limit);
        resolve();
      }
    };
    launcher.stdout?.on('data', read);
    launcher.stderr?.on('data', read);
    launcher.once('exit', (code) => reject(new Error(`the platform ended with ${code}:\n${output.slice(-2000)}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
