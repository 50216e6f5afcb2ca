import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTHY_AFTER_MS, restartDelayMs } from './backoff.js';
import type { Child, Exit, OnSpawn } from './child.js';

/** A process that is started again, with backoff, whenever it ends without being told to. */
export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  readonly running: boolean;
  readonly restarts: number;
  /** Starts it and settles when it serves. Fails when the first start fails. */
  start(): Promise<void>;
  /** Ends it and leaves it down until the next `start`. */
  stop(graceMs?: number): Promise<void>;
  /** The crash of a test: SIGKILL, and the supervisor does what it does. */
  kill(): void;
}

export interface SupervisorEvents {
  restarted?(name: string, pid: number): void;
  failed?(name: string, exit: Exit | Error, retryInMs: number): void;
}

/** `launch` starts the process, tells of it at once through `onSpawn`, and settles when it is ready to serve. */
export const supervise = (name: string, launch: (onSpawn: OnSpawn) => Promise<Child>, events: SupervisorEvents = {}): Supervised => {
  let child: Child | undefined;
  let wanted = false;
  let failures = 0;
  let restarts = 0;
  let giveUp = new AbortController();

  const watch = (current: Child, since: number): void => {
    void current.exited.then((exit) => {
      if (!wanted || child !== current) return;
      failures = performance.now() - since > HEALTHY_AFTER_MS ? 1 : failures + 1;
      void again(exit);
    });
  };
  const run = async (): Promise<void> => {
    const since = performance.now();
    const started = await launch((spawned) => {
      child = spawned;
      if (!wanted) void spawned.stop();
    });
    if (wanted) watch(started, since);
  };
  const again = async (why: Exit | Error): Promise<void> => {
    const wait = restartDelayMs(failures);
    events.failed?.(name, why, wait);
    await sleep(wait, undefined, { signal: giveUp.signal }).catch(() => undefined);
    if (!wanted) return;
    try {
      await run();
      restarts += 1;
      if (child) events.restarted?.(name, child.pid);
    } catch (error) {
      failures += 1;
      if (wanted) await again(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return {
    name,
    get pid() { return child?.pid; },
    get running() { return child?.running ?? false; },
    get restarts() { return restarts; },
    async start() {
      wanted = true;
      failures = 0;
      giveUp = new AbortController();
      await run();
    },
    async stop(graceMs) {
      wanted = false;
      giveUp.abort();
      await child?.stop(graceMs);
    },
    kill() {
      if (child?.running) process.kill(child.pid, 'SIGKILL');
    },
  };
};
