import type { ProducerMessage } from './ports.js';

/**
 * The bytes of an outbox row: many messages in one, since a row costs about 50 µs and a message in a row almost nothing.
 *
 *     byte 1 = version
 *     varint n, n × text           dictionary: topics, header names and values, each once
 *     varint m, m × message        varint topic, bytes key, bytes value, varint h, h × (varint name, varint value)
 *
 * text = varint length + UTF-8; bytes = varint (0 for null, else length + 1) + the bytes; varint = LEB128, unsigned.
 */
const VERSION = 1;

/** Packs messages; the inverse of unpackMessages. */
export function packMessages(messages: readonly ProducerMessage[]): Buffer {
  const dictionary = new Map<string, number>();
  const indexOf = (text: string): number => {
    const known = dictionary.get(text);
    if (known !== undefined) return known;
    dictionary.set(text, dictionary.size);
    return dictionary.size - 1;
  };
  const body = new Writer(messages.reduce((sum, message) => sum + (message.value?.length ?? 0) + 256, 64));
  body.varint(messages.length);
  for (const message of messages) {
    body.varint(indexOf(message.topic));
    body.bytes(message.key);
    body.bytes(message.value);
    const headers = Object.entries(message.headers);
    body.varint(headers.length);
    for (const [name, value] of headers) {
      body.varint(indexOf(name));
      body.varint(indexOf(value));
    }
  }
  const head = new Writer(64 * dictionary.size + 16);
  head.byte(VERSION);
  head.varint(dictionary.size);
  for (const text of dictionary.keys()) head.text(text);
  return Buffer.concat([head.done(), body.done()]);
}

/** Reads a row of the outbox; throws RangeError on bytes that packMessages did not write. */
export function unpackMessages(payload: Buffer): ProducerMessage[] {
  const reader = new Reader(payload);
  if (reader.byte() !== VERSION) throw new RangeError('outbox row of an unknown version');
  const dictionary = Array.from({ length: reader.varint() }, () => reader.text());
  const word = (): string => {
    const text = dictionary[reader.varint()];
    if (text === undefined) throw new RangeError('outbox row names a word it does not hold');
    return text;
  };
  return Array.from({ length: reader.varint() }, () => {
    const topic = word();
    const key = reader.bytes();
    const value = reader.bytes();
    const headers: Record<string, string> = {};
    for (let left = reader.varint(); left > 0; left -= 1) headers[word()] = word();
    return { topic, key, value, headers };
  });
}

class Writer {
  #buffer: Buffer;
  #at = 0;

  constructor(sizeHint: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(16, sizeHint));
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
  }

  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at++] = rest;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#reserve(length);
    this.#at += this.#buffer.write(value, this.#at);
  }

  bytes(value: Buffer | null): void {
    if (value === null) return this.varint(0);
    this.varint(value.length + 1);
    this.#reserve(value.length);
    this.#at += value.copy(this.#buffer, this.#at);
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  byte(): number {
    const value = this.#buffer[this.#at++];
    if (value === undefined) throw new RangeError('outbox row is cut off');
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text(): string {
    return this.#take(this.varint()).toString('utf8');
  }

  bytes(): Buffer | null {
    const length = this.varint();
    return length === 0 ? null : this.#take(length - 1);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#buffer.length) throw new RangeError('outbox row is cut off');
    const slice = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return slice;
  }
}
