const OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, COMMA = 0x2c, QUOTE = 0x22, BACKSLASH = 0x5c;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Makes one list of JSON documents that stand one after another: JSON lines, and objects printed over many lines. A
 * file that is one list already passes untouched, an empty one stays empty (and is refused as cut off). The space
 * between two documents becomes the comma, so that places in the file stay what they are but for the first bracket.
 */
export class JsonLines {
  #state: 'start' | 'list' | 'lines' = 'start';
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** A document has ended and no comma stands after it yet. */
  #owed = false;

  /** How many bytes stand before the places that were in the file. */
  get shift(): number {
    return this.#state === 'lines' ? 1 : 0;
  }

  async *read(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      const begins = this.#state === 'start' ? this.#begin(chunk) : undefined;
      if (begins) yield begins;
      if (this.#state === 'lines') yield* this.#join(chunk);
      else yield chunk;
    }
    if (this.#state === 'lines') yield Buffer.from([CLOSE_ARRAY]);
  }

  #begin(chunk: Buffer): Buffer | undefined {
    const first = chunk.find((byte) => !isSpace(byte));
    if (first === undefined) return undefined;
    this.#state = first === OPEN_OBJECT ? 'lines' : 'list';
    return this.#state === 'lines' ? Buffer.from([OPEN_ARRAY]) : undefined;
  }

  /** The comma goes before the next document, as nothing may follow the last one. */
  *#join(chunk: Buffer): Generator<Buffer> {
    let from = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        this.#depth -= 1;
        this.#owed = this.#depth === 0;
        continue;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth += 1;
      if (!this.#owed || isSpace(byte)) continue;
      this.#owed = false;
      // Over the space before it where there is one in this chunk, else between.
      const over = i > from && isSpace(chunk[i - 1] as number) ? 1 : 0;
      yield chunk.subarray(from, i - over);
      yield Buffer.from([COMMA]);
      from = i;
    }
    yield chunk.subarray(from);
  }
}
