import { describe, expect, it } from '@jest/globals';
import { restartDelayMs } from './backoff.js';
import type { Child, Exit } from './child.js';
import { supervise } from './supervised.js';

/** A child without a process, whose end a test decides. */
const fakeChild = (pid: number): Child & { end(exit: Exit): void } => {
  let running = true;
  const ended = Promise.withResolvers<Exit>();
  const end = (exit: Exit): void => { running = false; ended.resolve(exit); };
  return {
    name: 'x', pid, exited: ended.promise, get running() { return running; }, log: () => '', end,
    stop: async () => { end({ code: 0, signal: 'SIGTERM' }); await ended.promise; },
  };
};

describe('restartDelayMs', () => {
  it('doubles from half a second up to 15 s', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });
});

describe('supervise', () => {
  it('starts again what ended by itself, and not what was stopped', async () => {
    const children: ReturnType<typeof fakeChild>[] = [];
    const restarted = Promise.withResolvers<number>();
    const it = supervise('x', (onSpawn) => {
      const child = fakeChild(children.length + 1);
      children.push(child);
      onSpawn(child);
      return Promise.resolve(child);
    }, { restarted: (_name, pid) => restarted.resolve(pid) });
    await it.start();
    children[0]?.end({ code: 1, signal: null });
    expect(await restarted.promise).toBe(2);
    expect(it.restarts).toBe(1);
    await it.stop();
    await new Promise((resolve) => { setTimeout(resolve, 700); });
    expect(children).toHaveLength(2);
    expect(it.running).toBe(false);
  });

  it('stops a child that is still starting', async () => {
    const child = fakeChild(1);
    const it = supervise('x', async (onSpawn) => {
      onSpawn(child);
      await child.exited;
      throw new Error('ended while it started');
    });
    const starting = it.start();
    await it.stop();
    await expect(starting).rejects.toThrow('ended while it started');
  });
});
