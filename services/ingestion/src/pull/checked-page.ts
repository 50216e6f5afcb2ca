import type { Fact, PullGap, PullPage } from '@throughline/connectors/api';
import { bytesOf, MAX_FACT_BYTES } from '../observations/announce.js';
import { MAX_BUNDLE_BYTES } from '../observations/bundle.js';

/**
 * The page without facts that no record can carry. Each is told as a gap, and an inventory that misses one is not
 * complete: one monstrous fact must neither stop the pull for good nor end what it says.
 */
export function checkedPage(page: PullPage): PullPage {
  const large = page.facts.filter((fact) => !fitsRecord(fact));
  if (large.length === 0) return page;
  const gaps = large.slice(0, 20).map((fact): PullGap => ({
    scope: page.source, code: 'too_large', reason: `a fact about ${subjectOf(fact).slice(0, 300)} is larger than a record may be and was left out`,
    remedy: 'make the text that it holds smaller at the source',
  }));
  return {
    ...page, facts: page.facts.filter(fitsRecord), gaps: [...page.gaps, ...gaps],
    ...(page.snapshot && { snapshot: { ...page.snapshot, complete: false } }),
  };
}

/** Whether a record can carry the fact. */
export const fitsRecord = (fact: Fact): boolean => bytesOf(fact) <= MAX_FACT_BYTES && !('attestation' in fact && Buffer.byteLength(fact.attestation.bundle) > MAX_BUNDLE_BYTES);

function subjectOf(fact: Fact): string {
  if ('asset' in fact) return fact.asset.urn;
  return 'link' in fact ? `${fact.link.from} ${fact.link.kind} ${fact.link.to}` : `an attestation of ${fact.attestation.subject ?? 'an image'}`;
}
