import type { RawRecord } from './ports.js';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: bigint;
}

/** `low` is the first offset still in the log, `high` the one after the last readable. */
export interface Watermarks {
  readonly low: bigint;
  readonly high: bigint;
}

/** What one fetch of a partition brought: at least one record. */
export interface FetchedBatch extends TopicPartition {
  /** Where the fetch began; the first record may come later, since logs have gaps. */
  readonly fetchedOffset: bigint;
  /** Where the next fetch would begin, trailing gaps included. */
  readonly nextOffset: bigint;
  readonly highWatermark: bigint;
  readonly records: readonly RawRecord[];
}

/** What the runner may do with the batch in hand. */
export interface BatchControl {
  /** Moves the local position: the next fetch begins there. */
  resolve(next: bigint): void;
  /** Tells the group that this member lives; rejects when it has been expelled. */
  heartbeat(): Promise<void>;
  /** False when the consumer stops or a seek is pending: the rest of the batch is not ours to apply. */
  isCurrent(): boolean;
}

export interface DriverListener {
  /**
   * The member joined with these partitions, perhaps again. Called before the first fetch and synchronously, so that
   * pausing inside of it keeps every record away until the positions are known.
   */
  assigned(partitions: readonly TopicPartition[]): void;
  /** Batches of a partition come one at a time. What is not resolved is fetched again. Must not reject. */
  batch(batch: FetchedBatch, control: BatchControl): Promise<void>;
  /** The client gave up and starts anew; for readiness and logs. */
  crashed(error: unknown): void;
}

export interface Subscription {
  readonly group: string;
  readonly topics: readonly string[];
}

/** Port to the broker for consuming. One driver serves one subscription. */
export interface ConsumerDriver {
  /** Identity of the logs behind the topics: offsets that were stored under another one mean nothing. */
  logId(): Promise<string>;
  /** Resolves when it runs; a broker that cannot be reached is waited for. */
  start(subscription: Subscription, listener: DriverListener): Promise<void>;
  /** Ends fetching, waits for batches in hand and leaves the group. */
  stop(): Promise<void>;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  seek(position: PartitionOffset): void;
  /** Stores positions at the broker: lag for stateful consumers, the truth for sinks. */
  commit(positions: readonly PartitionOffset[]): Promise<void>;
  watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>>;
}
