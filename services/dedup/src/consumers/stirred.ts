import type { Unit } from '@throughline/persistence';
import type { Matched } from '../domain/match.js';
import { retiredAmong } from '../persistence/asset.repository.js';
import type { OpenScan } from './open-scans.js';

/** Marks results of findings that were retired with their asset: a scan that shows one after that end is news, however unchanged it is. */
export async function stirred(unit: Unit, { asset, facts }: OpenScan, matched: readonly Matched[]): Promise<readonly Matched[]> {
  if (asset.decommissionedAt === '' || facts.receivedAt <= asset.decommissionedAt) return matched;
  const retired = await retiredAmong(unit, [...new Set(matched.flatMap(({ known }) => (known === undefined ? [] : [known.findingId])))]);
  return matched.map((one) => (one.known !== undefined && retired.has(one.known.findingId) ? { ...one, stirs: true } : one));
}
