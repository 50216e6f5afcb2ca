import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { refuse, UploadRefused } from '../domain/refusal.js';
import { archiveGuard, type UploadLimits } from './limits.js';

/** Unpacks gzip (several members too) while it streams, within the limits. */
export async function* gunzip(source: AsyncIterable<Uint8Array>, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  const guard = archiveGuard(limits);
  let packed = 0;
  let unpacked = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      packed += chunk.length;
      yield chunk;
    }
  };
  const inflate = createGunzip({ chunkSize: 128 * 1024 });
  // A failure of the source destroys `inflate` with the same error, which the loop below throws.
  const feeding = pipeline(counted(), inflate).catch(() => undefined);
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      guard(packed, unpacked);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof UploadRefused || !isZlibError(error)) throw error;
    throw error.code === 'Z_BUF_ERROR'
      ? refuse('truncated', 'the gzip stream ends too early; upload the whole file', `byte ${packed}`)
      : refuse('archive_malformed', `not a gzip stream (${error.code})`, `byte ${packed}`);
  } finally {
    inflate.destroy();
    await feeding;
  }
}

const isZlibError = (error: unknown): error is { readonly code: string } =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
