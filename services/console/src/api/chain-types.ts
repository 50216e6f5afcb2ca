import type { Exposure } from '@throughline/domain';
import type { Asset } from './types.js';

/** A stretch of time in which a service was exposed in one way. `to` null: until now. */
export interface ExposurePeriod { readonly service: string; readonly exposure: Exposure; readonly from: string; readonly to: string | null }

/** How well one hop of the chain is known, over the assets that need it. */
export interface HopCoverage {
  readonly hop: string; readonly assets: number; readonly known: number; readonly verified: number; readonly missing: number;
  /** Of exposure, the answer stands for the method. */
  readonly byMethod: Readonly<Record<string, number>>; readonly remedy: string;
}
export interface MissingHop { readonly asset: string; readonly kind: string; readonly name: string; readonly reason: string; readonly remedy: string }

/** A running service and the way by which others reach it. */
export interface ExposedService {
  readonly service: string; readonly name: string; readonly exposure: Exposure; readonly since: string | null;
  readonly path: readonly string[]; readonly endpoints: readonly string[]; readonly audience: readonly string[]; readonly reasons: readonly string[];
  readonly image: string; readonly repository: string; readonly team: string; readonly application: string; readonly environment: string;
}

export interface BlastGroup { readonly kind: string; readonly count: number; readonly items: readonly Asset[] }
export interface BlastRadius { readonly groups: readonly BlastGroup[]; readonly runningImages: number; readonly byExposure: Readonly<Partial<Record<Exposure, number>>>; /** Services that count and may not be shown. */
  readonly restricted: number; readonly partial: boolean }

export interface Attestation {
  readonly id: string; readonly image: string; readonly predicateType: string; readonly builder: string; readonly status: 'verified' | 'unverified' | 'refused';
  readonly reason: string; readonly origin: string; readonly signer: string; readonly repository: string; readonly commit: string;
  readonly observedAt: string; readonly checkedAt: string; readonly policyVersion: string;
}

export interface ProvenancePolicy {
  readonly keys: readonly { readonly keyId: string; readonly pem: string }[]; readonly builders: readonly string[];
  readonly issuers: readonly string[]; readonly identities: readonly string[];
  /** Sigstore's authorities and logs, kept as they are. */
  readonly trustedRoot: Readonly<Record<string, unknown>> | undefined;
  readonly version: string; readonly reason: string; readonly author: string; readonly changedAt: string;
}
