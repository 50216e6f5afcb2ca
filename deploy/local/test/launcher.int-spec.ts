import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../src/config.js';
import { orphansOf } from '../src/process/identity.js';
import { endOrphans } from '../src/process/orphans.js';

// Runs the built launcher as a process of its own, as `npm start` does, without services: those have specs of their own.
const script = join(repositoryRoot, 'deploy/local/dist/main.js');
const home = mkdtempSync(join(tmpdir(), 'throughline-launcher-'));
let port = 0;

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
  ready(): Promise<void>;
}

const start = (stdio: StdioOptions = ['ignore', 'pipe', 'pipe']): Run => {
  const child = spawn(process.execPath, [script, '--empty', '--services='], {
    env: { ...process.env, THROUGHLINE_HOME: home, THROUGHLINE_PORT: String(port) }, stdio,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  // `close` (all output read) does not come after a disconnect by the parent; `exit` does, with the output a moment later.
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
    child.once('exit', (code) => { setTimeout(() => resolve(code), 250); });
  });
  const ready = async (): Promise<void> => {
    const deadline = Date.now() + 120_000;
    while (!/Throughline is ready/.test(output)) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`not ready:\n${output}`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
  };
  return { child, ended, ready, output: () => output };
};

const endpoints = (): { pids: Record<string, number>; schemaRegistry: string; clickhouse: string } =>
  JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as ReturnType<typeof endpoints>;

const subjects = async (): Promise<unknown> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await (await fetch(`${endpoints().schemaRegistry}/subjects`)).json();
    } catch (error) {
      if (attempt > 400) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
  }
};

beforeAll(async () => {
  port = await new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
});

afterAll(async () => {
  await endOrphans(home, [], 3000);
  rmSync(home, { recursive: true, force: true });
});

describe('the launcher', () => {
  it('starts the engines, refuses a second start on the home, recovers from kill -9 and leaves no process', async () => {
    const first = start();
    await first.ready();
    expect(first.output()).toMatch(new RegExp(`^Throughline is ready: http://127.0.0.1:${port}\nAPI token: tl_[\\w-]{43}$`, 'm'));
    expect(statSync(join(home, 'admin-token')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(Object.keys(endpoints().pids).sort()).toEqual(['clickhouse', 'kafka', 'launcher', 'postgres', 'schema-registry']);

    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('already running');
    expect(first.child.exitCode).toBeNull();
    await fetch(`${endpoints().clickhouse}/?query=${encodeURIComponent('create table if not exists throughline.kept (n Int32) engine MergeTree order by n')}`, { method: 'POST' });
    await fetch(`${endpoints().clickhouse}/?query=${encodeURIComponent('insert into throughline.kept values (7)')}`, { method: 'POST' });

    first.child.kill('SIGKILL');
    const third = start(); // at once: nothing had time to notice
    await third.ready();
    expect(third.output()).toContain('recovering');
    expect(await (await fetch(`${endpoints().clickhouse}/?query=${encodeURIComponent('select n from throughline.kept')}`)).text()).toBe('7\n');
    // Warm, the registry comes after the ready line; it has kept its subjects.
    expect(await subjects()).toEqual(expect.arrayContaining(['aspm.finding.changed.v1-value']));

    third.child.kill('SIGINT');
    third.child.kill('SIGTERM'); // npm and the terminal both send one
    expect(await third.ended).toBe(0);
    expect(orphansOf(home)).toEqual([]);
    expect(existsSync(join(home, 'lock.json'))).toBe(false);
  }, 240_000);

  it('says which port is in use and what to do', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', () => resolve()); });
    const run = start();
    expect(await run.ended).toBe(1);
    await new Promise((resolve) => { server.close(resolve); });
    expect(run.output()).toContain(`Port ${port} of 127.0.0.1 is in use`);
    expect(run.output()).toContain(`THROUGHLINE_PORT=${port + 1}`);
  }, 60_000);

  it('stops while it still starts', async () => {
    const run = start();
    await new Promise((resolve) => { setTimeout(resolve, 2500); });
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(orphansOf(home)).toEqual([]);
  }, 60_000);

  it('stops when the bootstrap that started it was killed', async () => {
    const run = start(['ignore', 'pipe', 'pipe', 'ipc']);
    await new Promise((resolve) => { setTimeout(resolve, 2500); });
    run.child.disconnect();
    expect(await run.ended).toBe(0);
    expect(orphansOf(home)).toEqual([]);
  }, 60_000);
});
