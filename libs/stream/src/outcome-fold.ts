import { HandlerContractBroken } from './errors.js';
import type { Outcome } from './outcome.js';

export type Folded =
  | { readonly kind: 'retry'; readonly reason: string }
  /** One outcome a record, in their order; none of them `retry`. */
  | { readonly kind: 'settled'; readonly outcomes: readonly Exclude<Outcome, { kind: 'retry' }>[] };

const KINDS: ReadonlySet<string> = new Set(['done', 'skip', 'retry', 'reject']);

/**
 * One outcome a record from what a handler returned. One `retry` is the whole batch's, since its unit is undone.
 * Throws HandlerContractBroken when the answer does not fit the question.
 */
export function foldOutcomes(answer: Outcome | readonly Outcome[], count: number): Folded {
  const outcomes = isList(answer) ? answer : Array.from({ length: count }, () => answer);
  if (outcomes.length !== count) throw new HandlerContractBroken(`the handler returned ${outcomes.length} outcomes for ${count} records`);
  const settled: Exclude<Outcome, { kind: 'retry' }>[] = [];
  for (const outcome of outcomes) {
    if (!(outcome instanceof Object) || !KINDS.has(outcome.kind)) throw new HandlerContractBroken('the handler returned something that is no outcome');
    if (outcome.kind === 'retry') return { kind: 'retry', reason: outcome.reason };
    settled.push(outcome);
  }
  return { kind: 'settled', outcomes: settled };
}

const isList = (answer: Outcome | readonly Outcome[]): answer is readonly Outcome[] => Array.isArray(answer);
