/**
 * How many rejects look like bad records rather than a bad deploy. A budget is a value: spending returns the next one.
 * Partitions that are worked on at the same time may each overdraw it by the batch they have in hand when it is spent.
 */
export interface BudgetLimits {
  /** More rejects in a row than this stop the consumer. */
  readonly inARow: number;
  /** Records looked back at. */
  readonly window: number;
  /** A greater share of the window than this stops the consumer. */
  readonly share: number;
}

export const DEFAULT_BUDGET: BudgetLimits = { inARow: 100, window: 1000, share: 0.1 };

export interface Budget {
  readonly limits: BudgetLimits;
  /** The last records, oldest overwritten first: 1 = rejected. */
  readonly ring: Uint8Array;
  readonly at: number;
  readonly rejected: number;
  readonly inARow: number;
}

export type Spent =
  | { readonly kind: 'within'; readonly budget: Budget }
  | { readonly kind: 'exceeded'; readonly verdict: string };

export const newBudget = (limits: BudgetLimits = DEFAULT_BUDGET): Budget =>
  ({ limits, ring: new Uint8Array(limits.window), at: 0, rejected: 0, inARow: 0 });

/** Counts records in their order (true = rejected). Exceeded as soon as one record would exceed it. */
export function spend(budget: Budget, rejections: readonly boolean[]): Spent {
  const { limits } = budget;
  const ring = budget.ring.slice();
  let { at, rejected, inARow } = budget;
  for (const isRejected of rejections) {
    rejected += (isRejected ? 1 : 0) - (ring[at] ?? 0);
    ring[at] = isRejected ? 1 : 0;
    at = (at + 1) % limits.window;
    inARow = isRejected ? inARow + 1 : 0;
    if (inARow > limits.inARow) return { kind: 'exceeded', verdict: `more than ${limits.inARow} records in a row were rejected` };
    if (rejected > limits.share * limits.window) {
      return { kind: 'exceeded', verdict: `more than ${limits.share * 100} % of the last ${limits.window} records were rejected` };
    }
  }
  return { kind: 'within', budget: { limits, ring, at, rejected, inARow } };
}
