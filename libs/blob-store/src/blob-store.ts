import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { isUuid, type TenantId } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';

/** What was stored: size and SHA-256 (hex) of the plain bytes. */
export interface StoredBlob { readonly bytes: number; readonly sha256: string }

/** Claim check for what is too large for a record: the topic carries the key, the bytes stay here, encrypted per tenant. */
export interface BlobStore {
  /**
   * Streams to a temporary file and makes it visible when it is whole and on the disk: when this resolves, the blob
   * survives a power cut; when it rejects (the source failed, the disk is full), nothing is left.
   */
  put(tenant: TenantId, key: string, source: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** Plain bytes. Rejects with BlobMissingError; the stream fails with TamperedError when the bytes were changed. */
  get(tenant: TenantId, key: string): Promise<Readable>;
  /** Idempotent. */
  delete(tenant: TenantId, key: string): Promise<void>;
  /** Keys directly under a prefix that is a folder; empty when there is none. */
  keys(tenant: TenantId, prefix: string): Promise<readonly string[]>;
  /** Removes temporary files that a killed process left, older than the given time. Returns how many. */
  sweep(olderThan: Date): Promise<number>;
}

export class BlobMissingError extends Error {
  override readonly name = 'BlobMissingError';
  readonly code = 'blob_missing';
}

export interface BlobStoreOptions { readonly dir: string; readonly keyring: Keyring }

const KEY = /^[a-z0-9][a-z0-9._-]{0,127}(\/[a-z0-9][a-z0-9._-]{0,127}){0,7}$/;
/** Frames are gathered to writes of this size: a system call a frame costs more than its encryption. */
const WRITE_BYTES = 1024 * 1024;

/** Filesystem driver: `<dir>/<tenant>/<key>`, and `<dir>/.incoming` for what is not whole yet. */
export function createBlobStore(options: BlobStoreOptions): BlobStore {
  const { keyring } = options;
  const dir = resolve(options.dir);
  const incoming = join(dir, '.incoming');
  const pathOf = (tenant: TenantId, key: string): string => {
    // Keys are ours, but a traversal must stay impossible even if one is ever built from an upload's words.
    if (!isUuid(tenant) || !KEY.test(key) || key.includes('..')) throw new TypeError(`not a blob key: ${key.slice(0, 200)}`);
    return join(dir, tenant, key);
  };
  return {
    async put(tenant, key, source) {
      const path = pathOf(tenant, key);
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      const temporary = join(incoming, randomUUID());
      try {
        const stored = await writeSealed(temporary, source, (plain) => keyring.encrypt(tenant, key, plain));
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        await syncDirectories(dirname(path), dir);
        return stored;
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async get(tenant, key) {
      const path = pathOf(tenant, key);
      const handle = await open(path, 'r').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') throw new BlobMissingError(`no blob ${key}`);
        throw error;
      });
      const file = createReadStream(path, { fd: handle, highWaterMark: 256 * 1024 });
      const plain = Readable.from(keyring.decrypt(tenant, key, file), { objectMode: false, highWaterMark: 256 * 1024 });
      // A reader that never began has no loop whose end would close the file.
      return plain.once('close', () => file.destroy());
    },
    delete: (tenant, key) => rm(pathOf(tenant, key), { force: true }),
    async keys(tenant, prefix) {
      const entries = await readdir(pathOf(tenant, prefix), { withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isFile()).map((entry) => `${prefix}/${entry.name}`);
    },
    async sweep(olderThan) {
      const names = await readdir(incoming).catch(() => []);
      const old = await Promise.all(names.map(async (name) => {
        const found = await stat(join(incoming, name)).catch(() => undefined);
        return found !== undefined && found.mtime < olderThan ? [name] : [];
      }));
      await Promise.all(old.flat().map((name) => rm(join(incoming, name), { force: true })));
      return old.flat().length;
    },
  };
}

async function writeSealed(
  path: string,
  source: AsyncIterable<Uint8Array>,
  encrypt: (plain: AsyncIterable<Uint8Array>) => AsyncIterable<Buffer>,
): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const handle = await open(path, 'wx', 0o600);
  try {
    await writeGathered(handle, encrypt(measured()));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function writeGathered(handle: FileHandle, sealed: AsyncIterable<Buffer>): Promise<void> {
  let held: Buffer[] = [];
  let length = 0;
  // The previous write runs on the thread pool while the next frames are made.
  let writing: Promise<unknown> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = handle.writev(held);
    writing.catch(() => undefined);
    held = [];
    length = 0;
  };
  for await (const frame of sealed) {
    held.push(frame);
    length += frame.length;
    if (length >= WRITE_BYTES) await flush();
  }
  await flush();
  await writing;
}

/** The new name must be on the disk too, in every folder up to the store's own. */
async function syncDirectories(from: string, to: string): Promise<void> {
  for (let path = from; path.length >= to.length; path = dirname(path)) {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  }
}

/** By shape: an error of the platform may come from another realm, where instanceof says no. */
const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);
