import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { RawRecord } from '../../ports.js';

/** A kafkajs message as our record. Header values that are lists keep their last one, as in Kafka's own `lastHeader`. */
export function toRawRecord(topic: string, partition: number, message: KafkaMessage): RawRecord {
  return {
    topic, partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
  };
}

function toHeaders(headers: IHeaders | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const given = headers[name];
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (value !== undefined) texts[name] = typeof value === 'string' ? value : value.toString('utf8');
  }
  return texts;
}
