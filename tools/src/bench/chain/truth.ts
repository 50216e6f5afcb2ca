import type { Exposure } from '@throughline/domain';

/** What an image was built from, and what of it the evidence that exists lets one know. */
export interface OriginTruth {
  /** `github.com/acme/pay`; absent for an image that nobody can know the source of. */
  readonly repository?: string;
  readonly commit?: string;
  /** URL of the run without its scheme. */
  readonly build?: string;
  /** Place in a monorepo: `github.com/acme/mono#services/pay`. */
  readonly path?: string;
  /** Hops for which evidence exists: those count towards recall. */
  readonly evident: readonly Hop[];
  /** Evidence contradicts itself, or is too weak to choose: these sources must be shown and none claimed. */
  readonly rivals?: readonly string[];
  /** A good attestation exists: the link must be verified. In all other cases it must not be. */
  readonly verified: boolean;
}

export type Hop = 'repository' | 'commit' | 'build' | 'path';
export const HOPS: readonly Hop[] = ['repository', 'commit', 'build', 'path'];

export interface ServiceTruth {
  /** ARN. */
  readonly service: string;
  /** Names of the two situations it was made of. */
  readonly origin: string;
  readonly exposed: string;
  /** Digests of the one logical image that the service was last told to run: its own, those of its platforms. */
  readonly image: readonly string[];
  /** Of other containers of the same tasks. */
  readonly beside: readonly string[];
  /** Tasks run. Without them there is no running image to name, and what is said of the one that would run is not judged. */
  readonly runs: boolean;
  readonly source: OriginTruth;
  readonly exposure: Exposure;
}
