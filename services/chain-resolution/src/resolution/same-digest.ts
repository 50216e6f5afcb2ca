import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { sameDigestClaims } from '../domain/structure.js';
import { findSameDigest } from '../persistence/asset-lists.repository.js';
import { applyFacts } from './apply-facts.js';
import type { Change } from './apply-facts.js';

/** Images that were copied between registries are one image: their digest says so, whatever their names. */
export async function linkSameDigests(unit: Unit, tenant: TenantId, changes: readonly Change[], now: Date): Promise<Change | undefined> {
  const nodes = changes.flatMap((change) => [...change.nodes, ...change.links.flatMap((link): Urn[] => [link.from, link.to])]);
  const images = [...new Set(nodes.filter((node) => kindOf(node) === 'image'))];
  const groups = await findSameDigest(unit, tenant, images);
  const claims = groups.flatMap(sameDigestClaims);
  return claims.length > 0 ? applyFacts(unit, tenant, { links: claims, assets: [] }, now) : undefined;
}
