import type { Admin, Batch, Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { BatchControl, ConsumerDriver, DriverListener, FetchedBatch, PartitionOffset, Subscription, TopicPartition, Watermarks } from '../../driver-port.js';
import { silentLogger, type StreamLogger } from '../../logger.js';
import { errorCode } from '../../retry-policy.js';
import { createKafka, type KafkaConnectionOptions } from './connection.js';
import { toRawRecord } from './records.js';

export interface KafkaJsConsumerOptions extends KafkaConnectionOptions {
  /** Partitions worked on at the same time (default 3): more than the database pool can serve is of no use. */
  readonly concurrency?: number;
  /** How long the group waits for a dead member (default 6 s, the least that brokers allow by default). */
  readonly sessionTimeoutMs?: number;
  readonly maxBytesPerPartition?: number;
  /** A fetch is answered when this much is there, or after `maxWaitMs` (default 1 byte: at once). */
  readonly minBytes?: number;
  readonly maxWaitMs?: number;
}

const RESTART_MS = 1000;
/** Also how long a resumed partition waits at most for the running fetch to end. */
const MAX_WAIT_MS = 1000;

export const createKafkaJsDriver = (options: KafkaJsConsumerOptions): ConsumerDriver => new KafkaJsDriver(options);

/** kafkajs's consumer behind our port; the recipe it follows is in ADR 2. */
class KafkaJsDriver implements ConsumerDriver {
  readonly #kafka: Kafka;
  readonly #logger: StreamLogger;
  #admin: Admin | undefined;
  #consumer: Consumer | undefined;
  #restart: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(private readonly options: KafkaJsConsumerOptions) {
    this.#kafka = createKafka(options);
    this.#logger = options.logger ?? silentLogger;
  }

  async logId(): Promise<string> {
    return this.#untilAnswered(async () => (await (await this.#connectedAdmin()).describeCluster()).clusterId);
  }

  async start(subscription: Subscription, listener: DriverListener): Promise<void> {
    await this.#untilAnswered(() => this.#run(subscription, listener));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    const [consumer, admin] = [this.#consumer, this.#admin];
    this.#consumer = undefined;
    this.#admin = undefined;
    // disconnect() waits for the batches in hand and leaves the group: one that is not left costs the next member 15 s.
    await consumer?.disconnect();
    await admin?.disconnect();
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#onConsumer((consumer) => consumer.pause(grouped(partitions)));
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#onConsumer((consumer) => consumer.resume(grouped(partitions)));
  }

  seek({ topic, partition, offset }: PartitionOffset): void {
    this.#onConsumer((consumer) => consumer.seek({ topic, partition, offset: offset.toString() }));
  }

  async commit(positions: readonly PartitionOffset[]): Promise<void> {
    await this.#consumer?.commitOffsets(positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset.toString() })));
  }

  async watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>> {
    const admin = await this.#connectedAdmin();
    const offsets = await admin.fetchTopicOffsets(topic).catch((error: unknown) => { this.#dropAdmin(admin); throw error; });
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
  }

  async #run(subscription: Subscription, listener: DriverListener): Promise<void> {
    const consumer = this.#kafka.consumer({
      groupId: subscription.group,
      sessionTimeout: this.options.sessionTimeoutMs ?? 6000,
      rebalanceTimeout: 15_000,
      heartbeatInterval: 1000,
      minBytes: this.options.minBytes ?? 1,
      maxWaitTimeInMs: this.options.maxWaitMs ?? MAX_WAIT_MS,
      maxBytesPerPartition: this.options.maxBytesPerPartition ?? 2 * 1024 * 1024,
      maxBytes: 16 * 1024 * 1024,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 200, maxRetryTime: 3000, retries: 5, restartOnFailure: () => Promise.resolve(!this.#stopped) },
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (this.#consumer !== consumer) return;
      listener.assigned(Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))));
    });
    consumer.on(consumer.events.CRASH, (event) => this.#onCrash(consumer, event, subscription, listener));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...subscription.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.options.concurrency ?? 3,
        eachBatch: (payload) => listener.batch(toFetched(payload.batch), controlOf(payload)),
      });
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /**
   * kafkajs restarts by itself after what it holds for transient, e.g. a coordinator that is still loading. After the
   * rest we start anew with another consumer: a process that exits would only do the same, more slowly.
   */
  #onCrash(consumer: Consumer, { payload }: ConsumerCrashEvent, subscription: Subscription, listener: DriverListener): void {
    if (this.#stopped || this.#consumer !== consumer) return;
    listener.crashed(payload.error);
    if (payload.restart) return;
    this.#consumer = undefined;
    this.#restart = setTimeout(() => {
      void this.start(subscription, listener).catch((error: unknown) => this.#logger.error({ event: 'stream.restart_failed', code: errorCode(error) }, 'the consumer could not start anew'));
    }, RESTART_MS);
  }

  async #connectedAdmin(): Promise<Admin> {
    if (this.#admin) return this.#admin;
    const admin = this.#kafka.admin();
    await admin.connect();
    if (this.#admin) await admin.disconnect(); // another caller was faster
    else this.#admin = admin;
    return this.#admin;
  }

  #dropAdmin(admin: Admin): void {
    if (this.#admin === admin) this.#admin = undefined;
    void admin.disconnect().catch(() => undefined);
  }

  async #untilAnswered<R>(ask: () => Promise<R>): Promise<R> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.#stopped) throw error;
        this.#logger.warn({ event: 'stream.broker_unreachable', code: errorCode(error), class: error instanceof Error ? error.name : typeof error }, 'the broker does not answer yet');
        await new Promise((resolve) => { setTimeout(resolve, RESTART_MS); });
      }
    }
  }

  /** Between a crash and the restart there is nothing to pause or seek: the next join does both. */
  #onConsumer(act: (consumer: Consumer) => void): void {
    try {
      if (this.#consumer) act(this.#consumer);
    } catch (error) {
      this.#logger.debug({ event: 'stream.no_group', code: errorCode(error) }, 'the consumer has no group now');
    }
  }
}

function toFetched(batch: Batch): FetchedBatch {
  return {
    topic: batch.topic,
    partition: batch.partition,
    // Present in JavaScript, missing in the types. Not firstOffset(): logs have gaps.
    fetchedOffset: BigInt((batch as Batch & { readonly fetchedOffset: string }).fetchedOffset),
    nextOffset: BigInt(batch.lastOffset()) + 1n,
    highWatermark: BigInt(batch.highWatermark),
    records: batch.messages.map((message) => toRawRecord(batch.topic, batch.partition, message)),
  };
}

function controlOf(payload: EachBatchPayload): BatchControl {
  return {
    resolve: (next) => payload.resolveOffset((next - 1n).toString()),
    heartbeat: () => payload.heartbeat(),
    isCurrent: () => payload.isRunning() && !payload.isStale(),
  };
}

function grouped(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...topics.get(topic) ?? [], partition]);
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}
