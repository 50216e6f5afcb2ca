import type { Urn } from '@throughline/domain';
import { isRecord, text } from '../assets.js';
import { claimOf } from '../claims.js';
import type { Json, LinkClaim } from '../claims.js';
import { dockerfileInstructions } from './instructions.js';
import type { Instruction } from './instructions.js';
import { similarity } from './similarity.js';
import type { Similarity } from './similarity.js';
import { INFERENCE_SOURCE } from './source.js';

export interface Dockerfile {
  readonly repository: Urn;
  readonly path: string;
  readonly instructions: readonly Instruction[];
}

const MAX_DOCKERFILES = 200;

/** The Dockerfiles among a repository's attributes. */
export function dockerfilesOf(repository: Urn, attributes: Json): Dockerfile[] {
  const given: unknown[] = Array.isArray(attributes['dockerfiles']) ? attributes['dockerfiles'] : [];
  return given.slice(0, MAX_DOCKERFILES).filter(isRecord).map((item) => ({ repository, path: text(item['path']).slice(0, 500), instructions: dockerfileInstructions(text(item['text'])) }))
    .filter((item) => item.path !== '' && item.instructions.length > 0);
}

/** `created_by` of the layers, oldest first, as texts or as the image config's own objects. */
export function historyOf(attributes: Json): string[] {
  const given: unknown[] = Array.isArray(attributes['history']) ? attributes['history'] : [];
  return given.map((item) => (isRecord(item) ? text(item['created_by']) || text(item['createdBy']) : text(item))).filter((item) => item !== '');
}

export const DOCKERFILE_SOURCE = `${INFERENCE_SOURCE}/dockerfile`;

const THRESHOLD = 0.75;
const MARGIN = 0.15;
const MIN_MATCHED = 4;
const CANDIDATE = 0.4;
const MAX_CANDIDATES = 5;

interface Match extends Similarity {
  readonly dockerfile: Dockerfile;
}

/**
 * The repository whose Dockerfile an image was made by, when one is clearly the best; all that come near it as
 * candidates when none is. Of several Dockerfiles of one repository the best speaks.
 */
export function dockerfileClaims(image: Urn, history: readonly Instruction[], dockerfiles: readonly Dockerfile[], at: number): LinkClaim[] {
  const best = new Map<Urn, Match>();
  for (const dockerfile of dockerfiles) {
    const match = { dockerfile, ...similarity(dockerfile.instructions, history) };
    const known = best.get(dockerfile.repository);
    if (match.matched >= MIN_MATCHED && match.score >= THRESHOLD && (!known || byScore(match, known) < 0)) best.set(dockerfile.repository, match);
  }
  const ranked = [...best.values()].sort(byScore);
  const [first] = ranked;
  if (!first) return [];
  const near = ranked.filter((match) => match.score > first.score - MARGIN).slice(0, MAX_CANDIDATES);
  const sure = near.length === 1 && first.telling;
  return near.flatMap((match) => claim(image, match, sure ? confidenceOf(match) : CANDIDATE, near.length, at));
}

/** Never above the method's own 0.6, and there only for a perfect likeness. */
const confidenceOf = (match: Match): number => Math.round((0.5 + 0.1 * Math.min(1, Math.max(0, (match.score - THRESHOLD) / (1 - THRESHOLD)))) * 100) / 100;

function claim(image: Urn, match: Match, confidence: number, candidates: number, at: number): LinkClaim[] {
  const { dockerfile, matched, total, score } = match;
  const found = claimOf({
    from: dockerfile.repository, kind: 'produced', to: image, method: 'dockerfile',
    evidence: { source: INFERENCE_SOURCE, dockerfile: dockerfile.path, matched, total, score: Math.round(score * 100) / 100, ...(candidates > 1 && { candidates }) },
    confidence, verified: false, validFrom: at, validTo: null, observedAt: at,
  }, { source: DOCKERFILE_SOURCE, scope: image });
  return found ? [found] : [];
}

const byScore = (a: Match, b: Match): number => b.score - a.score || (`${a.dockerfile.repository}|${a.dockerfile.path}` < `${b.dockerfile.repository}|${b.dockerfile.path}` ? -1 : 1);
