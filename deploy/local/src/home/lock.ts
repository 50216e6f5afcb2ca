import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { identify, isAlive, type ProcessIdentity } from '../process/identity.js';
import { readJson, writeJsonAtomic } from './files.js';
import type { HomePaths } from './paths.js';

export interface LockContent extends ProcessIdentity {
  readonly state: 'running' | 'stopping';
}

export type LockDecision = 'take' | 'take-over' | 'wait' | 'refuse';

/** What to do about a lock file: pure, so that each case is one line of a test. */
export const decideLock = (found: LockContent | undefined, holderAlive: boolean): LockDecision => {
  if (!found) return 'take';
  if (!holderAlive) return 'take-over';
  return found.state === 'stopping' ? 'wait' : 'refuse';
};

export interface HomeLock {
  /** True when the last holder did not release it: its processes may still be there. */
  readonly recovered: boolean;
  stopping(): void;
  release(): void;
}

const parse = (value: unknown): LockContent | undefined => {
  const lock = value as Partial<LockContent> | undefined;
  if (typeof lock?.pid !== 'number' || typeof lock.startedAt !== 'string') return undefined;
  return { pid: lock.pid, startedAt: lock.startedAt, state: lock.state === 'stopping' ? 'stopping' : 'running' };
};

/** Creates the lock file with its content in one step; false when somebody else has it. */
const create = (path: string, content: LockContent): boolean => {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Removes a stale lock, unless another starter replaced it in the meantime. */
const discard = (path: string, stale: string): void => {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another starter was faster
  }
  if (readFileSync(aside, 'utf8') !== stale) {
    try {
      linkSync(aside, path);
    } catch { /* a third has taken it: fine, it is held */ }
  }
  rmSync(aside, { force: true });
};

const rawLock = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Takes the home for this process, waiting up to `waitMs` for a holder that is stopping. */
export const lockHome = async (paths: HomePaths, waitMs = 30_000): Promise<HomeLock> => {
  mkdirSync(paths.home, { recursive: true });
  const self = identify(process.pid);
  if (!self) throw new Error('the own process cannot be identified');
  const deadline = Date.now() + waitMs;
  // A launcher whose npm was killed notices within about a second: give it the time to say so.
  const patience = Date.now() + Math.min(3000, waitMs);
  let recovered = false;
  while (!create(paths.lock, { ...self, state: 'running' })) {
    const raw = rawLock(paths.lock);
    const found = parse(readJson(paths.lock));
    const decision = decideLock(found, found !== undefined && isAlive(found));
    if (decision === 'take-over' || (decision === 'take' && raw !== undefined)) {
      recovered = true;
      discard(paths.lock, raw ?? '');
    } else if (decision === 'refuse' && Date.now() >= patience) {
      throw new UserError(`Throughline is already running on ${paths.home} (process ${found?.pid}). `
        + 'Stop it there with Ctrl-C, or start a second one with another THROUGHLINE_HOME and THROUGHLINE_PORT.');
    } else if (decision === 'wait' && Date.now() > deadline) {
      throw new UserError(`The last run on ${paths.home} (process ${found?.pid}) is still stopping. Try again in a moment, or end that process.`);
    } else if (decision !== 'take') {
      await sleep(200);
    }
  }
  return {
    recovered,
    stopping: () => writeJsonAtomic(paths.lock, { ...self, state: 'stopping' }),
    release: () => rmSync(paths.lock, { force: true }),
  };
};
