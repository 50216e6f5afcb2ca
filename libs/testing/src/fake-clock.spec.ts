import { describe, expect, it } from '@jest/globals';
import { fakeClock } from './fake-clock.js';

describe('fakeClock', () => {
  it('moves only when told', () => {
    const clock = fakeClock('2026-03-01T00:00:00Z');
    expect(clock.now()).toEqual(clock.now());
    clock.advance(1500);
    expect(clock.now().toISOString()).toBe('2026-03-01T00:00:01.500Z');
    clock.set('2025-01-01T00:00:00Z');
    expect(clock.now().toISOString()).toBe('2025-01-01T00:00:00.000Z');
  });

  it('hands out dates that a caller cannot move it with', () => {
    const clock = fakeClock();
    clock.now().setFullYear(1970);
    expect(clock.now().getUTCFullYear()).toBe(2026);
  });
});
