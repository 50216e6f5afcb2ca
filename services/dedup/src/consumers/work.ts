import type { FindingObserved } from '@throughline/contracts';
import type { Matched } from '../domain/match.js';
import type { Policy } from '../domain/policy.js';
import type { Resolution, Resolver } from '../domain/resolve.js';
import type { OpenScan } from './open-scans.js';

export interface Deciding {
  readonly policyOf: (tenantId: string) => Policy;
  readonly changedAt: string;
  readonly newId: () => string;
}

/** Results of one scan on the way to their findings. */
export interface Work {
  readonly open: OpenScan;
  /** The parts that the results came in, or one that stands for those that waited. */
  readonly parts: readonly FindingObserved[];
  readonly matched: readonly Matched[];
  readonly resolver: Resolver;
  readonly resolutions: Map<Matched, Resolution>;
  /** Results that no occurrence and no strong key knows, and that may be near something. */
  readonly remainder: Matched[];
}

export const placeOf = (one: Matched): string => `${one.prepared.identity.group}|${one.ordinal}`;
