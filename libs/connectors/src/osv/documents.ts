import { FeedRefused } from '@throughline/connectors/api';

/** Longest document: an advisory of the kernel that lists every version has some megabytes. */
const MAX_DOCUMENT = 32 * 1024 * 1024;
const STRUCTURE = /["{}[\]]/g;
const STRING_END = /["\\]/g;

/**
 * The objects of a stream of JSON one by one: of an array, of lines, of files one after another, or a single one. Only
 * brackets and strings are looked at; each object is parsed by itself, so that memory holds one at a time.
 */
export async function* jsonObjects(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const splitter = new Splitter();
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of source) yield* splitter.take(decoder.decode(chunk, { stream: true }));
  yield* splitter.take(decoder.decode());
  splitter.end();
}

class Splitter {
  /** Text from the start of the object that is not whole yet, else what was not looked at. */
  #held = '';
  #at = 0;
  #depth = 0;
  #inString = false;
  /** 0: no list, 1: inside one, 2: after it. */
  #arrays = 0;
  #seen = false;

  *take(text: string): Generator<string> {
    this.#held += text;
    let start = 0;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.#depth === 0) start = this.#outside(next, start);
      else if (next === '{' || next === '[') this.#depth += 1;
      else if (--this.#depth === 0) {
        yield this.#held.slice(start, this.#at);
        start = this.#at;
      }
    }
    if (this.#depth === 0) refuseText(this.#held.slice(start));
    const cut = this.#depth === 0 ? this.#held.length : start;
    this.#held = this.#held.slice(cut);
    this.#at -= cut;
    if (this.#held.length > MAX_DOCUMENT) throw new FeedRefused('too_large', `a document is longer than ${MAX_DOCUMENT} characters`);
  }

  /** The next bracket outside of strings; undefined at the end of what there is. */
  #next(): string | undefined {
    for (;;) {
      const pattern = this.#inString ? STRING_END : STRUCTURE;
      pattern.lastIndex = this.#at;
      const found = pattern.exec(this.#held);
      if (found === null) {
        this.#at = this.#held.length;
        return undefined;
      }
      if (this.#inString) {
        // An escape at the very end waits for the character that it escapes.
        if (found[0] === '\\' && found.index + 1 >= this.#held.length) {
          this.#at = found.index;
          return undefined;
        }
        this.#at = found.index + (found[0] === '\\' ? 2 : 1);
        if (found[0] === '"') this.#inString = false;
        continue;
      }
      this.#at = found.index + 1;
      if (found[0] !== '"') return found[0];
      if (this.#depth === 0) throw new FeedRefused('wrong_header', 'a document is not an object');
      this.#inString = true;
    }
  }

  #outside(bracket: string, start: number): number {
    refuseText(this.#held.slice(start, this.#at - 1));
    if (bracket === '{') {
      this.#depth = 1;
      this.#seen = true;
      return this.#at - 1;
    }
    if (bracket === '[' ? this.#seen || this.#arrays > 0 : this.#arrays !== 1 || bracket === '}') throw new FeedRefused('wrong_header', 'brackets that belong to no document');
    this.#arrays += 1;
    return this.#at;
  }

  end(): void {
    if (this.#depth > 0) throw new FeedRefused('truncated', 'the feed ends inside a document');
    if (this.#arrays === 1) throw new FeedRefused('truncated', 'the feed ends inside its list');
  }
}

/** Between documents there is nothing but white space and commas. */
function refuseText(text: string): void {
  if (/[^\s,\uFEFF]/.test(text)) throw new FeedRefused('wrong_header', 'there is text between documents');
}
