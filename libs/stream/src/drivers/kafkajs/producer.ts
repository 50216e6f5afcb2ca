import { Partitioners, type Message, type Producer, type TopicMessages } from 'kafkajs';
import type { ProducerMessage, ProducerPort } from '../../ports.js';
import { splitSends } from '../split-sends.js';
import { createKafka, type KafkaConnectionOptions } from './connection.js';

export const createKafkaJsProducer = (options: KafkaConnectionOptions): ProducerPort => new KafkaJsProducer(options);

/**
 * Idempotent within one session. After a failed send the session is given up: a kafkajs producer whose sequence numbers
 * are in doubt fails for ever, and a new one may repeat a send, which consumers are made for.
 */
class KafkaJsProducer implements ProducerPort {
  #producer: Promise<Producer> | undefined;

  constructor(private readonly options: KafkaConnectionOptions) {}

  async connect(): Promise<void> {
    await this.#connected();
  }

  async send(messages: readonly ProducerMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const pending = this.#connected();
    const producer = await pending;
    try {
      for (const part of splitSends(messages)) await producer.sendBatch({ acks: -1, timeout: 15_000, topicMessages: byTopic(part) });
    } catch (error) {
      if (this.#producer === pending) this.#producer = undefined;
      void producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async disconnect(): Promise<void> {
    const pending = this.#producer;
    this.#producer = undefined;
    const producer = await pending?.catch(() => undefined);
    await producer?.disconnect();
  }

  #connected(): Promise<Producer> {
    this.#producer ??= this.#open().catch((error: unknown) => { this.#producer = undefined; throw error; });
    return this.#producer;
  }

  async #open(): Promise<Producer> {
    const producer = createKafka(this.options).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner, // murmur2, as Java's
      retry: { initialRetryTime: 200, maxRetryTime: 3000, retries: 5 },
    });
    await producer.connect();
    return producer;
  }
}

function byTopic(messages: readonly ProducerMessage[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, key, value, headers } of messages) {
    const list = topics.get(topic);
    const message: Message = { key, value, headers };
    if (list) list.push(message);
    else topics.set(topic, [message]);
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }));
}
