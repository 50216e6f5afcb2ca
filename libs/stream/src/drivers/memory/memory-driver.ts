import type { BatchControl, ConsumerDriver, DriverListener, PartitionOffset, Subscription, TopicPartition, Watermarks } from '../../driver-port.js';
import type { GroupMember, MemoryBroker } from './memory-broker.js';
import { MemoryProcess } from './memory-process.js';

export interface MemoryDriverOptions {
  readonly process?: MemoryProcess;
  /** Records a fetch brings at most. */
  readonly fetchRecords?: number;
}

export const createMemoryDriver = (broker: MemoryBroker, options: MemoryDriverOptions = {}): ConsumerDriver & { expel(): void } => new MemoryDriver(broker, options);

/** A consumer of the memory broker, one batch at a time and without timers. */
class MemoryDriver implements ConsumerDriver, GroupMember {
  topics: readonly string[] = [];
  readonly #process: MemoryProcess;
  readonly #positions = new Map<string, bigint>();
  readonly #paused = new Set<string>();
  readonly #seeks = new Map<string, bigint>();
  #assigned: readonly TopicPartition[] = [];
  #group = '';
  #listener: DriverListener | undefined;
  #isRunning = false;
  #wake: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(private readonly broker: MemoryBroker, private readonly options: MemoryDriverOptions) {
    this.#process = options.process ?? new MemoryProcess();
  }

  logId(): Promise<string> {
    return Promise.resolve('memory');
  }

  start(subscription: Subscription, listener: DriverListener): Promise<void> {
    this.topics = subscription.topics;
    this.#group = subscription.group;
    this.#listener = listener;
    this.#isRunning = true;
    this.broker.join(this.#group, this);
    this.#loop = this.#run();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.wake();
    if (!this.#process.isDead) await this.#loop;
    this.expel();
  }

  /** The broker gives this member up (a session that timed out) while it goes on, not knowing. */
  expel(): void {
    this.broker.leave(this.#group, this);
  }

  assign(partitions: readonly TopicPartition[]): void {
    if (this.#process.isDead) return;
    this.#assigned = partitions;
    this.#positions.clear();
    this.#seeks.clear();
    this.#paused.clear();
    for (const place of partitions) this.#positions.set(keyOf(place), this.broker.committed(this.#group, place) ?? 0n);
    this.#listener?.assigned(partitions);
    this.wake();
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.add(keyOf(place));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.delete(keyOf(place));
    this.wake();
  }

  seek({ topic, partition, offset }: PartitionOffset): void {
    this.#seeks.set(keyOf({ topic, partition }), offset);
    this.wake();
  }

  async commit(positions: readonly PartitionOffset[]): Promise<void> {
    await this.#process.step('commit position');
    this.#check();
    for (const position of positions) this.broker.commit(this.#group, position);
  }

  async watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>> {
    await this.#process.step('read watermarks');
    this.#check();
    return this.broker.watermarks(topic);
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const asleep = new Promise<void>((resolve) => { this.#wake = resolve; });
      let found = false;
      for (const place of [...this.#assigned]) found = await this.#turn(place) || found;
      if (!found && this.#isRunning) await asleep;
    }
  }

  async #turn(place: TopicPartition): Promise<boolean> {
    const key = keyOf(place);
    if (this.#paused.has(key) || this.broker.outage || !this.#isRunning) return false;
    const sought = this.#seeks.get(key);
    if (sought !== undefined) this.#positions.set(key, sought);
    this.#seeks.delete(key);
    // As real clients do: a position below the log's start silently becomes the start.
    const low = this.broker.watermarks(place.topic).get(place.partition)?.low ?? 0n;
    const offset = max(this.#positions.get(key) ?? 0n, low);
    const records = this.broker.fetch({ ...place, offset }, this.options.fetchRecords ?? 100);
    const last = records.at(-1);
    if (!last) return false;
    await this.#process.step('fetched');
    if (this.#seeks.has(key) || this.#paused.has(key) || !this.#positions.has(key)) return true;
    const highWatermark = this.broker.watermarks(place.topic).get(place.partition)?.high ?? 0n;
    await this.#listener?.batch({ ...place, fetchedOffset: offset, nextOffset: last.offset + 1n, highWatermark, records }, this.#control(place));
    await this.#process.step('batch ended');
    return true;
  }

  #control(place: TopicPartition): BatchControl {
    const key = keyOf(place);
    const assignment = this.#assigned;
    return {
      resolve: (next) => { if (this.#assigned === assignment) this.#positions.set(key, next); },
      heartbeat: () => Promise.resolve(),
      isCurrent: () => this.#isRunning && this.#assigned === assignment && !this.#seeks.has(key),
    };
  }

  #check(): void {
    if (this.broker.outage) throw this.broker.outage;
  }
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
