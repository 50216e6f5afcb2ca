import type { LinkKind, LinkMethod, NodeKind, Urn } from '@throughline/domain';

/** What a source says of a node. */
export interface AssetStatement {
  readonly urn: Urn;
  readonly kind: NodeKind;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** RFC 3339 UTC time. */
  readonly observedAt: string;
}

/** What a source says of an edge; it points from code to exposure. */
export interface LinkStatement {
  readonly from: Urn;
  readonly to: Urn;
  readonly kind: LinkKind;
  readonly method: LinkMethod;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly validFrom: string;
  /** Absent: it still holds. */
  readonly validTo?: string;
  readonly observedAt: string;
  /** 0 to 1; absent: by method. */
  readonly confidence?: number;
}

/** A signed statement as it was found, unchecked: a connector never verifies, chain-resolution does. */
export interface AttestationStatement {
  /** Image that the source filed it under; absent: only its own subjects say. */
  readonly subject?: Urn;
  /** JSON text: a Sigstore bundle or a DSSE envelope. */
  readonly bundle: string;
  readonly mediaType: string;
  /** Where it was found: `oci-referrers`, `oci-fallback-tag`, `github-attestations`, `open`. */
  readonly origin: string;
  readonly observedAt: string;
}

/**
 * A fact with its natural key: what makes it this fact and no other at the source (run and attempt, deployment and
 * state). The same key with the same content announces nothing, whatever delivery carries it. In a pull, the time of
 * the look is no content: `observedAt`, and a `validFrom` that equals it because nothing earlier is known.
 */
export type Fact =
  | { readonly naturalKey: string; readonly timeless?: boolean; readonly asset: AssetStatement }
  | { readonly naturalKey: string; readonly timeless?: boolean; readonly link: LinkStatement }
  | { readonly naturalKey: string; readonly timeless?: boolean; readonly attestation: AttestationStatement };

export const assetFact = (naturalKey: string, asset: AssetStatement): Fact => ({ naturalKey, asset });
/** The key says all that matters: the same key at a later time is no news. (In a pull, another content under the key is.) */
export const timeless = (fact: Fact): Fact => ({ ...fact, timeless: true });
export const linkFact = (naturalKey: string, link: LinkStatement): Fact => ({ naturalKey, link });
export const attestationFact = (naturalKey: string, attestation: AttestationStatement): Fact => ({ naturalKey, attestation });
