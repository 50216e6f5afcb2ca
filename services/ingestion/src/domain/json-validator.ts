import { refuse } from './refusal.js';

/** Deepest nesting of objects and arrays. V8 would parse a million levels, and then die when it writes them. */
export const MAX_DEPTH = 64;

/**
 * Checks that bytes are well-formed JSON (RFC 8259) to the end, or JSON lines, in one pass and constant memory, whatever
 * the chunks. It accepts what JSON.parse accepts (bytes are valid UTF-8 by then), except deep nesting and numbers that
 * are not finite. Written as one loop over bytes with integer states, since every report goes through it.
 */
const enum S {
  Value, FirstValue, FirstKey, Key, Colon, After, String, Escape, Hex,
  Minus, Zero, Int, Dot, Frac, Exp, ExpSign, ExpDigits, Literal, Between,
}

/** Bytes that need a look inside a string: the quote, the backslash and control characters. */
const STOP = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte += 1) STOP[byte] = 1;
STOP[0x22] = 1;
STOP[0x5c] = 1;

const SPACE = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) SPACE[byte] = 1;
const ESCAPED = new Uint8Array(256);
for (const char of '"\\/bfnrt') ESCAPED[char.charCodeAt(0)] = 1;

const LITERALS: Readonly<Record<number, string>> = { 0x74: 'true', 0x66: 'false', 0x6e: 'null' };
const NUMBER_KEPT = 512;
/** A number without exponent and of fewer digits is below 1e300. */
const SURELY_FINITE = 300;

export interface JsonSummary { readonly values: number; readonly lines: boolean }

export interface JsonValidator {
  /** Throws UploadRefused at the first byte that cannot continue the document. */
  write(chunk: Uint8Array): void;
  /** Throws UploadRefused when the document is not finished. */
  end(): JsonSummary;
}

export function jsonValidator(options: { readonly lines?: boolean; readonly maxDepth?: number } = {}): JsonValidator {
  return new Validator(options.lines ?? true, options.maxDepth ?? MAX_DEPTH);
}

class Validator implements JsonValidator {
  #state: S = S.Value;
  #offset = 0;
  #depth = 0;
  /** 1 where the open container is an object. */
  readonly #objects: Uint8Array;
  /** A string that ends is a key, and a colon follows. */
  #key = false;
  #hex = 0;
  #literal = '';
  #matched = 0;
  #number = '';
  #values = 0;
  /** A line end was seen since the last whole value of the top level. */
  #newLine = false;

  constructor(readonly lines: boolean, readonly maxDepth: number) {
    this.#objects = new Uint8Array(maxDepth + 1);
  }

  write(chunk: Uint8Array): void {
    const end = chunk.length;
    let state = this.#state;
    let i = 0;
    while (i < end) {
      if (state === S.String) {
        while (i < end && STOP[chunk[i] as number] === 0) i += 1;
        if (i === end) break;
        const byte = chunk[i] as number;
        if (byte === 0x22) state = this.#key ? S.Colon : this.#closed();
        else if (byte === 0x5c) state = S.Escape;
        else throw this.#bad(i, 'a control character inside a string');
        i += 1;
        continue;
      }
      const byte = chunk[i] as number;
      if (SPACE[byte] === 1 && (state <= S.After || state === S.Between)) {
        if (byte === 0x0a) this.#newLine = true;
        i += 1;
        continue;
      }
      switch (state) {
        case S.FirstValue:
          if (byte === 0x5d) { state = this.#pop(); i += 1; break; }
          state = S.Value;
          break;
        case S.Value:
          if (byte === 0x22) { state = S.String; this.#key = false; i += 1; break; }
          if (byte === 0x7b || byte === 0x5b) { this.#push(byte === 0x7b, i); state = byte === 0x7b ? S.FirstKey : S.FirstValue; i += 1; break; }
          i = this.#scalar(chunk, i);
          state = this.#state;
          break;
        case S.FirstKey:
          if (byte === 0x7d) { state = this.#pop(); i += 1; break; }
          state = S.Key;
          break;
        case S.Key:
          if (byte !== 0x22) throw this.#bad(i, 'a key was expected');
          this.#key = true;
          state = S.String;
          i += 1;
          break;
        case S.Colon:
          if (byte !== 0x3a) throw this.#bad(i, 'a colon was expected');
          state = S.Value;
          i += 1;
          break;
        case S.After:
          if (byte === 0x2c) state = this.#objects[this.#depth] === 1 ? S.Key : S.Value;
          else if (byte === (this.#objects[this.#depth] === 1 ? 0x7d : 0x5d)) state = this.#pop();
          else throw this.#bad(i, 'a comma or the end of the container was expected');
          i += 1;
          break;
        case S.Between:
          if (!this.lines || !this.#newLine) throw this.#bad(i, 'something follows the end of the document');
          state = S.Value;
          break;
        case S.Escape:
          if (byte === 0x75) { state = S.Hex; this.#hex = 0; } else if (ESCAPED[byte] === 1) state = S.String;
          else throw this.#bad(i, 'an unknown escape inside a string');
          i += 1;
          break;
        case S.Hex:
          if (!isHex(byte)) throw this.#bad(i, 'a \\u escape without four hex digits');
          this.#hex += 1;
          if (this.#hex === 4) state = S.String;
          i += 1;
          break;
        case S.Literal:
          if (byte !== this.#literal.charCodeAt(this.#matched)) throw this.#bad(i, `not the word ${this.#literal}`);
          this.#matched += 1;
          if (this.#matched === this.#literal.length) state = this.#closed();
          i += 1;
          break;
        default:
          this.#state = state;
          i = this.#digits(chunk, i);
          state = this.#state;
      }
    }
    this.#state = state;
    this.#offset += end;
  }

  end(): JsonSummary {
    const state = this.#state;
    if (state === S.Zero || state === S.Int || state === S.Frac || state === S.ExpDigits) {
      this.#finite(0);
      this.#state = this.#closed();
    }
    if (this.#state === S.Between || (this.#depth === 0 && this.#state === S.Value && this.#values > 0)) {
      return { values: this.#values, lines: this.#values > 1 };
    }
    if (this.#values === 0 && this.#depth === 0 && this.#state === S.Value) throw refuse('empty_report', 'the report holds nothing', 'byte 0');
    throw refuse('truncated', 'the JSON ends before its document does; upload the whole file', `byte ${this.#offset}`);
  }

  #push(object: boolean, at: number): void {
    if (this.#depth >= this.maxDepth) {
      throw refuse('depth_limit', `JSON is nested deeper than ${this.maxDepth} levels`, `byte ${this.#offset + at}`);
    }
    this.#depth += 1;
    this.#objects[this.#depth] = object ? 1 : 0;
  }

  #pop(): S {
    this.#depth -= 1;
    return this.#closed();
  }

  /** A value ended: what may follow depends on where it stands. */
  #closed(): S {
    if (this.#depth > 0) return S.After;
    this.#values += 1;
    this.#newLine = false;
    return S.Between;
  }

  #scalar(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    const literal = LITERALS[byte];
    if (literal !== undefined) {
      this.#literal = literal;
      this.#matched = 1;
      this.#state = S.Literal;
      return at + 1;
    }
    this.#number = '';
    if (byte === 0x2d) this.#state = S.Minus;
    else if (byte === 0x30) this.#state = S.Zero;
    else if (byte > 0x30 && byte <= 0x39) this.#state = S.Int;
    else throw this.#bad(at, 'a value was expected');
    return this.#digits(chunk, at + 1, at);
  }

  /** Number states; `from` is where the number's bytes of this chunk begin. */
  #digits(chunk: Uint8Array, start: number, from = start): number {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const next = numberState(this.#state, chunk[at] as number);
      if (next === undefined) throw this.#bad(at, 'not a number');
      if (next === S.Between) break;
      this.#state = next;
    }
    const whole = at < chunk.length && this.#number === '';
    if (whole && this.#state !== S.ExpDigits && at - from < SURELY_FINITE) {
      this.#state = this.#closed();
      return at;
    }
    // Kept only for the check that it is finite; digits beyond that many could not be an honest number.
    this.#number += latin1(chunk, from, Math.min(at, from + NUMBER_KEPT + 1));
    if (this.#number.length > NUMBER_KEPT) throw refuse('number_range', `a number longer than ${NUMBER_KEPT} characters`, `byte ${this.#offset + from}`);
    if (at < chunk.length) {
      this.#finite(at);
      this.#state = this.#closed();
    }
    return at;
  }

  #finite(at: number): void {
    if (this.#number.length > 4 && !Number.isFinite(Number(this.#number))) {
      throw refuse('number_range', `the number ${this.#number.slice(0, 40)} is beyond what a double holds`, `byte ${this.#offset + at}`);
    }
  }

  #bad(at: number, what: string): Error {
    return refuse('json_malformed', `${what}; upload the file as the tool wrote it`, `byte ${this.#offset + at}`);
  }
}

/** The next state; S.Between when the number ended before this byte, undefined when the byte cannot stand there. */
function numberState(state: S, byte: number): S | undefined {
  const digit = byte >= 0x30 && byte <= 0x39;
  switch (state) {
    case S.Minus: return byte === 0x30 ? S.Zero : digit ? S.Int : undefined;
    case S.Dot: return digit ? S.Frac : undefined;
    case S.Exp: return byte === 0x2b || byte === 0x2d ? S.ExpSign : digit ? S.ExpDigits : undefined;
    case S.ExpSign: return digit ? S.ExpDigits : undefined;
    case S.ExpDigits: return digit ? S.ExpDigits : S.Between;
    default:
      if (digit && state !== S.Zero) return state;
      if (byte === 0x2e && state !== S.Frac) return S.Dot;
      return byte === 0x65 || byte === 0x45 ? S.Exp : S.Between;
  }
}

const isHex = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);

function latin1(chunk: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i += 1) text += String.fromCharCode(chunk[i] as number);
  return text;
}
