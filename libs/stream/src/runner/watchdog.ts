import type { Watermarks } from '../driver-port.js';
import { PositionOutOfRange } from '../errors.js';
import { byTopic, type Placer } from './placement.js';
import type { PartitionState } from './partition-state.js';

export interface WatchdogVerdicts {
  /** The stored offset is not where we are. */
  moved(state: PartitionState, to: bigint): void;
  /** The row is gone. */
  lost(state: PartitionState): void;
  failed(error: Error): void;
  unreadable(error: unknown): void;
}

const LOOKS_A_WATERMARK = 5;

/**
 * Compares stored and local positions of idle partitions: after a restored backup an idle consumer would not notice by
 * itself that it must read again. Also sees that a log was cut behind or before our position, and keeps the lag fresh.
 */
export class Watchdog {
  #looks = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(
    private readonly partitions: ReadonlyMap<string, PartitionState>,
    private readonly placer: Placer,
    private readonly everyMs: number,
    private readonly verdicts: WatchdogVerdicts,
  ) {}

  start(): void {
    this.#timer = setInterval(() => { void this.look(); }, this.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look; skipped while the last one is still waiting for an answer. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    this.#looks += 1;
    try {
      for (const [topic, states] of byTopic([...this.partitions.values()].filter(isIdle))) await this.#lookAt(topic, states);
    } catch (error) {
      this.verdicts.unreadable(error);
    } finally {
      this.#looking = false;
    }
  }

  async #lookAt(topic: string, states: readonly PartitionState[]): Promise<void> {
    const before = new Map(states.map((state) => [state, state.position]));
    // Several requests a topic at the broker, and nothing urgent: a fetch tells the end of the log as well.
    const withMarks = this.#looks % LOOKS_A_WATERMARK === 0;
    const [stored, marks] = await Promise.all([
      this.placer.offsets(topic, states.map((state) => state.partition)),
      withMarks ? this.placer.watermarks(topic) : new Map<number, Watermarks>(),
    ]);
    for (const state of states) {
      const { position } = state;
      // It moved while we asked: the answer is about the past.
      if (!isIdle(state) || position === undefined || position !== before.get(state)) continue;
      const ends = marks.get(state.partition);
      if (ends) {
        state.highWatermark = ends.high;
        if (position < ends.low || position > ends.high) {
          return this.verdicts.failed(new PositionOutOfRange(topic, state.partition, position, ends.low, ends.high));
        }
      }
      const at = stored.get(state.partition);
      if (at === undefined && !state.create) this.verdicts.lost(state);
      else if (at !== undefined && at !== position) this.verdicts.moved(state, at);
    }
  }
}

const isIdle = (state: PartitionState): boolean => !state.busy && state.position !== undefined && !state.holds.has('placing') && !state.holds.has('failed');
