import { isUtf8 } from 'node:buffer';
import { refuse } from './refusal.js';

/**
 * Brings text of any allowed encoding to one: UTF-8 without a byte order mark and without NUL. Chunk by chunk, whatever
 * the chunks. UTF-8 and, where a mark says so, UTF-16 are taken; anything else is refused with the offset of the first
 * byte that is wrong: decoding leniently would change what the tool wrote without telling anybody.
 */
export interface TextReader {
  /** Normalized bytes of the chunk; may be fewer than came in. Throws UploadRefused. */
  write(chunk: Uint8Array): Uint8Array;
  /** What was held back. Throws UploadRefused when the text ends inside a character. */
  end(): Uint8Array;
  readonly nulsStripped: number;
}

const EMPTY = new Uint8Array(0);
/** Longest thing that decides: the UTF-8 mark. */
const MARK = 3;

export function textReader(): TextReader {
  let inner: Encoding | undefined;
  let head: Uint8Array = EMPTY;
  let nuls = 0;
  const strip = (bytes: Uint8Array): Uint8Array => {
    if (!bytes.includes(0)) return bytes;
    const kept = bytes.filter((byte) => byte !== 0);
    nuls += bytes.length - kept.length;
    return kept;
  };
  const start = (): { encoding: Encoding; rest: Uint8Array } => {
    if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: utf8(3), rest: head.subarray(3) };
    if (head[0] === 0xff && head[1] === 0xfe) return { encoding: utf16('utf-16le'), rest: head.subarray(2) };
    if (head[0] === 0xfe && head[1] === 0xff) return { encoding: utf16('utf-16be'), rest: head.subarray(2) };
    return { encoding: utf8(0), rest: head };
  };
  return {
    write(chunk) {
      if (inner !== undefined) return strip(inner.write(chunk));
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length < MARK) return EMPTY;
      const { encoding, rest } = start();
      inner = encoding;
      head = EMPTY;
      return strip(inner.write(rest));
    },
    end() {
      if (inner !== undefined) return strip(inner.end());
      const { encoding, rest } = start();
      return strip(Buffer.concat([encoding.write(rest), encoding.end()]));
    },
    get nulsStripped() {
      return nuls;
    },
  };
}

interface Encoding {
  write(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** Passes whole characters through after checking them; holds back what may continue in the next chunk. */
function utf8(offset: number): Encoding {
  let held: Uint8Array = EMPTY;
  let at = offset;
  const checked = (bytes: Uint8Array): Uint8Array => {
    if (!isUtf8(bytes)) throw invalid(at + firstInvalid(bytes));
    at += bytes.length;
    return bytes;
  };
  return {
    write(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const open = incompleteTail(bytes);
      held = bytes.slice(bytes.length - open);
      return checked(bytes.subarray(0, bytes.length - open));
    },
    end() {
      if (held.length > 0) throw invalid(at);
      return EMPTY;
    },
  };
}

function utf16(label: 'utf-16le' | 'utf-16be'): Encoding {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  let at = 2;
  const decode = (chunk: Uint8Array, stream: boolean): Uint8Array => {
    try {
      const text = decoder.decode(chunk, { stream });
      at += chunk.length;
      return Buffer.from(text, 'utf8');
    } catch {
      throw refuse('invalid_encoding', `the file says ${label.toUpperCase()} and is not; export it as UTF-8`, `byte ${at}`);
    }
  };
  return { write: (chunk) => decode(chunk, true), end: () => decode(EMPTY, false) };
}

const invalid = (offset: number): Error =>
  refuse('invalid_encoding', 'the file is not valid UTF-8; export it as UTF-8 (UTF-16 is taken with a byte order mark)', `byte ${offset}`);

/** Length of an unfinished character at the end, 0 to 3. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < lengthOf(byte) ? back : 0;
  }
  return 0;
}

const lengthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);

/** Offset of the first character that is none. Walks one by one: it runs once, on the chunk that ends the upload. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    if (lead >= 0x80 && !isUtf8(bytes.subarray(at, at + lengthOf(lead)))) return at;
    at += lead < 0x80 ? 1 : lengthOf(lead);
  }
  return at;
}
