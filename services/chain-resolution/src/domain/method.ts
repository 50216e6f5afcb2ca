/**
 * The evidence ladder: how a link can be known, strongest first, and how far each method may be trusted when the fact
 * does not say so itself. A method outside the table is allowed (the vocabulary is open) and trusted least.
 */
export const CANDIDATE_BELOW = 0.5;
/** What a rival or superseded guess is capped at: shown, never claimed. */
export const CANDIDATE_CONFIDENCE = 0.49;

const LADDER: readonly (readonly [method: string, confidence: number])[] = [
  ['attestation', 0.8],
  ['api', 0.98],
  ['deployment-record', 0.95],
  ['manual', 0.9],
  ['oci-label', 0.85],
  ['build-output', 0.8],
  ['codeowners', 0.9],
  ['dockerfile', 0.6],
  ['tag', 0.55],
];
const VERIFIED_CONFIDENCE = 1;
const UNKNOWN_METHOD_CONFIDENCE = 0.3;

const CONFIDENCE = new Map(LADDER);
const RANK = new Map(LADDER.map(([method], index) => [method, index]));

/** 0 = strongest. A checked attestation outranks everything; an unchecked one is text like a label, and stands just below it. */
export function methodRank(method: string, verified: boolean): number {
  if (method === 'attestation') return verified ? -1 : (RANK.get('oci-label') ?? 0) + 0.5;
  return RANK.get(method) ?? LADDER.length;
}

/** Only an attestation can be verified; a fact of another method that says so is not believed. */
export const verifiedOf = (method: string, claimed: boolean): boolean => claimed && method === 'attestation';

/** Confidence of a fact: its own when it is in 0..1, else by its method. */
export function confidenceOf(method: string, verified: boolean, given: number): number {
  if (Number.isFinite(given) && given >= 0 && given <= 1) return given;
  if (verified) return VERIFIED_CONFIDENCE;
  return CONFIDENCE.get(method) ?? UNKNOWN_METHOD_CONFIDENCE;
}
