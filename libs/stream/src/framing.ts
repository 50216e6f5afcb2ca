import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ProducerMessage } from './ports.js';

/**
 * The bytes of an outbox row: many messages in one, since a row costs about 50 µs and a message in a row almost nothing.
 *
 *     byte 1 = version
 *     varint n, n × text           dictionary: topics, header names and values, each once
 *     varint m, m × message        varint topic, bytes key, bytes value, varint h, h × (varint name, varint value)
 *
 * A row that is worth it is compressed: byte 2 = version, varint length of the above, the above as one Zstandard frame.
 * Records of a batch are much alike, and each byte is written to the table and its log and read again.
 *
 * text = varint length + UTF-8; bytes = varint (0 for null, else length + 1) + the bytes; varint = LEB128, unsigned.
 */
const VERSION = 1;
const COMPRESSED = 2;
const WORTH_COMPRESSING = 4 * 1024;
/** Rows are half a MiB and a message at most one: more is no row of ours. */
const MAX_UNPACKED = 64 * 1024 * 1024;
/** The fastest level: higher ones cost more than they save here. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Packs messages; the inverse of unpackMessages. */
export function packMessages(messages: readonly ProducerMessage[]): Buffer {
  const packed = pack(messages);
  if (packed.length < WORTH_COMPRESSING) return packed;
  const head = new Writer(16);
  head.byte(COMPRESSED);
  head.varint(packed.length);
  return Buffer.concat([head.done(), zstdCompressSync(packed, OPTIONS)]);
}

/** Reads a row of the outbox; throws RangeError on bytes that packMessages did not write. */
export function unpackMessages(payload: Buffer): ProducerMessage[] {
  return unpack(payload[0] === COMPRESSED ? decompressed(payload) : payload);
}

function decompressed(payload: Buffer): Buffer {
  const reader = new Reader(payload);
  reader.byte();
  const length = reader.varint();
  if (length > MAX_UNPACKED) throw new RangeError('outbox row is larger than any that is written');
  let bytes: Buffer;
  try {
    bytes = zstdDecompressSync(reader.rest(), { maxOutputLength: Math.max(1, length) });
  } catch (error) {
    throw new RangeError('outbox row cannot be decompressed', { cause: error });
  }
  if (bytes.length !== length) throw new RangeError('outbox row is cut off');
  return bytes;
}

function pack(messages: readonly ProducerMessage[]): Buffer {
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

function unpack(payload: Buffer): ProducerMessage[] {
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

  rest(): Buffer {
    return this.#take(this.#buffer.length - this.#at);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#buffer.length) throw new RangeError('outbox row is cut off');
    const slice = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return slice;
  }
}
