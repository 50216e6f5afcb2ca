import { constants, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { preAuthEncoding } from '../domain/provenance/envelope.js';
import type { SignedEnvelope } from '../domain/provenance/envelope.js';

/**
 * Whether one of the envelope's signatures is the key's. The algorithm follows from the key alone: nothing in the
 * envelope can choose it. Two are tried where signers of one kind of key differ (cosign signs with SHA-256 on every
 * curve, others with the curve's own hash; RSA with PKCS #1 v1.5 or PSS).
 */
export function signedBy(key: KeyObject, envelope: Pick<SignedEnvelope, 'payloadType' | 'payload' | 'signatures'>): boolean {
  const data = preAuthEncoding(envelope.payloadType, envelope.payload);
  return envelope.signatures.some(({ signature }) => checks(key).some((check) => holds(check, key, data, signature)));
}

interface Check {
  readonly hash: string | null;
  readonly padding?: number;
}

function checks(key: KeyObject): readonly Check[] {
  switch (key.asymmetricKeyType) {
    case 'ed25519': return [{ hash: null }];
    case 'rsa': return [{ hash: 'sha256', padding: constants.RSA_PKCS1_PADDING }, { hash: 'sha256', padding: constants.RSA_PKCS1_PSS_PADDING }];
    case 'ec': switch (key.asymmetricKeyDetails?.namedCurve) {
      case 'secp384r1': return [{ hash: 'sha384' }, { hash: 'sha256' }];
      case 'secp521r1': return [{ hash: 'sha512' }, { hash: 'sha256' }];
      default: return [{ hash: 'sha256' }];
    }
    default: return [];
  }
}

function holds(check: Check, key: KeyObject, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(check.hash, data, check.padding === undefined ? key : { key, padding: check.padding }, signature);
  } catch {
    return false;
  }
}
