import { TOPICS } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import { bulkIsHeld } from '../domain/lane.js';

/** Remembers when the first lane was last busy, and answers whether the second must wait. */
export class LaneGate {
  #busy = 0;
  #lastFirst = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Runs work of a lane. */
  async during<R>(topic: string, work: () => Promise<R>): Promise<R> {
    if (topic !== TOPICS.scanReceived) return work();
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#lastFirst = this.clock.now().getTime();
    }
  }

  isHeld(topic: string, waitingBytes: number): boolean {
    if (topic !== TOPICS.scanReceivedBulk) return false;
    return bulkIsHeld({ waitingBytes, sinceFirstLane: this.#busy > 0 ? 0 : this.clock.now().getTime() - this.#lastFirst });
  }
}
