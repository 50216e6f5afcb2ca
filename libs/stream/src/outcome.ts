/**
 * What became of a record. Handlers return outcomes and never throw: an exception is a bug or a fault of the
 * surroundings, and the runner classifies it (see retry-policy).
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'reject'; readonly reason: string; readonly code: string };

export const done: Outcome = { kind: 'done' };
/** The record needs no effect here (older version, not ours); it is passed over and counted. */
export const skip = (reason: string): Outcome => ({ kind: 'skip', reason });
/** The surroundings are at fault; the partition pauses and the whole batch is read again after a backoff. */
export const retry = (reason: string): Outcome => ({ kind: 'retry', reason });
/** The record's own bytes are at fault; it goes to the dead-letter topic, its neighbours are applied. */
export const reject = (code: string, reason: string): Outcome => ({ kind: 'reject', code, reason });
