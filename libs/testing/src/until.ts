import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Said when the time is over. */
  readonly what?: string;
}

/** Asks until the answer is neither undefined, null nor false, and returns it. A throwing question counts as "not yet"; its last error is told. */
export const until = async <T>(ask: () => T | Promise<T>, options: UntilOptions = {}): Promise<NonNullable<Exclude<T, false>>> => {
  const { timeoutMs = 30_000, everyMs = 100, what = 'the expected state' } = options;
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer as NonNullable<Exclude<T, false>>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what} was not reached in ${timeoutMs} ms`, { cause: last });
    await sleep(everyMs);
  }
};
