import type { Urn } from '@throughline/domain';
import { claimKey, claimOf } from '../claims.js';
import type { LinkClaim } from '../claims.js';
import type { Link } from '../links.js';
import { confidenceOf } from '../method.js';
import { INFERENCE_SOURCE } from './source.js';

export const INDEX_SOURCE = `${INFERENCE_SOURCE}/index`;

/** Whether a link was concluded for an index from its platforms. */
export const isConcluded = (link: Link): boolean => link.evidence['platform'] !== undefined;

/**
 * What made the platform images made their index: both are one image, and labels are only in the platforms' configs. The
 * index is never verified by it, since proof of one platform says nothing of the bytes of another. Platforms that
 * contradict each other give links that do.
 */
export function indexClaims(index: Urn, produced: readonly Link[]): LinkClaim[] {
  const claims = produced.filter((link) => !isConcluded(link)).flatMap((link) => {
    const claim = claimOf({
      from: link.from, kind: 'produced', to: index, method: link.method, evidence: { ...link.evidence, platform: link.to },
      confidence: link.verified ? confidenceOf(link.method, false, -1) : link.confidence, verified: false, validFrom: link.validFrom, validTo: null, observedAt: link.validFrom,
    }, { source: INDEX_SOURCE, scope: index });
    return claim ? [claim] : [];
  });
  // of platforms that say the same the first by name speaks, so that no order matters
  const ordered = claims.sort((a, b) => b.confidence - a.confidence || (String(a.evidence['platform']) < String(b.evidence['platform']) ? -1 : 1));
  return [...new Map(ordered.reverse().map((claim) => [claimKey(claim), claim])).values()];
}
