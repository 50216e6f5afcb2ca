import type { Join, View } from '../near/view.js';

/** An occurrence of the stream that this scan no longer shows. */
export interface Gone extends View {
  readonly findingId: string;
}

/** A place that changed at most its line: the same occurrence before (`from`) and now (`to`). It tells how far its surroundings moved. */
export interface Line {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** What one scan leaves over, and what is needed to judge it. */
export interface DriftQuestion {
  /** Results that no occurrence and no strong key knows. */
  readonly fresh: readonly View[];
  readonly gone: readonly Gone[];
  readonly anchors: readonly Line[];
  /** Paths that the stream knew results in before this scan: a renamed file's new path is not among them. */
  readonly knownPaths: ReadonlySet<string>;
  /** Paths that this scan shows results in: a renamed file's old path is not among them. */
  readonly shownPaths: ReadonlySet<string>;
  /** `ruleKey`s that the stream knew before, resp. that this scan shows; without them a renamed rule is judged by what is left over alone. */
  readonly knownRules?: ReadonlySet<string>;
  readonly shownRules?: ReadonlySet<string>;
  /** False: the scan was partial, so what it does not show may still be there; only matches within one path count. */
  readonly whole: boolean;
  /** Pairs that are less sure than this stay apart (0 to 1). */
  readonly minConfidence: number;
}

export interface DriftAnswer {
  /** Ids of the views; no id occurs twice on a side. */
  readonly joins: readonly { readonly fresh: string; readonly gone: string; readonly join: Join }[];
  /** Results that may be one of several findings, or one of a finding that several results may be: joined to none. */
  readonly ambiguous: readonly { readonly fresh: string; readonly candidates: readonly string[] }[];
}

export const ruleKey = (view: Pick<View, 'tool' | 'rule'>): string => `${view.tool}|${view.rule}`;
