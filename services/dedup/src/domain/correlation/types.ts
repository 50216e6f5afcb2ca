import type { Join, View } from '../near/view.js';

/** A present occurrence of a finding that may be the same flaw. */
export interface Neighbour extends View {
  readonly findingId: string;
  /** 'tool|rule' signatures an operator split off this finding: never joined again. */
  readonly apart: readonly string[];
}

export interface CorrelationQuestion {
  readonly fresh: readonly View[];
  readonly neighbours: readonly Neighbour[];
  /** 0 to 1: joins that are less sure are not made. */
  readonly minConfidence: number;
}

export interface Cluster {
  /** '' for a new finding. */
  readonly findingId: string;
  /** `join` is undefined for the founder of a new finding. */
  readonly members: readonly { readonly fresh: string; readonly join: Join | undefined }[];
}

export interface CorrelationAnswer {
  /** Every fresh id is in exactly one. */
  readonly clusters: readonly Cluster[];
  /** Fresh results that are as near to one finding as to another that cannot be the same; they stay new. */
  readonly ambiguous: readonly { readonly fresh: string; readonly candidates: readonly string[] }[];
}

export const RECIPE = 'correlation/1';

/** What an operator's split names: results of one rule of one tool. */
export const signatureOf = (view: View): string => `${view.tool}|${view.rule}`;
