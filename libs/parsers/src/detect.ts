import type { Parser } from './api/index.js';
import { PARSERS } from './registry.generated.js';

export interface Detection {
  readonly parser: Parser;
  readonly confidence: number;
}

export type DetectionResult =
  | { readonly kind: 'detected'; readonly detection: Detection }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Detection[] }
  | { readonly kind: 'unknown'; readonly candidates: readonly Detection[] };

/** Below this a guess is no answer. */
export const CONFIDENT = 0.5;
/** Two candidates nearer than this are told apart by the user, not by us. */
const APART = 0.05;
/** How much of a file detection wants to see. */
export const DETECTION_HEAD_BYTES = 64 * 1024;

/** The format of a file by its first bytes and its name. A guess that another parser comes near to is ambiguous: the upload says which. */
export function detectFormat(head: Uint8Array, fileName: string, parsers: readonly Parser[] = PARSERS): DetectionResult {
  const ranked = parsers.map((parser) => ({ parser, confidence: parser.detect(head, fileName) })).filter((candidate) => candidate.confidence > 0)
    .sort((left, right) => right.confidence - left.confidence || (left.parser.id < right.parser.id ? -1 : 1));
  const [best, second] = ranked;
  if (!best || best.confidence < CONFIDENT) return { kind: 'unknown', candidates: ranked };
  if (second && best.confidence - second.confidence < APART) return { kind: 'ambiguous', candidates: ranked };
  return { kind: 'detected', detection: best };
}

/** A parser by the id that `format=` names; undefined when there is none. */
export function parserOf(id: string, parsers: readonly Parser[] = PARSERS): Parser | undefined {
  return parsers.find((parser) => parser.id === id.trim().toLowerCase());
}
