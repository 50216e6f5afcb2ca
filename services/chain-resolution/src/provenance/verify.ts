import type { KeyObject } from 'node:crypto';
import { readEnvelope } from '../domain/provenance/envelope.js';
import type { SignedEnvelope } from '../domain/provenance/envelope.js';
import { judge, refusal } from '../domain/provenance/judgement.js';
import type { Signed, Verdict } from '../domain/provenance/judgement.js';
import type { ProvenancePolicy } from '../domain/provenance/policy.js';
import { readStatement } from '../domain/provenance/statement.js';
import type { Statement } from '../domain/provenance/statement.js';
import { signedBy } from './dsse.js';
import { fingerprintsOf, publicKeyOf } from './keys.js';
import { keylessSigner } from './sigstore.js';

/** What was read of a bundle, and what is judged of it under one policy. `statement` is undefined where it cannot be read. */
export interface Checked {
  readonly statement: Statement | undefined;
  readonly verdict: Verdict;
}

/** Checks a bundle under a policy, offline. A function of the two; never throws. */
export function check(bundle: string, policy: ProvenancePolicy): Checked {
  const envelope = readEnvelope(bundle);
  if (!envelope.ok) return { statement: undefined, verdict: refusal(envelope.reason) };
  const statement = readStatement(envelope.value.payload);
  if (!statement.ok) return { statement: undefined, verdict: refusal(statement.reason) };
  return { statement: statement.value, verdict: judge(signerOf(envelope.value, policy), statement.value, policy) };
}

function signerOf(envelope: SignedEnvelope, policy: ProvenancePolicy): Signed {
  const key = keyThatSigned(envelope, policy);
  if (key !== undefined) return { kind: 'key', keyId: key };
  if (envelope.certificate) return keylessSigner(envelope, policy.sigstore);
  if (policy.keys.length === 0) return { kind: 'unknown', doubt: 'no_policy' };
  return claimsPolicyKey(envelope, policy) ? { kind: 'refused', reason: 'bad_signature' } : { kind: 'unknown', doubt: 'key_unknown' };
}

function keyThatSigned(envelope: SignedEnvelope, policy: ProvenancePolicy): string | undefined {
  return policy.keys.find(({ pem }) => {
    const key = parsed(pem);
    return key !== undefined && signedBy(key, envelope);
  })?.keyId;
}

/**
 * A signature that is no key's of the policy is bad when it claims to be one's, or when it does not say whose it is:
 * who may forge would else choose to be merely unknown. Another key's name makes it somebody else's.
 */
function claimsPolicyKey(envelope: SignedEnvelope, policy: ProvenancePolicy): boolean {
  const material = envelope.bundle?.['verificationMaterial'] as { publicKey?: { hint?: unknown } } | undefined;
  const hint = material?.publicKey?.hint;
  const claimed = [...envelope.signatures.map((signature) => signature.keyId), typeof hint === 'string' ? hint : ''].filter((keyId) => keyId !== '');
  return claimed.length === 0 || claimed.some((keyId) => policy.keys.some((key) => namesOf(key).includes(keyId)));
}

function namesOf({ keyId, pem }: ProvenancePolicy['keys'][number]): readonly string[] {
  const key = parsed(pem);
  return key ? [keyId, ...fingerprintsOf(key)] : [keyId];
}

/** PEM texts come again with every attestation. */
const keys = new Map<string, KeyObject | undefined>();
const KEYS_KEPT = 1000;

function parsed(pem: string): KeyObject | undefined {
  if (!keys.has(pem)) {
    if (keys.size >= KEYS_KEPT) keys.clear();
    keys.set(pem, publicKeyOf(pem));
  }
  return keys.get(pem);
}
