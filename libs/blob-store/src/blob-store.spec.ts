import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT, tenantId } from '@throughline/domain';
import { createKeyring, memoryKeyStore, TamperedError } from '@throughline/keyring';
import fc from 'fast-check';
import { BlobMissingError, createBlobStore, type BlobStore } from './blob-store.js';

const OTHER = tenantId('00000000-0000-7000-8000-000000000002');

describe('blob store on files', () => {
  let dir = '';
  let store: BlobStore;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blobs-'));
    store = createBlobStore({ dir, keyring: createKeyring({ masterKey: randomBytes(32), store: memoryKeyStore() }) });
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const read = async (key: string): Promise<Buffer> => Buffer.concat(await (await store.get(DEFAULT_TENANT, key)).toArray() as Buffer[]);

  it('returns what was put, with its size and hash, and keeps no plain text', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 2_500_000 }), fc.integer({ min: 1000, max: 300_000 }), async (bytes, chunk) => {
      const plain = randomBytes(bytes);
      const stored = await store.put(DEFAULT_TENANT, 'reports/one.bin', async function* () {
        for (let at = 0; at < plain.length; at += chunk) yield plain.subarray(at, at + chunk);
      }());
      expect(stored).toEqual({ bytes, sha256: createHash('sha256').update(plain).digest('hex') });
      expect((await read('reports/one.bin')).equals(plain)).toBe(true);
    }), { numRuns: 15 });
    await store.put(DEFAULT_TENANT, 'reports/secret', async function* () { yield Buffer.from('AKIAIOSFODNN7EXAMPLE'); }());
    expect((await readFile(join(dir, DEFAULT_TENANT, 'reports/secret'))).includes('AKIA')).toBe(false);
  });

  it('leaves nothing when the source fails', async () => {
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield randomBytes(3_000_000);
      throw new Error('client went away');
    };
    await expect(store.put(DEFAULT_TENANT, 'broken', failing())).rejects.toThrow('client went away');
    await expect(store.get(DEFAULT_TENANT, 'broken')).rejects.toBeInstanceOf(BlobMissingError);
    expect(await readdir(join(dir, '.incoming'))).toEqual([]);
  });

  it('48: refuses keys that could leave the folder', async () => {
    for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '', '.incoming/x', 'A', 'a\0b', 'C:\\x', 'file:///x', 'a..b']) {
      await expect(store.get(DEFAULT_TENANT, key)).rejects.toBeInstanceOf(TypeError);
    }
  });

  it('does not give one tenant the bytes of another, nor bytes moved to another key', async () => {
    await store.put(DEFAULT_TENANT, 'mine', async function* () { yield Buffer.from('mine'); }());
    await expect(store.get(OTHER, 'mine')).rejects.toBeInstanceOf(BlobMissingError);
    await writeFile(join(dir, DEFAULT_TENANT, 'moved'), await readFile(join(dir, DEFAULT_TENANT, 'mine')));
    await expect(read('moved')).rejects.toBeInstanceOf(TamperedError);
  });

  it('lists the keys of a folder of one tenant', async () => {
    await store.put(DEFAULT_TENANT, 'day/a', async function* () { yield Buffer.from('a'); }());
    await store.put(DEFAULT_TENANT, 'day/deep/b', async function* () { yield Buffer.from('b'); }());
    expect(await store.keys(DEFAULT_TENANT, 'day')).toEqual(['day/a']);
    expect(await store.keys(OTHER, 'day')).toEqual([]);
    expect(await store.keys(DEFAULT_TENANT, 'none')).toEqual([]);
  });

  it('deletes more than once and sweeps what a killed process left', async () => {
    await store.delete(DEFAULT_TENANT, 'mine');
    await store.delete(DEFAULT_TENANT, 'mine');
    await writeFile(join(dir, '.incoming', 'left'), 'x');
    expect(await store.sweep(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.sweep(new Date(Date.now() + 60_000))).toBe(1);
  });
});
