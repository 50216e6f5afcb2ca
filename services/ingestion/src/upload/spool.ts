import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes on disk that can be read anywhere, for archives whose directory is at their end. */
export interface Spool {
  readonly bytes: number;
  /** Fills `target` from `position`; returns the number of bytes read. */
  read(target: Buffer, position: number): Promise<number>;
  remove(): Promise<void>;
}

const BLOCK = 16;

/**
 * Writes a stream to a temporary file under a key that only this process's memory holds: an archive may hold secrets, and
 * what a killed process leaves behind is noise. Counter mode, because a zip is read from its end; integrity is not asked
 * of it, since nobody but us touches the file while it lives.
 */
export async function spool(dir: string, source: AsyncIterable<Uint8Array>): Promise<Spool> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, randomUUID());
  const key = randomBytes(32);
  const handle = await open(path, 'wx+', 0o600);
  const remove = async (): Promise<void> => {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
  };
  try {
    const cipher = createCipheriv('aes-256-ctr', key, counter(0));
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      await handle.write(cipher.update(chunk));
    }
    return { bytes, read: (target, position) => readAt(handle, key, target, position), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function readAt(handle: FileHandle, key: Buffer, target: Buffer, position: number): Promise<number> {
  const skip = position % BLOCK;
  const sealed = Buffer.alloc(target.length + skip);
  const { bytesRead } = await handle.read(sealed, 0, sealed.length, position - skip);
  const plain = createDecipheriv('aes-256-ctr', key, counter((position - skip) / BLOCK)).update(sealed.subarray(0, bytesRead));
  return plain.copy(target, 0, skip);
}

function counter(block: number): Buffer {
  const iv = Buffer.alloc(BLOCK);
  iv.writeBigUInt64BE(BigInt(block), 8);
  return iv;
}
