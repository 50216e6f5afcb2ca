import { globMatches } from '../definitions.js';

/** Whom a tenant believes when they say what an image was built from. */
export interface ProvenancePolicy {
  readonly keys: readonly { readonly keyId: string; readonly pem: string }[];
  /** Globs of `builder.id`; none: no builder is trusted, and nothing becomes verified. */
  readonly builders: readonly string[];
  readonly sigstore?: SigstorePolicy | undefined;
}

export interface SigstorePolicy {
  /** OIDC issuers, exactly. */
  readonly issuers: readonly string[];
  /** Globs of the certificate's subject alternative name. */
  readonly identities: readonly string[];
  /** Sigstore's trusted_root.json: authorities and logs. There is no other source of it, since verification is offline. */
  readonly trustedRoot?: Readonly<Record<string, unknown>> | undefined;
}

export interface VersionedPolicy extends ProvenancePolicy {
  /** 0: nobody has written one. */
  readonly version: number;
}

export const NO_POLICY: VersionedPolicy = { keys: [], builders: [], version: 0 };

export const builderTrusted = (policy: ProvenancePolicy, builder: string): boolean =>
  builder !== '' && policy.builders.some((pattern) => globMatches(pattern, builder));

export const identityTrusted = (policy: SigstorePolicy, issuer: string, identity: string): boolean =>
  policy.issuers.includes(issuer) && policy.identities.some((pattern) => globMatches(pattern, identity));
