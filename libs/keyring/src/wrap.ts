import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { TamperedError } from './errors.js';

const MAGIC = Buffer.from('TLK1');
const NONCE = 12;
const TAG = 16;
const KEY = 32;

const binding = (tenant: string, version: number): Buffer => Buffer.from(`throughline.data-key|${tenant}|${version}`);

/** Encrypts a data key under the master key: `TLK1`, 12-byte nonce, 32 bytes, 16-byte tag; bound to tenant and version. */
export function wrapKey(master: Buffer, tenant: string, version: number, dataKey: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(binding(tenant, version));
  return Buffer.concat([MAGIC, nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
}

/** The data key; throws TamperedError for another master key, tenant, version or changed bytes. */
export function unwrapKey(master: Buffer, tenant: string, version: number, wrapped: Buffer): Buffer {
  if (wrapped.length !== MAGIC.length + NONCE + KEY + TAG || !wrapped.subarray(0, 4).equals(MAGIC)) {
    throw new TamperedError('not a wrapped data key');
  }
  const nonce = wrapped.subarray(4, 4 + NONCE);
  const decipher = createDecipheriv('aes-256-gcm', master, nonce).setAAD(binding(tenant, version));
  decipher.setAuthTag(wrapped.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(4 + NONCE, -TAG)), decipher.final()]);
  } catch {
    throw new TamperedError('the data key does not open: wrong master key, tenant or version, or changed bytes');
  }
}
