import { parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { claimOf } from '../claims.js';
import type { LinkClaim } from '../claims.js';
import { digestOf } from '../structure.js';
import type { Refusal } from './envelope.js';
import type { AttestationStatus, Verdict } from './judgement.js';
import type { Provenance } from './predicate.js';

/** An attestation with the verdict of the policy in force. */
export interface JudgedAttestation {
  readonly id: string;
  readonly origin: string;
  readonly observedAt: number;
  readonly predicateType: string;
  readonly provenance: Provenance | null;
  readonly digests: readonly string[];
  readonly verdict: Verdict;
}

/** What an attestation means for one image. */
export interface ImageVerdict {
  readonly attestation: string;
  readonly image: Urn;
  /** Whether a source filed the attestation under the image; else the image is known by a digest among the subjects. */
  readonly filed: boolean;
  readonly status: AttestationStatus;
  readonly reason: Verdict['reason'];
}

/**
 * The verdict for each image that an attestation was filed under or whose digest is among its subjects. Filed under a
 * platform image of the index that it speaks of (or the other way round) is no contradiction; filed under anything else
 * is an attestation that was moved, and is refused there and only there.
 */
export function imageVerdicts(attestation: JudgedAttestation, filed: readonly Urn[], known: readonly Urn[], kin: ReadonlyMap<Urn, readonly Urn[]>): ImageVerdict[] {
  const { verdict } = attestation;
  const isSubject = (image: Urn): boolean => attestation.digests.includes(digestOf(image));
  return [...new Set([...filed, ...known.filter(isSubject)])].sort().map((image) => {
    const base = { attestation: attestation.id, image, filed: filed.includes(image), status: verdict.status, reason: verdict.reason };
    if (verdict.status === 'refused' || isSubject(image) || (kin.get(image) ?? []).some(isSubject)) return base;
    return { ...base, status: 'refused', reason: 'subject_mismatch' satisfies Refusal };
  });
}

const PROVENANCE_SOURCE = 'throughline:provenance';
/** One source for each attestation, so that two that say the same stand beside each other as witnesses. */
export const sourceOfAttestation = (id: string): string => `${PROVENANCE_SOURCE}/${id.slice(0, 32)}`;

/** The edges that an attestation states of its own subjects. What is refused states nothing. */
export function attestationClaims(attestation: JudgedAttestation, verdicts: readonly ImageVerdict[]): LinkClaim[] {
  const { provenance } = attestation;
  if (!provenance) return [];
  const images = verdicts.filter((item) => item.status !== 'refused' && attestation.digests.includes(digestOf(item.image))).map((item) => item.image);
  if (images.length === 0) return [];
  const ends = endsOf(provenance);
  const made = timesOf(attestation, provenance);
  const produced = ends.build ? [ends.build] : [ends.commit, ends.subPath].some((node) => node !== undefined) ? [ends.commit, ends.subPath] : [ends.repository];
  const edges: [from: Urn | undefined, kind: string, to: Urn, at: number][] = [
    ...images.flatMap((image) => produced.map((from): [Urn | undefined, string, Urn, number] => [from, 'produced', image, made.finished])),
    ...(ends.build ? [ends.commit, ends.subPath].map((from): [Urn | undefined, string, Urn, number] => [from, 'built-by', ends.build as Urn, made.started]) : []),
  ];
  return edges.flatMap(([from, kind, to, at]) => (from ? claim(attestation, provenance, { from, kind, to, at }) : []));
}

function claim(attestation: JudgedAttestation, provenance: Provenance, edge: { from: Urn; kind: string; to: Urn; at: number }): LinkClaim[] {
  const { verdict } = attestation;
  const evidence = {
    source: PROVENANCE_SOURCE, attestation: attestation.id, origin: attestation.origin, predicateType: attestation.predicateType, builder: provenance.builder,
    ...(verdict.keyId && { keyId: verdict.keyId }), ...(verdict.issuer && { issuer: verdict.issuer, identity: verdict.identity }),
    ...(provenance.workflow && { workflow: provenance.workflow }), ...(provenance.ref && { ref: provenance.ref }), ...(verdict.reason && { unverified: verdict.reason }),
  };
  const found = claimOf({
    ...edge, method: 'attestation', evidence, confidence: -1, verified: verdict.status === 'verified', validFrom: edge.at, validTo: null, observedAt: attestation.observedAt,
  }, { source: sourceOfAttestation(attestation.id), scope: '' });
  return found ? [found] : [];
}

function endsOf(provenance: Provenance): { build: Urn | undefined; commit: Urn | undefined; repository: Urn | undefined; subPath: Urn | undefined } {
  const { repository, commit, subPath } = provenance;
  const inRepository = (text: string): Urn | undefined => (repository ? parseUrn(text) : undefined);
  return {
    build: provenance.build || undefined, commit: commit ? inRepository(`commit:${repository}@${commit}`) : undefined,
    repository: inRepository(`repo:${repository}`), subPath: subPath ? inRepository(`repo:${repository}#${subPath}`) : undefined,
  };
}

const EARLIEST = Date.UTC(2010, 0, 1);

/** Times that the statement gives, where they can be: nothing was built after it was seen. */
function timesOf(attestation: JudgedAttestation, provenance: Provenance): { started: number; finished: number } {
  const plausible = (at: number): boolean => at >= EARLIEST && at <= attestation.observedAt;
  const finished = [provenance.finishedAt, provenance.startedAt].find(plausible) ?? attestation.observedAt;
  return { finished, started: plausible(provenance.startedAt) ? Math.min(provenance.startedAt, finished) : finished };
}
