import { ReportError } from './errors.js';

/**
 * Plain UTF-8 bytes of a report: a UTF-8 byte-order mark is taken off, UTF-16 with a byte-order mark is transcoded,
 * everything else passes untouched (without a copy).
 */
export async function* asUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let transcode: ((chunk: Buffer | null) => Buffer) | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const part of chunks) {
    let chunk = asBuffer(part);
    if (head !== undefined) {
      chunk = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (chunk.length < 3) {
        head = chunk;
        continue;
      }
      head = undefined;
      const encoding = encodingOf(chunk);
      chunk = chunk.subarray(encoding.mark);
      if (encoding.name !== 'utf-8') transcode = transcoder(encoding.name);
    }
    const plain = transcode ? transcode(chunk) : chunk;
    if (plain.length > 0) yield plain;
  }
  if (head !== undefined && head.length > 0) yield head;
  const rest = transcode?.(null);
  if (rest && rest.length > 0) yield rest;
}

/** Encoding by byte-order mark, and the length of the mark. */
export function encodingOf(head: Uint8Array): { readonly name: 'utf-8' | 'utf-16le' | 'utf-16be'; readonly mark: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', mark: 2 };
  return { name: 'utf-8', mark: 0 };
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function transcoder(name: string): (chunk: Buffer | null) => Buffer {
  const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
  return (chunk) => {
    try {
      return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
    } catch {
      throw new ReportError('invalid_utf8', `the file is not valid ${name.toUpperCase()}; save it as UTF-8`);
    }
  };
}
