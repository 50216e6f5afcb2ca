import type { ProducerMessage, RawRecord } from './ports.js';
import { messageBytes } from './envelope.js';

/** Headers that a dead letter carries beside the original's. The payload is the original's, so it is never in a log. */
export const DLQ_HEADERS = {
  class: 'dlq_class', code: 'dlq_code', step: 'dlq_step', reason: 'dlq_reason', topic: 'dlq_topic', partition: 'dlq_partition',
  offset: 'dlq_offset', timestamp: 'dlq_timestamp', group: 'dlq_group', at: 'dlq_at', truncated: 'dlq_truncated',
} as const;

/** Where in the runner the record failed. */
export type FailedStep = 'decode' | 'handle' | 'reject';

export interface Verdict {
  readonly step: FailedStep;
  /** Class of the error; `Reject` when the handler said so. */
  readonly errorClass: string;
  readonly code: string;
  readonly reason: string;
}

/** Broker limit of a message, less what record framing takes. */
const MAX_DEAD_LETTER_BYTES = 1_040_000;
const MAX_REASON = 500;

/** Name of a group's dead-letter topic. */
export const dlqTopicOf = (group: string): string => `${group}.dlq.v1`;

/**
 * The dead letter of a record: original key, bytes and headers, and what failed where. A record that would not fit
 * with its new headers is sent without its bytes, since a dead letter that cannot be written blocks the partition;
 * source topic, partition and offset still say where they are.
 */
export function deadLetter(record: RawRecord, verdict: Verdict, group: string, at: Date): ProducerMessage {
  const message: ProducerMessage = {
    topic: dlqTopicOf(group),
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      [DLQ_HEADERS.class]: verdict.errorClass,
      [DLQ_HEADERS.code]: verdict.code,
      [DLQ_HEADERS.step]: verdict.step,
      [DLQ_HEADERS.reason]: verdict.reason.slice(0, MAX_REASON),
      [DLQ_HEADERS.topic]: record.topic,
      [DLQ_HEADERS.partition]: String(record.partition),
      [DLQ_HEADERS.offset]: String(record.offset),
      [DLQ_HEADERS.timestamp]: String(record.timestamp),
      [DLQ_HEADERS.group]: group,
      [DLQ_HEADERS.at]: at.toISOString(),
    },
  };
  if (messageBytes(message) <= MAX_DEAD_LETTER_BYTES) return message;
  return { ...message, value: null, headers: { ...message.headers, [DLQ_HEADERS.truncated]: 'true' } };
}

/** The original message of a dead letter, for redrive; undefined when it is none or its bytes were left out. */
export function originalOf(letter: RawRecord): ProducerMessage | undefined {
  const topic = letter.headers[DLQ_HEADERS.topic];
  if (!topic || letter.headers[DLQ_HEADERS.truncated] === 'true') return undefined;
  const own: ReadonlySet<string> = new Set(Object.values(DLQ_HEADERS));
  const headers = Object.fromEntries(Object.entries(letter.headers).filter(([name]) => !own.has(name)));
  return { topic, key: letter.key, value: letter.value, headers };
}
