import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { attestationClaims, imageVerdicts, sourceOfAttestation } from '../domain/provenance/images.js';
import type { ImageVerdict } from '../domain/provenance/images.js';
import { digestOf } from '../domain/structure.js';
import { attestationsOf, imagesByDigest, loadAttestations, loadImageVerdicts, saveImageVerdicts } from '../persistence/attestations.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { NO_CHANGE } from '../resolution/apply-facts.js';
import type { Change } from '../resolution/apply-facts.js';
import { restate } from '../resolution/restate.js';

export interface Relinked {
  readonly change: Change;
  /** Images for which an attestation is refused that was not before. */
  readonly refused: readonly ImageVerdict[];
}

const SLICE = 200;

/** Attestations that a change of facts may mean something new for: an image turned up, an index was opened. */
export async function touchedAttestations(unit: Unit, tenant: TenantId, changes: readonly Change[]): Promise<string[]> {
  const nodes = changes.flatMap((change) => [...change.nodes, ...change.links.flatMap((link): Urn[] => [link.from, link.to])]);
  const images = [...new Set(nodes.filter((node) => kindOf(node) === 'image'))];
  return attestationsOf(unit, tenant, images, [...new Set(images.map(digestOf).filter((digest) => digest !== ''))]);
}

/** Judges what attestations mean for the images that are known now, and puts the links that follow in the place of those that followed before. */
export async function relink(unit: Unit, tenant: TenantId, ids: readonly string[], now: Date): Promise<Relinked> {
  let change = NO_CHANGE;
  const refused: ImageVerdict[] = [];
  const unique = [...new Set(ids)].sort();
  for (let at = 0; at < unique.length; at += SLICE) {
    const done = await relinkSlice(unit, tenant, unique.slice(at, at + SLICE), now);
    change = { links: [...change.links, ...done.change.links], nodes: [...change.nodes, ...done.change.nodes] };
    refused.push(...done.refused);
  }
  return { change, refused };
}

async function relinkSlice(unit: Unit, tenant: TenantId, ids: readonly string[], now: Date): Promise<Relinked> {
  const attestations = await loadAttestations(unit, tenant, ids);
  const stored = await loadImageVerdicts(unit, tenant, ids);
  const known = await imagesByDigest(unit, tenant, attestations.flatMap((item) => item.digests));
  const filings = Map.groupBy(stored.filter((item) => item.filed), (item) => item.attestation);
  const kin = await kinOf(unit, tenant, [...new Set([...filings.values()].flat().map((item) => item.image))]);
  const judged = attestations.map((attestation) => ({
    attestation, verdicts: imageVerdicts(attestation, (filings.get(attestation.id) ?? []).map((item) => item.image), known, kin),
  }));
  const before = new Map(stored.map((item) => [`${item.attestation}|${item.image}`, item]));
  const changed = judged.flatMap((item) => item.verdicts).filter((item) => {
    const was = before.get(`${item.attestation}|${item.image}`);
    return was?.status !== item.status || was.reason !== item.reason || was.filed !== item.filed;
  });
  await saveImageVerdicts(unit, tenant, changed);
  const speakers = attestations.map(({ id }) => ({ source: sourceOfAttestation(id), scope: '' }));
  const change = await restate(unit, tenant, speakers, judged.flatMap((item) => attestationClaims(item.attestation, item.verdicts)), now);
  return { change, refused: changed.filter((item) => item.status === 'refused') };
}

/** Indexes that contain the images and platform images that they contain: one logical image each. */
async function kinOf(unit: Unit, tenant: TenantId, images: readonly Urn[]): Promise<Map<Urn, Urn[]>> {
  const kin = new Map<Urn, Urn[]>();
  if (images.length === 0) return kin;
  const graph = postgresGraph(unit, tenant, null);
  for (const direction of ['in', 'out'] as const) {
    const { links } = await graph.links({ nodes: images, direction, kinds: ['contains'], perNode: 100 });
    for (const link of links) {
      const [own, other] = direction === 'in' ? [link.to, link.from] : [link.from, link.to];
      if (kindOf(other) === 'image') kin.set(own, [...(kin.get(own) ?? []), other]);
    }
  }
  return kin;
}
