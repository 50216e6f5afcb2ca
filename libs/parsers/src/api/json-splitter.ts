import { ReportError, ResultRefusal } from './errors.js';
import { parseJsonValue } from './json-value.js';
import type { PatternNode } from './patterns.js';
import { RestWriter } from './rest-writer.js';
import type { SplitElement, SplitOptions } from './split-element.js';

export type { SplitElement, SplitOptions } from './split-element.js';

export const MAX_DEPTH = 64;
export const MAX_ELEMENT_BYTES = 16 * 1024 * 1024;
const HEAD_BYTES = 2048;

interface Frame {
  readonly array: boolean;
  readonly node: PatternNode;
  index: number;
  /** The key that is being read, where any key will do. */
  anyKey: string | undefined;
}

/** Where the walk stands between two values of the outer document. */
type Expect = 'value' | 'key' | 'colon' | 'comma' | 'end';
type Sink = 'element' | 'rest' | 'drop';

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a;
const OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Streams the elements of large arrays out of a JSON document in memory bounded by one element, never holding the
 * document. It walks the outer structure along the patterns and runs over everything else byte by byte, counting only
 * brackets and strings (about 1 ns a byte); the cut-out elements go through JSON.parse. The remainder of the document,
 * with those arrays emptied, is what a first pass keeps (`rest`).
 */
export class JsonSplitter {
  readonly counts: number[] = [];
  readonly #options: SplitOptions;
  readonly #rest: RestWriter | undefined;
  readonly #frames: Frame[] = [];
  #expect: Expect = 'value';
  #mayClose = false;
  #key: Buffer[] | undefined;
  #keyEscaped = false;
  #node: PatternNode | undefined;
  #offset = 0;
  // The value that is being run over.
  #sink: Sink | undefined;
  #scalar = false;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #digits = 0;
  #oddNumbers = false;
  #parts: Buffer[] = [];
  #size = 0;
  #start = 0;
  #pattern = -1;

  constructor(options: SplitOptions) {
    this.#options = options;
    this.#node = options.patterns;
    this.#rest = options.mode === 'rest' ? new RestWriter() : undefined;
  }

  /** Takes the next bytes; returns the elements that ended in them. Throws ReportError when the document is broken. */
  push(chunk: Buffer): SplitElement[] {
    const out: SplitElement[] = [];
    let i = 0;
    while (i < chunk.length) {
      if (this.#sink !== undefined) i = this.#runOver(chunk, i, out);
      else if (this.#key !== undefined) i = this.#readKey(chunk, i);
      else i = this.#step(chunk, i);
    }
    this.#offset += chunk.length;
    return out;
  }

  /** Ends the document; gives the parsed rest in a first pass. Throws ReportError when it was cut off. */
  end(): unknown {
    // A bare number or word at the top ends only with the file.
    if (this.#sink !== undefined && this.#scalar && !this.#inString && this.#frames.length === 0) this.#finishValue([]);
    if (this.#expect !== 'end') throw new ReportError('truncated', 'the document ends before its last bracket', String(this.#offset));
    return this.#rest?.parse(this.#options.tally);
  }

  /** One byte of the outer structure. */
  #step(chunk: Buffer, i: number): number {
    const byte = chunk[i] as number;
    if (isSpace(byte)) return i + 1;
    const frame = this.#frames[this.#frames.length - 1];
    switch (this.#expect) {
      case 'value':
        if (byte === CLOSE_ARRAY && frame?.array && this.#mayClose) return this.#close(byte, i);
        return this.#beginValue(byte, i);
      case 'key':
        if (byte === CLOSE_OBJECT && this.#mayClose) return this.#close(byte, i);
        if (byte !== QUOTE) throw this.#malformed(i);
        this.#key = [];
        this.#keyEscaped = false;
        this.#escaped = false;
        return i + 1;
      case 'colon':
        if (byte !== COLON) throw this.#malformed(i);
        this.#expect = 'value';
        this.#mayClose = false;
        return i + 1;
      case 'comma':
        if (byte === COMMA && frame) return this.#nextInFrame(frame, i);
        if (frame && byte === (frame.array ? CLOSE_ARRAY : CLOSE_OBJECT)) return this.#close(byte, i);
        throw this.#malformed(i);
      case 'end':
        throw new ReportError('trailing_data', 'there is something after the end of the document', String(this.#offset + i));
    }
  }

  #nextInFrame(frame: Frame, i: number): number {
    frame.index += 1;
    this.#mayClose = false;
    this.#expect = frame.array ? 'value' : 'key';
    this.#node = frame.array ? frame.node.star : undefined;
    return i + 1;
  }

  #close(byte: number, i: number): number {
    this.#frames.pop();
    this.#rest?.close(byte);
    this.#expect = this.#frames.length === 0 ? 'end' : 'comma';
    return i + 1;
  }

  #readKey(chunk: Buffer, from: number): number {
    let i = from;
    for (; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = this.#keyEscaped = true;
      else if (byte === QUOTE) break;
    }
    const parts = this.#key as Buffer[];
    parts.push(Buffer.from(chunk.subarray(from, i)));
    if (i === chunk.length) {
      if (parts.length > 4096) throw this.#malformed(i);
      return i;
    }
    const raw = Buffer.concat(parts);
    this.#key = undefined;
    const frame = this.#frames[this.#frames.length - 1] as Frame;
    const name = this.#keyEscaped ? unescapeKey(raw) : raw.toString('utf8');
    this.#node = frame.node.children.get(name);
    if (!this.#node && frame.node.anyKey) {
      this.#node = frame.node.anyKey;
      frame.anyKey = name;
    }
    this.#rest?.key(raw);
    this.#expect = 'colon';
    return i + 1;
  }

  #beginValue(byte: number, i: number): number {
    const node = this.#node;
    const open = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
    if (node && open && node.element < 0 && !node.skip) {
      if (this.#frames.length >= MAX_DEPTH) throw this.#tooDeep(i);
      const array = byte === OPEN_ARRAY;
      this.#frames.push({ array, node, index: 0, anyKey: undefined });
      this.#rest?.open(byte);
      this.#expect = array ? 'value' : 'key';
      this.#node = array ? node.star : undefined;
      this.#mayClose = true;
      return i + 1;
    }
    if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || byte === COMMA || byte === COLON) throw this.#malformed(i);
    this.#sink = node && node.element >= 0 ? 'element' : node?.skip || !this.#rest ? 'drop' : 'rest';
    this.#pattern = node?.element ?? -1;
    this.#scalar = !open;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#digits = 0;
    this.#oddNumbers = false;
    this.#parts = [];
    this.#size = 0;
    this.#start = this.#offset + i;
    return i;
  }

  /** Runs over one value: the hot loop. Keeps its bytes when somebody wants them. */
  #runOver(chunk: Buffer, from: number, out: SplitElement[]): number {
    const length = chunk.length;
    let { i, depth, inString, digits } = { i: from, depth: this.#depth, inString: this.#inString, digits: this.#digits };
    const limit = MAX_DEPTH - this.#frames.length;
    let ended = false;
    if (this.#escaped) {
      this.#escaped = false;
      i += 1;
    }
    while (i < length) {
      if (inString) {
        let byte = 0;
        while (i < length && (byte = chunk[i] as number) !== QUOTE && byte !== BACKSLASH) i += 1;
        if (i >= length) break;
        if (byte === BACKSLASH) {
          if (i + 1 >= length) this.#escaped = true;
          i += 2;
          continue;
        }
        inString = false;
        i += 1;
        if (depth === 0) { ended = true; break; }
        continue;
      }
      const byte = chunk[i] as number;
      if (byte === QUOTE) {
        inString = true;
        digits = 0;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth += 1;
        if (depth > limit) throw this.#tooDeep(i);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (depth === 0) { ended = true; break; } // the bracket closes the frame around a bare number or word
        depth -= 1;
        digits = 0;
        if (depth === 0) { i += 1; ended = true; break; }
      } else if (byte >= 0x30 && byte <= 0x39) {
        digits += 1;
        if (digits >= 16) this.#oddNumbers = true;
      } else if (digits > 0 && (byte === 0x65 || byte === 0x45)) this.#oddNumbers = true;
      else {
        if (byte === COMMA) digits = 0;
        if (depth === 0 && (byte === COMMA || isSpace(byte))) { ended = true; break; }
      }
      i += 1;
    }
    const to = Math.min(i, length);
    this.#depth = depth;
    this.#inString = inString;
    this.#digits = digits;
    this.#keep(chunk, from, to, ended);
    if (ended) this.#finishValue(out);
    return to;
  }

  #keep(chunk: Buffer, from: number, to: number, ended: boolean): void {
    this.#size += to - from;
    if (this.#sink === 'rest') this.#rest?.value(chunk.subarray(from, to), this.#parts.length === 0 && this.#size === to - from);
    else if (this.#sink === 'element' && this.#options.mode === 'elements') {
      // An element over the limit keeps its head only, for the excerpt.
      if (this.#size > MAX_ELEMENT_BYTES) this.#parts.length = Math.min(this.#parts.length, 1);
      else this.#parts.push(ended ? chunk.subarray(from, to) : Buffer.from(chunk.subarray(from, to)));
    }
  }

  #finishValue(out: SplitElement[]): void {
    if (this.#sink === 'element') {
      this.counts[this.#pattern] = (this.counts[this.#pattern] ?? 0) + 1;
      if (this.#options.mode === 'elements') out.push(this.#element());
      this.#rest?.nothing();
    } else if (this.#sink === 'drop') this.#rest?.nothing();
    else if (this.#oddNumbers) this.#rest?.sawOddNumbers();
    this.#sink = undefined;
    this.#parts = [];
    this.#expect = this.#frames.length === 0 ? 'end' : 'comma';
  }

  #element(): SplitElement {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    const path: number[] = [];
    const keys: string[] = [];
    for (const frame of this.#frames) {
      if (frame.array) path.push(frame.index);
      else if (frame.anyKey !== undefined) keys.push(frame.anyKey);
    }
    const place = { pattern: this.#pattern, path, keys, position: this.#start };
    try {
      if (this.#size > MAX_ELEMENT_BYTES) throw new ResultRefusal('result_too_large', `the result is larger than ${MAX_ELEMENT_BYTES} bytes`);
      return { ...place, value: parseJsonValue(bytes, this.#oddNumbers, this.#options.tally), refusal: undefined, head: undefined };
    } catch (error) {
      if (!(error instanceof ResultRefusal)) throw error;
      return { ...place, value: undefined, refusal: error, head: Buffer.from(bytes.subarray(0, HEAD_BYTES)) };
    }
  }

  #malformed(i: number): ReportError {
    return new ReportError('malformed', 'the document is not valid JSON here', String(this.#offset + i));
  }

  #tooDeep(i: number): ReportError {
    return new ReportError('depth_limit', `the document is nested deeper than ${MAX_DEPTH}`, String(this.#offset + i));
  }
}

function unescapeKey(raw: Buffer): string {
  try {
    return JSON.parse(`"${raw.toString('utf8')}"`) as string;
  } catch {
    return '';
  }
}
