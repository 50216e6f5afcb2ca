import type { Watermarks } from '../driver-port.js';
import { PositionOutOfRange } from '../errors.js';
import { placeAt } from '../fence.js';
import type { PartitionState } from './partition-state.js';

/** Where stored offsets and the ends of logs are read; sinks have none and trust the broker. */
export interface Placer {
  offsets(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>>;
  watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>>;
}

export interface Placed {
  readonly state: PartitionState;
  readonly offset: bigint;
  readonly create: boolean;
}

/** Decides where each partition begins. Throws PositionOutOfRange when a log does not hold what comes next. */
export async function placePartitions(placer: Placer, states: readonly PartitionState[]): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const [topic, group] of byTopic(states)) {
    const [stored, marks] = await Promise.all([
      placer.offsets(topic, group.map((state) => state.partition)),
      placer.watermarks(topic),
    ]);
    for (const state of group) {
      const ends = marks.get(state.partition);
      if (!ends) throw new Error(`the broker did not tell the ends of ${topic}/${state.partition}`);
      const placement = placeAt(stored.get(state.partition), ends);
      if (placement.kind === 'out-of-range') throw new PositionOutOfRange(topic, state.partition, placement.stored, ends.low, ends.high);
      placed.push({ state, offset: placement.offset, create: placement.create });
    }
  }
  return placed;
}

export function byTopic(states: Iterable<PartitionState>): Map<string, PartitionState[]> {
  const topics = new Map<string, PartitionState[]>();
  for (const state of states) topics.set(state.topic, [...topics.get(state.topic) ?? [], state]);
  return topics;
}
