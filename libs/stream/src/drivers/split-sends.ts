import { chunk } from '../chunk.js';
import { messageBytes } from '../envelope.js';
import type { ProducerMessage } from '../ports.js';

/** Brokers refuse a record batch above 1 MiB; the batch of one partition may be the whole send. */
const MAX_SEND = { records: 10_000, bytes: 900_000 };

/** Cuts messages into sends by their bytes, in order. One send of 2000 messages of 1 KB was refused for ever. */
export const splitSends = (messages: readonly ProducerMessage[]): ProducerMessage[][] => chunk(messages, messageBytes, MAX_SEND);
