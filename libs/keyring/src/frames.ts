import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { TamperedError } from './errors.js';

/**
 * The framed encryption of everything large (STREAM construction, Hoang, Reyhanitabar, Rogaway, Vizár 2015):
 *
 *   header  `TLF1` · key version (uint32) · salt (16 bytes)
 *   frame   64 KiB of AES-256-GCM ciphertext · 16-byte tag; the last one may be shorter, down to empty
 *
 * The key of a stream is HKDF-SHA-256(data key, salt, context), so a nonce never meets a key twice. The nonce holds the
 * frame's counter and a flag for the last frame: a frame that was dropped, repeated, swapped, cut or appended to opens
 * under another nonce and fails. `context` (tenant and name of the blob) ties the bytes to their place.
 */
export const FRAME_BYTES = 64 * 1024;
const TAG = 16;
const MAGIC = Buffer.from('TLF1');
export const HEADER_BYTES = 24;

/** Header of a new stream under that key version. */
export function newHeader(keyVersion: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(keyVersion, 4);
  randomBytes(16).copy(header, 8);
  return header;
}

/** Key version that a header names; throws TamperedError when it is no header of ours. */
export function keyVersionOf(header: Buffer): number {
  if (header.length !== HEADER_BYTES || !header.subarray(0, 4).equals(MAGIC)) throw new TamperedError('not an encrypted stream');
  return header.readUInt32BE(4);
}

/** Key of one stream. */
export function streamKey(dataKey: Buffer, header: Buffer, context: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, header.subarray(8), `throughline.frames|${context}`, 32));
}

function nonceOf(counter: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(counter, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** One frame's ciphertext with its tag. */
export function sealFrame(key: Buffer, header: Buffer, counter: number, last: boolean, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(counter, last)).setAAD(header);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** One frame's plain bytes; throws TamperedError. Nothing is released before its tag was checked. */
export function openFrame(key: Buffer, header: Buffer, counter: number, last: boolean, frame: Buffer): Buffer {
  if (frame.length < TAG) throw new TamperedError(`encrypted stream is cut off in frame ${counter}`);
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(counter, last)).setAAD(header);
  decipher.setAuthTag(frame.subarray(frame.length - TAG));
  try {
    return Buffer.concat([decipher.update(frame.subarray(0, frame.length - TAG)), decipher.final()]);
  } catch {
    throw new TamperedError(`encrypted stream was changed, cut off or re-ordered in frame ${counter}`);
  }
}

/** Cuts chunks of any size into pieces of exactly `size` bytes; what is held back when the source ends is the last piece. */
export async function* pieces(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    let rest = chunk;
    // A full piece is only given out when more follows it, since the last one carries the end flag.
    while (length + rest.length > size) {
      const take = size - length;
      held.push(rest.subarray(0, take));
      yield { bytes: held.length === 1 ? asBuffer(held[0] as Uint8Array) : Buffer.concat(held), last: false };
      held = [];
      length = 0;
      rest = rest.subarray(take);
    }
    if (rest.length > 0) {
      held.push(rest);
      length += rest.length;
    }
  }
  yield { bytes: Buffer.concat(held), last: true };
}

export const SEALED_FRAME_BYTES = FRAME_BYTES + TAG;

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
