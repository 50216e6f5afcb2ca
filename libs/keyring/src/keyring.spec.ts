import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT, tenantId } from '@throughline/domain';
import fc from 'fast-check';
import { KeyDestroyedError, KeyMissingError, TamperedError } from './errors.js';
import { FRAME_BYTES, HEADER_BYTES, SEALED_FRAME_BYTES } from './frames.js';
import { fileKeyStore, memoryKeyStore } from './key-store.js';
import { createKeyring, openKeyring } from './keyring.js';

const OTHER = tenantId('00000000-0000-7000-8000-000000000002');
const masterKey = randomBytes(32);
const ring = createKeyring({ masterKey, store: memoryKeyStore() });

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

const read = (sealed: Buffer, sizes: readonly number[] = [4096], context = 'c'): Promise<Buffer> =>
  all(ring.decrypt(DEFAULT_TENANT, context, chunked(sealed, sizes)));
const write = (plain: Buffer, sizes: readonly number[] = [FRAME_BYTES]): Promise<Buffer> =>
  all(ring.encrypt(DEFAULT_TENANT, 'c', chunked(plain, sizes)));

describe('frames', () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.constantFrom(FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES, 3 * FRAME_BYTES + 7),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 });

  it('round trips any length in any chunks', async () => {
    await fc.assert(fc.asyncProperty(length, sizes, sizes, async (bytes, writes, reads) => {
      fc.pre(bytes < 1000 || Math.min(...writes, ...reads) > 50);
      const plain = randomBytes(bytes);
      expect((await read(await write(plain, writes), reads)).equals(plain)).toBe(true);
    }), { numRuns: 60 });
  });

  it('refuses every truncation', async () => {
    await fc.assert(fc.asyncProperty(length, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), async (bytes, at) => {
      const sealed = await write(randomBytes(bytes));
      await expect(read(sealed.subarray(0, Math.floor(at * sealed.length)))).rejects.toBeInstanceOf(TamperedError);
    }), { numRuns: 60 });
  });

  it('refuses a cut exactly between two frames', async () => {
    const sealed = await write(randomBytes(2 * FRAME_BYTES + 10));
    for (const frames of [0, 1, 2]) {
      await expect(read(sealed.subarray(0, HEADER_BYTES + frames * SEALED_FRAME_BYTES))).rejects.toBeInstanceOf(TamperedError);
    }
  });

  it('refuses every flipped bit', async () => {
    await fc.assert(fc.asyncProperty(length, fc.nat(), fc.nat(7), async (bytes, at, bit) => {
      const sealed = await write(randomBytes(bytes));
      const index = at % sealed.length;
      sealed[index] = (sealed[index] ?? 0) ^ (1 << bit);
      const error = await read(sealed).then(() => undefined, (thrown: unknown) => thrown);
      // A flipped bit in the header's key version names a key that does not exist.
      expect(error instanceof TamperedError || error instanceof KeyMissingError).toBe(true);
    }), { numRuns: 80 });
  });

  it('refuses swapped, repeated and appended frames', async () => {
    const sealed = await write(randomBytes(4 * FRAME_BYTES));
    const header = sealed.subarray(0, HEADER_BYTES);
    const frames = [0, 1, 2, 3].map((i) => sealed.subarray(HEADER_BYTES + i * SEALED_FRAME_BYTES, HEADER_BYTES + (i + 1) * SEALED_FRAME_BYTES));
    for (const order of [[1, 0, 2, 3], [0, 1, 2, 2], [0, 1, 2, 3, 3], [0, 2, 3], [3], [0, 0, 1, 2, 3]]) {
      await expect(read(Buffer.concat([header, ...order.map((i) => frames[i] as Buffer)]))).rejects.toBeInstanceOf(TamperedError);
    }
    await expect(read(Buffer.concat([sealed, Buffer.from('x')]))).rejects.toBeInstanceOf(TamperedError);
  });

  it('ties bytes to tenant and context', async () => {
    const sealed = await write(Buffer.from('report'));
    await expect(read(sealed, [10], 'other')).rejects.toBeInstanceOf(TamperedError);
    await expect(all(ring.decrypt(OTHER, 'c', chunked(sealed, [10])))).rejects.toBeInstanceOf(TamperedError);
  });

  it('does not show the plain text', async () => {
    const plain = Buffer.from('AKIAIOSFODNN7EXAMPLE '.repeat(100));
    expect((await write(plain)).includes('AKIA')).toBe(false);
  });
});

describe('keys', () => {
  let dir = '';
  beforeAll(async () => { dir = await mkdtemp(join(tmpdir(), 'keyring-')); });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('reads old versions after a rotation and writes the new one', async () => {
    const old = await ring.seal(OTHER, 'x', 'one');
    const before = await ring.hashSecret(OTHER, 'value');
    expect(await ring.rotate(OTHER)).toBe(2);
    expect((await ring.open(OTHER, 'x', old)).toString()).toBe('one');
    expect((await ring.hashSecret(OTHER, 'value')).keyVersion).toBe(2);
    expect(await ring.hashSecret(OTHER, 'value', 1)).toEqual(before);
  });

  it('gives equal hashes to equal values of a tenant only', async () => {
    const one = await ring.hashSecret(DEFAULT_TENANT, 'hunter2');
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await ring.hashSecret(DEFAULT_TENANT, 'hunter2')).toEqual(one);
    expect((await ring.secretHasher(DEFAULT_TENANT)).hashSecret('hunter2')).toEqual(one);
    expect((await ring.hashSecret(OTHER, 'hunter2', 1)).hash).not.toBe(one.hash);
  });

  it('gives a value and its SHA-1 one hash, which is not the SHA-1', async () => {
    const { hashSecret, hashSecretSha1 } = await ring.secretHasher(DEFAULT_TENANT);
    const sha1 = 'f3bbbd66a63d4bf1747940578ec3d0103530e21d'; // printf hunter2 | sha1sum
    expect(hashSecretSha1(sha1)).toEqual(hashSecret('hunter2'));
    expect(hashSecretSha1(sha1.toUpperCase())).toEqual(hashSecret('hunter2'));
    expect(hashSecret('hunter2').hash).not.toContain(sha1);
    expect(() => hashSecretSha1('hunter2')).toThrow(TypeError);
  });

  it('lets concurrent creators in several processes agree on one key', async () => {
    const rings = Array.from({ length: 12 }, () => createKeyring({ masterKey, store: fileKeyStore(join(dir, 'race')) }));
    const hashes = await Promise.all(rings.map((own) => own.hashSecret(DEFAULT_TENANT, 'v')));
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(1);
    expect(await readdir(join(dir, 'race', DEFAULT_TENANT))).toEqual(['1.key']);
  });

  it('survives a restart and refuses another master key', async () => {
    const file = join(dir, 'master');
    await writeFile(file, `${masterKey.toString('hex')}\n`);
    const first = await openKeyring({ masterKeyFile: file });
    const sealed = await first.seal(DEFAULT_TENANT, 'x', 'kept');
    const second = await openKeyring({ masterKeyFile: file });
    expect((await second.open(DEFAULT_TENANT, 'x', sealed)).toString()).toBe('kept');
    const stranger = createKeyring({ masterKey: randomBytes(32), store: fileKeyStore(join(dir, 'tenant-keys')) });
    await expect(stranger.open(DEFAULT_TENANT, 'x', sealed)).rejects.toBeInstanceOf(TamperedError);
  });

  it('makes destruction final', async () => {
    const own = createKeyring({ masterKey, store: fileKeyStore(join(dir, 'gone')) });
    const sealed = await own.seal(DEFAULT_TENANT, 'x', 'gone');
    await own.destroy(DEFAULT_TENANT);
    await expect(own.open(DEFAULT_TENANT, 'x', sealed)).rejects.toBeInstanceOf(KeyDestroyedError);
    await expect(own.seal(DEFAULT_TENANT, 'x', 'again')).rejects.toBeInstanceOf(KeyDestroyedError);
    expect(await readdir(join(dir, 'gone', DEFAULT_TENANT))).toEqual(['destroyed']);
  });
});
