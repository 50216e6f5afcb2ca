import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { UserError } from '../errors.js';
import { identify } from '../process/identity.js';
import { decideLock, lockHome } from './lock.js';
import { homePaths } from './paths.js';

const homes: string[] = [];
const newHome = () => {
  const home = mkdtempSync(join(tmpdir(), 'throughline-lock-'));
  homes.push(home);
  return homePaths(home);
};
afterEach(() => { for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true }); });

const held = { pid: 1, startedAt: 'x', state: 'running' } as const;

describe('decideLock', () => {
  it.each([
    ['a free home', undefined, false, 'take'],
    ['one whose holder was killed', held, false, 'take-over'],
    ['one that is in use', held, true, 'refuse'],
    ['one whose holder is stopping', { ...held, state: 'stopping' }, true, 'wait'],
    ['one whose holder was killed while it stopped', { ...held, state: 'stopping' }, false, 'take-over'],
  ] as const)('%s', (_name, found, alive, decision) => {
    expect(decideLock(found, alive)).toBe(decision);
  });
});

describe('lockHome', () => {
  it('is taken once and free again after its release', async () => {
    const paths = newHome();
    const lock = await lockHome(paths, 0);
    expect(lock.recovered).toBe(false);
    await expect(lockHome(paths, 0)).rejects.toThrow(UserError);
    lock.release();
    (await lockHome(paths, 0)).release();
  });

  it('is taken over from a process that no longer runs, and from a torn file', async () => {
    const paths = newHome();
    writeFileSync(paths.lock, JSON.stringify({ pid: process.pid, startedAt: 'an earlier process of this number', state: 'running' }));
    const lock = await lockHome(paths, 0);
    expect(lock.recovered).toBe(true);
    lock.release();
    writeFileSync(paths.lock, '{"pid":');
    expect((await lockHome(paths, 0)).recovered).toBe(true);
  });

  it('waits for a holder that is stopping', async () => {
    const paths = newHome();
    const lock = await lockHome(paths, 0);
    lock.stopping();
    const next = lockHome(paths, 5000);
    setTimeout(() => lock.release(), 300);
    (await next).release();
  });

  it('knows the own process', () => {
    expect(identify(process.pid)?.pid).toBe(process.pid);
    expect(identify(2 ** 22 + 1)).toBeUndefined();
  });
});
