import type { ParseTally } from './contract.js';
import { ReportError, ResultRefusal } from './errors.js';
import { parseJsonValue } from './json-value.js';

const MAX_REST_BYTES = 48 * 1024 * 1024;
const NULL = Buffer.from('null');
const COMMA = Buffer.from(',');
const OPENERS = new Map([[0x7b, Buffer.from('{')], [0x5b, Buffer.from('[')], [0x7d, Buffer.from('}')], [0x5d, Buffer.from(']')]]);

/** Rebuilds the document without the elements that are streamed: what remains is small and is parsed as a whole. */
export class RestWriter {
  readonly #parts: Buffer[] = [];
  #size = 0;
  /** For each open bracket: whether something stands in it already. */
  readonly #filled: boolean[] = [];
  #afterKey = false;
  #oddNumbers = false;

  sawOddNumbers(): void {
    this.#oddNumbers = true;
  }

  open(bracket: number): void {
    this.#separate();
    this.#add(OPENERS.get(bracket) as Buffer);
    this.#filled.push(false);
  }

  close(bracket: number): void {
    this.#filled.pop();
    this.#add(OPENERS.get(bracket) as Buffer);
  }

  key(raw: Buffer): void {
    this.#separate();
    this.#add(Buffer.concat([Buffer.from('"'), raw, Buffer.from('":')]));
    this.#afterKey = true;
  }

  /** Part of a value; `first` when it is the value's beginning. */
  value(bytes: Buffer, first: boolean): void {
    if (first) this.#separate();
    this.#add(Buffer.from(bytes));
  }

  /** A value that is left out: null in an object, nothing in an array. */
  nothing(): void {
    if (this.#afterKey) {
      this.#afterKey = false;
      this.#add(NULL);
    } else if (this.#filled.length === 0) this.#add(NULL);
  }

  parse(tally: ParseTally): unknown {
    const bytes = this.#size === 0 ? NULL : Buffer.concat(this.#parts);
    try {
      return parseJsonValue(bytes, this.#oddNumbers, tally);
    } catch (error) {
      if (error instanceof ResultRefusal) throw new ReportError(error.code === 'invalid_utf8' ? 'invalid_utf8' : 'malformed', error.message.replace('the result', 'the document'));
      throw error;
    }
  }

  #separate(): void {
    if (this.#afterKey) {
      this.#afterKey = false;
      return;
    }
    const top = this.#filled.length - 1;
    if (this.#filled[top]) this.#add(COMMA);
    if (top >= 0) this.#filled[top] = true;
  }

  #add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size > MAX_REST_BYTES) throw new ReportError('metadata_too_large', `the report holds more than ${MAX_REST_BYTES} bytes beside its results`);
  }
}
