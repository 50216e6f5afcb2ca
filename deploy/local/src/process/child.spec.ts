import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startChild, untilReady, wrapCommand } from './child.js';
import { openLog, readLogFrom } from './log-file.js';

const home = mkdtempSync(join(tmpdir(), 'throughline-child-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const spec = { name: 'x', home, command: 'postgres', args: ['-D', 'd'], logFile: join(home, 'x.log') };

describe('wrapCommand', () => {
  it('asks the kernel to signal the child when we die', () => {
    expect(wrapCommand({ ...spec, stopSignal: 'SIGINT' }, true)).toMatchObject({ command: 'setpriv', args: ['--pdeathsig', 'INT', '--', 'postgres', '-D', 'd'] });
  });

  it('changes the user without setpriv through spawn', () => {
    expect(wrapCommand({ ...spec, user: { uid: 5, gid: 6, enterAnyFolder: false } }, false)).toEqual({ command: 'postgres', args: ['-D', 'd'], uid: 5, gid: 6 });
  });

  it('gives another user the one capability it needs to reach a closed home, and only then', () => {
    const closed = wrapCommand({ ...spec, user: { uid: 5, gid: 6, enterAnyFolder: true } }, true);
    expect(closed.args).toContain('--ambient-caps=+dac_override');
    expect(closed.args.slice(0, 3)).toEqual(['--reuid=5', '--regid=6', '--clear-groups']);
    expect(wrapCommand({ ...spec, user: { uid: 5, gid: 6, enterAnyFolder: false } }, true).args.join()).not.toContain('caps');
  });
});

describe('startChild', () => {
  const run = (script: string) => startChild({ ...spec, command: process.execPath, args: ['-e', script] });

  it('keeps the output in the log and ends on the signal', async () => {
    const child = run('console.log("up"); setInterval(() => {}, 1000)');
    await untilReady(child, () => /up/.test(child.log()), 10_000);
    expect(child.running).toBe(true);
    await child.stop();
    expect((await child.exited).signal).toBe('SIGTERM');
  });

  it('kills one that does not listen', async () => {
    const child = run('process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1000)');
    await untilReady(child, () => /deaf/.test(child.log()), 10_000);
    await child.stop(300);
    expect((await child.exited).signal).toBe('SIGKILL');
  });

  it('tells the end of the log when it ends before it is ready', async () => {
    const child = run('console.error("no such database"); process.exit(3)');
    await expect(untilReady(child, () => false, 10_000)).rejects.toThrow(/ended while it started[^]*no such database/);
  });

  it('tells a command that does not exist as an end', async () => {
    const child = startChild({ ...spec, command: join(home, 'nothing-here') });
    expect((await child.exited).code).not.toBe(0);
  });
});

describe('log files', () => {
  it('moves a log over the cap aside when it is opened', () => {
    const path = join(home, 'big.log');
    writeFileSync(path, 'x'.repeat(100));
    openLog(path, 50);
    expect(readFileSync(`${path}.1`, 'utf8')).toHaveLength(100);
    expect(readLogFrom(path, 0)).toBe('');
  });
});
