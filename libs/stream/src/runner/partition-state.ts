import type { TopicPartition } from '../driver-port.js';

/** Why a partition is not read. It resumes when no reason is left. */
export type Hold = 'placing' | 'backoff' | 'held' | 'failed';

/** What the runner knows of one assigned partition. A new assignment makes new states, so late work finds itself stale. */
export class PartitionState implements TopicPartition {
  /** Next offset to apply; undefined until the stored one is known. */
  position: bigint | undefined;
  /** The database has no row yet: the first fence may insert it. */
  create = false;
  busy = false;
  /** Failed tries in a row. */
  attempts = 0;
  highWatermark = 0n;
  /** What the broker was last told. */
  committed: bigint | undefined;
  readonly holds = new Set<Hold>();
  backoffTimer: NodeJS.Timeout | undefined;

  constructor(readonly topic: string, readonly partition: number) {}

  get lag(): bigint {
    return this.position === undefined || this.highWatermark <= this.position ? 0n : this.highWatermark - this.position;
  }
}

export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
