import type { Refusal } from './envelope.js';
import { builderTrusted } from './policy.js';
import type { ProvenancePolicy } from './policy.js';
import type { Statement } from './statement.js';

export type AttestationStatus = 'verified' | 'unverified' | 'refused';

/** Why a sound attestation is text and no proof. */
type Doubt = 'no_policy' | 'key_unknown' | 'no_trusted_root' | 'signer_unknown' | 'no_trusted_time' | 'no_builder_trusted' | 'no_provenance';

/** Who signed, as far as the signature and the policy's keys show. */
export type Signed =
  | { readonly kind: 'key'; readonly keyId: string }
  | { readonly kind: 'certificate'; readonly issuer: string; readonly identity: string; readonly repository: string; readonly commit: string; readonly signerUri: string }
  | { readonly kind: 'unknown'; readonly doubt: Doubt }
  | { readonly kind: 'refused'; readonly reason: Refusal };

/** What is judged of an attestation under one policy, before any image is looked at. */
export interface Verdict {
  readonly status: AttestationStatus;
  /** Empty when verified. */
  readonly reason: Refusal | Doubt | '';
  readonly keyId: string;
  readonly issuer: string;
  readonly identity: string;
}

const verdict = (status: AttestationStatus, reason: Verdict['reason'], signed?: Signed): Verdict => ({
  status, reason, keyId: signed?.kind === 'key' ? signed.keyId : '',
  issuer: signed?.kind === 'certificate' ? signed.issuer : '', identity: signed?.kind === 'certificate' ? signed.identity : '',
});

export const refusal = (reason: Refusal): Verdict => verdict('refused', reason);

/**
 * Verified: signed by whom the policy names, built by a builder that it names, and certificate and statement agree on
 * the source. Signed by somebody else: text that is shown as unverified. What contradicts itself or the policy is refused.
 */
export function judge(signed: Signed, statement: Statement, policy: ProvenancePolicy): Verdict {
  if (signed.kind === 'refused') return refusal(signed.reason);
  const { provenance } = statement;
  if (!provenance) return verdict('unverified', 'no_provenance', signed);
  if (signed.kind === 'unknown') return verdict('unverified', signed.doubt);
  if (signed.kind === 'certificate') {
    if (signed.repository !== '' && signed.repository !== provenance.repository) return verdict('refused', 'repository_mismatch', signed);
    if (signed.commit !== '' && provenance.commit !== '' && signed.commit !== provenance.commit) return verdict('refused', 'repository_mismatch', signed);
    // a workflow cannot sign for another: its own address is in its certificate
    if (isWorkflow(provenance.builder) && isWorkflow(signed.signerUri) && unversioned(provenance.builder) !== unversioned(signed.signerUri)) return verdict('refused', 'builder_mismatch', signed);
  }
  if (policy.builders.length === 0) return verdict('unverified', 'no_builder_trusted', signed);
  return builderTrusted(policy, provenance.builder) ? verdict('verified', '', signed) : verdict('refused', 'builder_not_trusted', signed);
}

const isWorkflow = (uri: string): boolean => uri.includes('/.github/workflows/');
const unversioned = (uri: string): string => (uri.split('@')[0] ?? '').toLowerCase();
