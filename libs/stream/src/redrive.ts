import { DLQ_HEADERS, originalOf } from './dead-letter.js';
import { HEADERS } from './envelope.js';
import type { ProducerMessage, ProducerPort, RawRecord } from './ports.js';

export interface RedriveOptions {
  /** The dead letters, e.g. all of a topic from `readTopic` of a driver. */
  readonly from: AsyncIterable<RawRecord>;
  readonly producer: ProducerPort;
  /** Which letters to send again; by default all. */
  readonly filter?: (letter: RawRecord) => boolean;
  /** Corrects a message; undefined leaves it out. Topic, key and id should stay, so that versions still decide. */
  readonly edit?: (original: ProducerMessage, letter: RawRecord) => ProducerMessage | undefined;
  /** True: only counts. */
  readonly dryRun?: boolean;
}

export interface Redriven {
  readonly sent: number;
  /** Filtered or edited away. */
  readonly passed: number;
  /** Letters without their original bytes: fetch those by the place in their headers. */
  readonly unrecoverable: number;
}

const SEND = 500;

/**
 * Sends dead letters to the topics they came from, with the same key and `ce_id` and a header `redriven`. Doing it twice
 * is harmless, as is an old record: consumers pass over ids and versions that they have applied. The letters stay in
 * their topic until its retention ends.
 */
export async function redrive(options: RedriveOptions): Promise<Redriven> {
  let [sent, passed, unrecoverable] = [0, 0, 0];
  let pending: ProducerMessage[] = [];
  const flush = async (): Promise<void> => {
    if (pending.length > 0 && !options.dryRun) await options.producer.send(pending);
    sent += pending.length;
    pending = [];
  };
  for await (const letter of options.from) {
    if (options.filter && !options.filter(letter)) { passed += 1; continue; }
    const original = originalOf(letter);
    if (!original) { unrecoverable += 1; continue; }
    const message = options.edit ? options.edit(original, letter) : original;
    if (!message) { passed += 1; continue; }
    pending.push({ ...message, headers: { ...message.headers, [HEADERS.redriven]: letter.headers[DLQ_HEADERS.at] ?? 'true' } });
    if (pending.length >= SEND) await flush();
  }
  await flush();
  return { sent, passed, unrecoverable };
}
