import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { ImageVerdict } from '../domain/provenance/images.js';
import { inferFromDockerfiles } from '../inference/infer-dockerfiles.js';
import { inferForIndexes } from '../inference/infer-indexes.js';
import { inferFromTags } from '../inference/infer-tags.js';
import { touchedBy } from '../inference/touched.js';
import { relink, touchedAttestations } from '../provenance/relink.js';
import type { Change } from './apply-facts.js';
import { recompute } from './recompute.js';
import { linkSameDigests } from './same-digest.js';

export interface Stated {
  readonly changes: readonly Change[];
  /** Attestations that came or were checked again. */
  readonly attestations: readonly string[];
}

/** What follows from changed facts: links of attestations, conclusions from tags, Dockerfiles and platforms, copies of images, then every judgement that they reach. */
export async function conclude(unit: Unit, tenant: TenantId, stated: Stated, now: Date): Promise<{ refused: readonly ImageVerdict[] }> {
  const changes = [...stated.changes];
  const touched = await touchedAttestations(unit, tenant, changes);
  const attested = await relink(unit, tenant, [...stated.attestations, ...touched], now);
  changes.push(attested.change);
  // after attestations, since those may be the first to name a commit
  const hints = await touchedBy(unit, tenant, changes);
  changes.push(...await inferFromTags(unit, tenant, hints, now), ...await inferFromDockerfiles(unit, tenant, hints, now));
  changes.push(...await inferForIndexes(unit, tenant, changes, now));
  const copies = await linkSameDigests(unit, tenant, changes, now);
  if (copies) changes.push(copies);
  await recompute(unit, tenant, { links: changes.flatMap((change) => change.links), nodes: changes.flatMap((change) => change.nodes) }, now);
  return { refused: attested.refused };
}
