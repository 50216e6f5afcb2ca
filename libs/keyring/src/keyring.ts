import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TenantId } from '@throughline/domain';
import { KeyMissingError, TamperedError } from './errors.js';
import { HEADER_BYTES, keyVersionOf, newHeader, openFrame, pieces, SEALED_FRAME_BYTES, sealFrame, FRAME_BYTES, streamKey } from './frames.js';
import { fileKeyStore, type KeyStore } from './key-store.js';
import { unwrapKey, wrapKey } from './wrap.js';

/** Keyed hash of a value: the full HMAC-SHA-256 in hex, and the key version that made it. */
export interface KeyedHash { readonly hash: string; readonly keyVersion: number }

/** Makes keyed hashes of one tenant without waiting; got once and used for many values. */
export interface SecretHasher {
  /** Of a value: HMAC-SHA-256 over the lower-case hex SHA-1 of it. */
  readonly hashSecret: (value: string) => KeyedHash;
  /** Of the SHA-1 of a value (40 hex digits), for scanners that give no more: equal to the hash of the value. */
  readonly hashSecretSha1: (sha1: string) => KeyedHash;
}

export interface Keyring {
  /** Encrypts a stream in authenticated frames. `context` must be given again to read it. */
  encrypt(tenant: TenantId, context: string, plain: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer>;
  /** Decrypts it; throws TamperedError as soon as a frame fails, so a reader must not act before the end. */
  decrypt(tenant: TenantId, context: string, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer>;
  /** The same format for something small (a connector's secret). */
  seal(tenant: TenantId, context: string, plain: Uint8Array | string): Promise<Buffer>;
  open(tenant: TenantId, context: string, sealed: Uint8Array): Promise<Buffer>;
  /**
   * The identity of a secret: HMAC-SHA-256 under the tenant's key, over the SHA-1 of the value, since that is all that
   * some scanners give of it. What protects the value is the key, not the SHA-1. `keyVersion` absent: the newest.
   */
  hashSecret(tenant: TenantId, value: string, keyVersion?: number): Promise<KeyedHash>;
  secretHasher(tenant: TenantId, keyVersion?: number): Promise<SecretHasher>;
  /** Makes a new version for what is written from now on; older ones still read. Returns its number. */
  rotate(tenant: TenantId): Promise<number>;
  /** Destroys the tenant's keys: deletion of everything encrypted under them, backups of the blobs included. */
  destroy(tenant: TenantId): Promise<void>;
}

export interface KeyringOptions {
  /** 32 bytes. */
  readonly masterKey: Buffer;
  readonly store: KeyStore;
  /** How long another process may go on with a rotated or destroyed key, ms. */
  readonly cacheMs?: number;
  readonly now?: () => number;
}

interface DataKey { readonly version: number; readonly bytes: Buffer }

/** Per-tenant, versioned data keys (random, AES-256) wrapped by a master key. The first use of a tenant creates its key. */
export function createKeyring(options: KeyringOptions): Keyring {
  if (options.masterKey.length !== 32) throw new TypeError('the master key must be 32 bytes');
  const keys = dataKeys(options);
  const hasher = async (tenant: TenantId, version?: number): Promise<SecretHasher> => {
    const key = version === undefined ? await keys.newest(tenant) : await keys.get(tenant, version);
    const hashKey = Buffer.from(hkdfSync('sha256', key.bytes, '', 'throughline.secret-hash', 32));
    const hashSecretSha1 = (sha1: string): KeyedHash => {
      if (!/^[0-9a-f]{40}$/i.test(sha1)) throw new TypeError('a SHA-1 is 40 hex digits');
      return { hash: createHmac('sha256', hashKey).update(sha1.toLowerCase(), 'ascii').digest('hex'), keyVersion: key.version };
    };
    return { hashSecretSha1, hashSecret: (value) => hashSecretSha1(createHash('sha1').update(value, 'utf8').digest('hex')) };
  };
  const ring: Keyring = {
    async *encrypt(tenant, context, plain) {
      const key = await keys.newest(tenant);
      const header = newHeader(key.version);
      const own = streamKey(key.bytes, header, bind(tenant, context));
      yield header;
      let counter = 0;
      for await (const piece of pieces(plain, FRAME_BYTES)) yield sealFrame(own, header, counter++, piece.last, piece.bytes);
    },
    async *decrypt(tenant, context, sealed) {
      const { header, rest } = await splitHeader(sealed);
      const key = await keys.get(tenant, keyVersionOf(header));
      const own = streamKey(key.bytes, header, bind(tenant, context));
      let counter = 0;
      for await (const piece of pieces(rest, SEALED_FRAME_BYTES)) {
        const plain = openFrame(own, header, counter++, piece.last, piece.bytes);
        if (plain.length > 0) yield plain;
      }
    },
    seal: async (tenant, context, plain) => collect(ring.encrypt(tenant, context, once(Buffer.from(plain as Uint8Array)))),
    open: async (tenant, context, sealed) => collect(ring.decrypt(tenant, context, once(sealed))),
    hashSecret: async (tenant, value, version) => (await hasher(tenant, version)).hashSecret(value),
    secretHasher: hasher,
    rotate: (tenant) => keys.rotate(tenant),
    destroy: (tenant) => keys.destroy(tenant),
  };
  return ring;
}

/**
 * The keyring of an installation: the master key as 64 hex digits in a file, wrapped keys in `keyDir` (default: the
 * folder `tenant-keys` beside the master key), which every service that reads reports or hashes secrets must share.
 */
export async function openKeyring(options: { readonly masterKeyFile: string; readonly keyDir?: string | undefined }): Promise<Keyring> {
  const text = (await readFile(options.masterKeyFile, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new TypeError(`${options.masterKeyFile} must hold 64 hex digits (32 bytes)`);
  const keyDir = options.keyDir ?? join(dirname(options.masterKeyFile), 'tenant-keys');
  return createKeyring({ masterKey: Buffer.from(text, 'hex'), store: fileKeyStore(keyDir) });
}

function dataKeys({ masterKey, store, cacheMs = 60_000, now = Date.now }: KeyringOptions) {
  const cache = new Map<string, { readonly newest: number; readonly until: number; readonly keys: Map<number, DataKey> }>();

  const load = async (tenant: TenantId, version: number): Promise<DataKey> => {
    const wrapped = await store.read(tenant, version);
    if (wrapped === undefined) throw new KeyMissingError(`tenant ${tenant} has no data key of version ${version}`);
    return { version, bytes: unwrapKey(masterKey, tenant, version, wrapped) };
  };
  const create = async (tenant: TenantId, version: number): Promise<void> => {
    await store.create(tenant, version, wrapKey(masterKey, tenant, version, randomBytes(32)));
  };
  const entry = async (tenant: TenantId) => {
    const known = cache.get(tenant);
    if (known !== undefined && known.until > now()) return known;
    if ((await store.versions(tenant)).length === 0) await create(tenant, 1);
    const newest = (await store.versions(tenant)).at(-1);
    if (newest === undefined) throw new KeyMissingError(`the key store keeps no key for tenant ${tenant}`);
    const fresh = { newest, until: now() + cacheMs, keys: new Map([[newest, await load(tenant, newest)]]) };
    cache.set(tenant, fresh);
    return fresh;
  };
  const get = async (tenant: TenantId, version: number): Promise<DataKey> => {
    const own = await entry(tenant);
    const key = own.keys.get(version) ?? (await load(tenant, version));
    own.keys.set(version, key);
    return key;
  };
  return {
    get,
    newest: async (tenant: TenantId): Promise<DataKey> => get(tenant, (await entry(tenant)).newest),
    async rotate(tenant: TenantId): Promise<number> {
      await entry(tenant);
      const next = ((await store.versions(tenant)).at(-1) ?? 0) + 1;
      await create(tenant, next);
      cache.delete(tenant);
      return next;
    },
    async destroy(tenant: TenantId): Promise<void> {
      await store.destroy(tenant);
      cache.delete(tenant);
    },
  };
}

const bind = (tenant: TenantId, context: string): string => `${tenant}|${context}`;

async function splitHeader(sealed: AsyncIterable<Uint8Array>): Promise<{ header: Buffer; rest: AsyncIterable<Uint8Array> }> {
  const iterator = sealed[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  while (held.length < HEADER_BYTES) {
    const step = await iterator.next();
    if (step.done === true) throw new TamperedError('encrypted stream is cut off in its header');
    held = Buffer.concat([held, step.value]);
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield held.subarray(HEADER_BYTES);
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) yield step.value;
    } finally {
      // A reader that stops early must release the source (an open file).
      await iterator.return?.();
    }
  };
  return { header: held.subarray(0, HEADER_BYTES), rest: rest() };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}
