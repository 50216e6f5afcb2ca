import { objectOf, textOf } from '@throughline/connectors/api';
import { jsonOf } from './image.js';

export type Reading =
  | { readonly kind: 'attestation' }
  /** A statement that nobody signed is a claim like a label: no attestation. */
  | { readonly kind: 'unsigned' }
  /** A signature over an image says who, not from what. */
  | { readonly kind: 'signature' }
  | { readonly kind: 'other' };

/** What a layer of an artifact holds: by its content, since media types are used loosely. */
export function readStatement(text: string): Reading {
  const found = jsonOf(text);
  if (found['verificationMaterial'] !== undefined || textOf(found['mediaType']).includes('sigstore.bundle')) {
    if (found['messageSignature'] !== undefined) return { kind: 'signature' };
    return { kind: isSigned(objectOf(found['dsseEnvelope'])) ? 'attestation' : 'unsigned' };
  }
  if (typeof found['payload'] === 'string' && typeof found['payloadType'] === 'string') return { kind: isSigned(found) ? 'attestation' : 'unsigned' };
  if (textOf(found['_type']).startsWith('https://in-toto.io/Statement')) return { kind: 'unsigned' };
  return { kind: objectOf(found['critical'])['image'] === undefined ? 'other' : 'signature' };
}

const isSigned = (envelope: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(envelope['signatures']) && envelope['signatures'].some((signature) => textOf(objectOf(signature)['sig']) !== '');
