import { isRecord, text } from '../assets.js';
import { parseStrictJson } from './strict-json.js';

/** Why an attestation is not believed, in words that an API, a log and a gap share. */
export type Refusal =
  | 'too_large' | 'malformed' | 'duplicate_keys' | 'not_an_attestation' | 'no_signature' | 'wrong_payload_type' | 'statement_unreadable'
  | 'bad_signature' | 'proof_invalid' | 'identity_not_trusted' | 'builder_not_trusted' | 'builder_mismatch' | 'repository_mismatch' | 'subject_mismatch';

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Refusal };
export const refused = (reason: Refusal): { ok: false; reason: Refusal } => ({ ok: false, reason });

interface DsseSignature {
  /** A hint which key it may be; it proves nothing. */
  readonly keyId: string;
  readonly signature: Buffer;
}

export interface SignedEnvelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signatures: readonly DsseSignature[];
  /** The Sigstore bundle that it came in; undefined: a bare envelope. */
  readonly bundle: Readonly<Record<string, unknown>> | undefined;
  /** DER of the leaf certificate of a keyless bundle. */
  readonly certificate: Buffer | undefined;
}

export const MAX_BUNDLE_BYTES = 256 * 1024;
const MAX_SIGNATURES = 10;
const IN_TOTO = 'application/vnd.in-toto+json';
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(\+json;version=0\.[123]|\.v0\.3\+json)$/;

/** Reads a Sigstore bundle (0.1 to 0.3) or a bare DSSE envelope. Never throws: what cannot be read is refused with a reason. */
export function readEnvelope(json: string): Read<SignedEnvelope> {
  if (Buffer.byteLength(json) > MAX_BUNDLE_BYTES) return refused('too_large');
  const parsed = parseStrictJson(json);
  if (!parsed.ok) return refused(parsed.reason);
  if (!isRecord(parsed.value)) return refused('malformed');
  const outer = parsed.value;
  const inBundle = 'verificationMaterial' in outer || 'dsseEnvelope' in outer || 'messageSignature' in outer;
  if (!inBundle) return envelopeOf(outer, undefined);
  if (!BUNDLE.test(text(outer['mediaType']))) return refused('malformed');
  // a signature over bytes says nothing about where they came from
  if (!isRecord(outer['dsseEnvelope'])) return refused('not_an_attestation');
  return envelopeOf(outer['dsseEnvelope'], outer);
}

function envelopeOf(envelope: Readonly<Record<string, unknown>>, bundle: SignedEnvelope['bundle']): Read<SignedEnvelope> {
  const payload = base64(envelope['payload']);
  if (!payload || typeof envelope['payloadType'] !== 'string') return refused(typeof envelope['_type'] === 'string' ? 'no_signature' : 'not_an_attestation');
  if (envelope['payloadType'] !== IN_TOTO) return refused('wrong_payload_type');
  const given: unknown[] = Array.isArray(envelope['signatures']) ? envelope['signatures'] : [];
  if (given.length > MAX_SIGNATURES) return refused('malformed');
  const signatures = given.filter(isRecord).flatMap((item): DsseSignature[] => {
    const signature = base64(item['sig']);
    return signature && signature.length > 0 ? [{ keyId: text(item['keyid']).slice(0, 200), signature }] : [];
  });
  if (signatures.length === 0) return refused('no_signature');
  return { ok: true, value: { payloadType: envelope['payloadType'], payload, signatures, bundle, certificate: bundle && leafOf(bundle) } };
}

function leafOf(bundle: Readonly<Record<string, unknown>>): Buffer | undefined {
  const material = isRecord(bundle['verificationMaterial']) ? bundle['verificationMaterial'] : {};
  const chain = isRecord(material['x509CertificateChain']) ? material['x509CertificateChain']['certificates'] : undefined;
  const leaf: unknown = material['certificate'] ?? (Array.isArray(chain) ? chain[0] : undefined);
  return isRecord(leaf) ? base64(leaf['rawBytes']) : undefined;
}

/** DSSE allows the standard and the URL-safe alphabet; Node's own decoder would pass over what is in neither. */
function base64(value: unknown): Buffer | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value) ? Buffer.from(value, 'base64') : undefined;
}

/** What a DSSE signature is made over (DSSE protocol 1.0): the type is signed with the payload, so that neither can be swapped. */
export function preAuthEncoding(payloadType: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}
