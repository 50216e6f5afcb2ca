import { refuse } from '../domain/refusal.js';

export interface UploadLimits {
  /** Bytes of an upload as sent, and of a report after unpacking. */
  readonly maxBytes: number;
  /** Unpacked over packed; looked at from `ratioFrom` unpacked bytes on. */
  readonly maxRatio: number;
  readonly ratioFrom: number;
  readonly maxEntries: number;
}

export const DEFAULT_LIMITS: UploadLimits = { maxBytes: 512 * 1024 * 1024, maxRatio: 100, ratioFrom: 10 * 1024 * 1024, maxEntries: 1000 };

/** Counts what passes; over the limit it ends the upload before the rest is read. */
export async function* atMost(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > limit) throw tooLarge(limit);
    yield chunk;
  }
}

export const tooLarge = (limit: number): Error =>
  refuse('too_large', `the upload is larger than ${limit} bytes; split the report or raise MAX_UPLOAD_BYTES`, `byte ${limit}`, 413);

/** Watches what comes out of an archive against what went in. */
export function archiveGuard(limits: UploadLimits): (packed: number, unpacked: number) => void {
  return (packed, unpacked) => {
    if (unpacked > limits.maxBytes) throw archiveLimit(`the archive unpacks to more than ${limits.maxBytes} bytes`, unpacked);
    if (unpacked > limits.ratioFrom && unpacked > packed * limits.maxRatio) {
      throw archiveLimit(`the archive unpacks to more than ${limits.maxRatio} times its size`, unpacked);
    }
  };
}

export const archiveLimit = (message: string, at: number): Error => refuse('archive_limit', `${message}; upload the plain report`, `byte ${at}`);
