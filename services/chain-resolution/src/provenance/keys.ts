import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const TYPES: ReadonlySet<string> = new Set(['ec', 'ed25519', 'rsa']);
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const MIN_RSA_BITS = 2048;

/** A public key in PEM (SPKI or PKCS #1); undefined when it is none of a kind that we check signatures with. */
export function publicKeyOf(pem: string): KeyObject | undefined {
  // createPublicKey would take a private key too: one that was pasted here must not be kept
  if (!/^\s*-----BEGIN (RSA )?PUBLIC KEY-----[\sA-Za-z0-9+/=]+-----END (RSA )?PUBLIC KEY-----\s*$/.test(pem)) return undefined;
  try {
    const key = createPublicKey(pem);
    return usable(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

function usable(key: KeyObject): boolean {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = key;
  if (!TYPES.has(type)) return false;
  if (type === 'ec') return CURVES.has(details?.namedCurve ?? '');
  return type !== 'rsa' || (details?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

/** Names that signers give a key where they were told none: the SHA-256 of its SPKI form, in hex or base64. */
export function fingerprintsOf(key: KeyObject): readonly string[] {
  const digest = createHash('sha256').update(key.export({ format: 'der', type: 'spki' })).digest();
  return [digest.toString('hex'), `SHA256:${digest.toString('base64').replace(/=+$/, '')}`, digest.toString('base64')];
}
