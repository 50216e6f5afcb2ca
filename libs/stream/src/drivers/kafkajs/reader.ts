import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import type { RawRecord } from '../../ports.js';
import { createKafka, type KafkaConnectionOptions } from './connection.js';
import { toRawRecord } from './records.js';

/**
 * Everything that a topic holds now, partition by partition in order; for tools. Reads in a group of its own that is
 * left afterwards and commits nothing.
 */
export async function* readTopic(options: KafkaConnectionOptions & { readonly topic: string; readonly group?: string }): AsyncGenerator<RawRecord> {
  const kafka = createKafka(options);
  const open = await openPartitions(kafka, options.topic);
  const group = options.group ?? `throughline.reader.${randomUUID()}`;
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 });
  const queue: RawRecord[][] = [];
  let wake: () => void = () => undefined;
  let failure: unknown;
  consumer.on(consumer.events.CRASH, ({ payload }) => { failure = payload.error; wake(); });
  try {
    if (open.size > 0) {
      await consumer.connect();
      await consumer.subscribe({ topic: options.topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          const end = open.get(batch.partition);
          if (end === undefined) return Promise.resolve();
          queue.push(batch.messages.filter(({ offset }) => BigInt(offset) < end).map((message) => toRawRecord(batch.topic, batch.partition, message)));
          if (BigInt(batch.lastOffset()) + 1n >= end) open.delete(batch.partition);
          wake();
          return Promise.resolve();
        },
      });
    }
    while (open.size > 0 || queue.length > 0) {
      for (const records of queue.splice(0)) yield* records;
      if (failure !== undefined) throw failure;
      if (open.size > 0 && queue.length === 0) await new Promise<void>((resolve) => { wake = resolve; });
    }
  } finally {
    await consumer.disconnect();
    await forgetGroup(kafka, group);
  }
}

/** Ends of the partitions that hold anything. */
async function openPartitions(kafka: ReturnType<typeof createKafka>, topic: string): Promise<Map<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = await endsOf(admin, topic);
    return new Map(ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await admin.disconnect();
  }
}

/** A topic that was just made may have no leader for a moment. */
async function endsOf(admin: Admin, topic: string, triesLeft = 10): ReturnType<Admin['fetchTopicOffsets']> {
  try {
    return await admin.fetchTopicOffsets(topic);
  } catch (error) {
    // kafkajs exports its error classes to CommonJS only; the flag is its own word for this.
    const isRetriable = error instanceof Error && 'retriable' in error && error.retriable === true;
    if (triesLeft === 0 || !isRetriable) throw error;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    return endsOf(admin, topic, triesLeft - 1);
  }
}

async function forgetGroup(kafka: ReturnType<typeof createKafka>, group: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteGroups([group]).catch(() => undefined); // never joined, or no right to: the broker forgets it by itself
  await admin.disconnect();
}
