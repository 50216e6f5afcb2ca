import { systemClock } from '@throughline/domain';
import { deadLetter, type Verdict } from '../dead-letter.js';
import { newBudget, spend, type Budget } from '../dlq-budget.js';
import { RejectBudgetExceeded } from '../errors.js';
import { METRICS, noMetrics, type StreamMetrics } from '../metrics.js';
import { foldOutcomes } from '../outcome-fold.js';
import type { Outcome } from '../outcome.js';
import type { ProducerMessage, StreamRecord } from '../ports.js';
import type { Entry } from './decode.js';
import type { PartitionState } from './partition-state.js';
import type { CommonOptions } from './types.js';

/** Consecutive entries of one partition, and where they lie in the log. */
export interface Slice {
  readonly state: PartitionState;
  readonly entries: readonly Entry[];
  readonly from: bigint;
  readonly next: bigint;
  readonly stopping: () => boolean;
}

/** Ends the batch without it being any record's fault. */
export type Stop =
  | { readonly kind: 'retry'; readonly reason: string; readonly error?: unknown }
  | { readonly kind: 'fenced'; readonly stored: bigint }
  | { readonly kind: 'over-budget'; readonly error: RejectBudgetExceeded };

/** How a slice is applied: stateful in a fenced transaction, or by a sink. Throws on faults; the caller classifies. */
export interface Applier {
  /** Hands the records to the handler and keeps its effects, with dead letters for what it or the decoder rejected. */
  apply(slice: Slice): Promise<Stop | undefined>;
  /** Keeps nothing but dead letters: the last resort for an entry whose handler throws. */
  condemn(slice: Slice, verdict: Verdict): Promise<Stop | undefined>;
  /** Called for each batch's end, with the position that is applied. */
  settled?(state: PartitionState): Promise<void>;
}

export interface Judged {
  readonly letters: readonly ProducerMessage[];
  /** Makes the spent budget and the counts real; call it once the letters are. */
  readonly accept: () => void;
}

/** Judges a slice's outcomes: dead letters, budget, counts. Both appliers share it. */
export class Judge {
  readonly #budgets = new Map<string, Budget>();
  readonly #metrics: StreamMetrics;

  constructor(private readonly options: CommonOptions) {
    this.#metrics = options.metrics ?? noMetrics;
  }

  /** `answer` is for the entries that are records, in their order. */
  judge(entries: readonly Entry[], answer: Outcome | readonly Outcome[], topic: string): Judged | Stop {
    const records = recordsOf(entries);
    const folded = foldOutcomes(records.length === 0 ? [] : answer, records.length);
    if (folded.kind === 'retry') return folded;
    let next = 0;
    const settled = entries.map((entry) => (entry.kind === 'record' ? folded.outcomes[next++] : undefined));
    const verdicts = entries.map((entry, index) => verdictOn(entry, settled[index]));
    return this.#judged(entries, verdicts, topic);
  }

  condemn(entry: Entry, verdict: Verdict, topic: string): Judged | Stop {
    return this.#judged([entry], [verdict], topic);
  }

  #judged(entries: readonly Entry[], verdicts: readonly (Verdict | undefined)[], topic: string): Judged | Stop {
    const flags = verdicts.map((verdict) => verdict !== undefined);
    const spent = spend(this.#budgetOf(topic), flags);
    if (spent.kind === 'exceeded') return { kind: 'over-budget', error: new RejectBudgetExceeded(topic, spent.verdict) };
    const at = (this.options.clock ?? systemClock).now();
    const letters = entries.flatMap((entry, index) => {
      const verdict = verdicts[index];
      return verdict ? [deadLetter(entry.raw, verdict, this.options.group, at)] : [];
    });
    return {
      letters,
      accept: () => {
        // Spent again from the budget as it is now: partitions of a topic take turns while transactions commit.
        const now = spend(this.#budgetOf(topic), flags);
        if (now.kind === 'within') this.#budgets.set(topic, now.budget);
        this.#metrics.count(METRICS.records, { group: this.options.group, topic }, entries.length);
        verdicts.forEach((verdict, index) => { if (verdict) this.#report(entries[index], verdict, topic); });
      },
    };
  }

  #report(entry: Entry | undefined, verdict: Verdict, topic: string): void {
    this.#metrics.count(METRICS.rejects, { group: this.options.group, topic, code: verdict.code });
    const place = { topic, partition: entry?.raw.partition, offset: String(entry?.raw.offset) };
    this.options.logger?.warn({ event: 'stream.rejected', group: this.options.group, ...place, step: verdict.step, class: verdict.errorClass, code: verdict.code }, 'record was dead-lettered');
  }

  #budgetOf(topic: string): Budget {
    return this.#budgets.get(topic) ?? newBudget(this.options.budget);
  }
}

export function recordsOf(entries: readonly Entry[]): StreamRecord<never>[] {
  return entries.flatMap((entry) => (entry.kind === 'record' ? [entry.record] : []));
}

export const isStop = (judged: Judged | Stop): judged is Stop => 'kind' in judged;

function verdictOn(entry: Entry, outcome: Outcome | undefined): Verdict | undefined {
  if (entry.kind === 'undecodable') return entry.verdict;
  if (outcome?.kind !== 'reject') return undefined;
  return { step: 'reject', errorClass: 'Reject', code: outcome.code, reason: outcome.reason };
}
