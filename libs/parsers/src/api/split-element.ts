import type { ParseTally } from './contract.js';
import type { ResultRefusal } from './errors.js';
import type { PatternNode } from './patterns.js';

/** One element of a document, cut out and parsed; `refusal` instead of `value` when it cannot be. */
export interface SplitElement {
  readonly pattern: number;
  /** Indexes of the arrays on the way, outermost first; the last is the element's own. */
  readonly path: readonly number[];
  /** Keys that stand for `{*}` on the way, outermost first. */
  readonly keys: readonly string[];
  /** Offset of its first byte in the plain document. */
  readonly position: number;
  readonly value: unknown;
  readonly refusal: ResultRefusal | undefined;
  /** The first bytes of a refused element, for its excerpt. */
  readonly head: Buffer | undefined;
}

export interface SplitOptions {
  readonly patterns: PatternNode;
  /** First pass: count elements and keep the rest of the document. Second pass: cut out the elements. */
  readonly mode: 'rest' | 'elements';
  readonly tally: ParseTally;
}
