import { bundleFromJSON } from '@sigstore/bundle';
import { X509Certificate } from '@sigstore/core';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import type { TrustMaterial } from '@sigstore/verify';
import { createPublicKey } from 'node:crypto';
import type { SignedEnvelope } from '../domain/provenance/envelope.js';
import type { Signed } from '../domain/provenance/judgement.js';
import { identityTrusted } from '../domain/provenance/policy.js';
import type { SigstorePolicy } from '../domain/provenance/policy.js';
import { signedBy } from './dsse.js';

/** Fulcio's extensions, https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const OID = { repository: '1.3.6.1.4.1.57264.1.12', commit: '1.3.6.1.4.1.57264.1.13', signerUri: '1.3.6.1.4.1.57264.1.9' } as const;

/** The authorities and logs of a trusted_root.json; undefined when it is none or names no certificate authority. */
export function trustMaterialOf(root: unknown): TrustMaterial | undefined {
  try {
    const material = toTrustMaterial(TrustedRoot.fromJSON(root));
    return material.certificateAuthorities.length > 0 ? material : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Who signed a keyless bundle. The certificate lived for minutes: it counts only with a time that a log or a timestamp
 * authority of the trusted root vouches for. A root that names no log (GitHub's own instance for private repositories)
 * asks for the timestamp instead.
 */
export function keylessSigner(envelope: SignedEnvelope, policy: SigstorePolicy | undefined): Signed {
  if (!envelope.certificate || !ownSignature(envelope, envelope.certificate)) return { kind: 'refused', reason: 'bad_signature' };
  const trust = policy?.trustedRoot && trustMaterialOf(policy.trustedRoot);
  if (!policy || !trust) return { kind: 'unknown', doubt: 'no_trusted_root' };
  const known = verified(envelope, envelope.certificate, trust);
  if (known.kind !== 'certificate') return known;
  return identityTrusted(policy, known.issuer, known.identity) ? known : { kind: 'refused', reason: 'identity_not_trusted' };
}

/** A signature that the bundle's own certificate disowns is bad, whomever one trusts. Only the first one is looked at by the verifier. */
function ownSignature(envelope: SignedEnvelope, certificate: Buffer): boolean {
  try {
    const key = createPublicKey({ key: X509Certificate.parse(Buffer.from(certificate)).publicKey, format: 'der', type: 'spki' });
    return envelope.signatures.length === 1 && signedBy(key, envelope);
  } catch {
    return false;
  }
}

function verified(envelope: SignedEnvelope, certificate: Buffer, trust: TrustMaterial): Signed {
  try {
    const entity = toSignedEntity(bundleFromJSON(envelope.bundle));
    if (entity.timestamps.length === 0) return { kind: 'unknown', doubt: 'no_trusted_time' };
    const verifier = new Verifier(trust, { tlogThreshold: trust.tlogs.length > 0 ? 1 : 0, ctlogThreshold: trust.ctlogs.length > 0 ? 1 : 0, timestampThreshold: 1 });
    const { identity } = verifier.verify(entity);
    return { kind: 'certificate', issuer: identity?.extensions?.issuer ?? '', identity: identity?.subjectAlternativeName ?? '', ...sourceIn(certificate, identity?.subjectAlternativeName ?? '') };
  } catch (error) {
    // an authority that the root does not name may be somebody else's honest one; a proof that does not hold is no honest mistake
    const unknown = error instanceof VerificationError && error.code === 'CERTIFICATE_ERROR';
    return unknown ? { kind: 'unknown', doubt: 'signer_unknown' } : { kind: 'refused', reason: 'proof_invalid' };
  }
}

function sourceIn(certificate: Buffer, identity: string): { repository: string; commit: string; signerUri: string } {
  const parsed = X509Certificate.parse(Buffer.from(certificate));
  const read = (oid: string): string => parsed.extension(oid)?.valueObj.subs[0]?.value.toString('utf8') ?? '';
  const repository = read(OID.repository).replace(/^https?:\/\//, '').replace(/\.git$/, '').toLowerCase();
  // without the extension, the workflow's own address names the repository
  const named = /^https:\/\/([^/]+\/[^/]+\/[^/]+)\/\.github\/workflows\//.exec(identity)?.[1]?.toLowerCase() ?? '';
  return { repository: repository || named, commit: read(OID.commit).toLowerCase(), signerUri: read(OID.signerUri) || identity };
}
