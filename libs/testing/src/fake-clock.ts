import type { Clock } from '@throughline/domain';

/** A clock that only a test moves. */
export interface FakeClock extends Clock {
  advance(milliseconds: number): Date;
  set(time: Date | string): Date;
}

/** Starts at `start`, by default a fixed instant, so that a golden file may hold times. */
export const fakeClock = (start: Date | string = '2026-01-01T00:00:00.000Z'): FakeClock => {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
      return new Date(now);
    },
    set(time) {
      now = new Date(time).getTime();
      return new Date(now);
    },
  };
};
