import type { Aliases } from '../aliases/aliases.js';
import type { Known } from '../evolve.js';
import type { Join } from '../near/view.js';
import type { Policy } from '../policy.js';

/** Findings of one asset, and all that says why their observations are together. */
export interface ReclusterQuestion {
  readonly findings: readonly Known[];
  /** The newest join of an observation that is no strong key, by `finding|occurrence`. */
  readonly joins: ReadonlyMap<string, Join>;
  /** `scope|group|ordinal` of observations that a person put where they are. */
  readonly pinned: ReadonlySet<string>;
  /** `a|b`, both ways: findings that a person split from each other. */
  readonly apart: ReadonlySet<string>;
  readonly aliases: Aliases;
  readonly policy: Policy;
}

/** Observations that the recipes of today hold together: a finding, or a part that leaves it. */
export interface Piece {
  readonly findingId: string;
  /** The piece that keeps the finding's id. */
  readonly core: boolean;
  readonly occurrenceIds: readonly string[];
}

/** An observation that is part of a finding for another reason than before, or no more. */
export interface Why {
  readonly rule: string;
  readonly recipe: string;
  readonly fields: readonly string[];
  readonly confidence: number;
}

export interface PieceSplit {
  readonly piece: Piece;
  readonly why: Why;
}

export interface PieceMerge {
  readonly into: Piece;
  readonly from: Piece;
  readonly why: Why;
  /** Observations that the reason is about. */
  readonly occurrenceIds: readonly string[];
  /** Observations of `into` that a refused correlation brought there, and that stay for another reason: it is forgotten. */
  readonly voided: readonly string[];
}

export interface ReclusterAnswer {
  /** Pieces that leave their finding. Each is a finding of its own, unless a merge says otherwise. */
  readonly splits: readonly PieceSplit[];
  /** `into` is in no other merge as `from`. */
  readonly merges: readonly PieceMerge[];
  /** Pieces that stay with their finding for another reason than the one that is refused. */
  readonly kept: readonly { readonly piece: Piece; readonly why: Why; readonly occurrenceIds: readonly string[] }[];
  /** Keys of the recipes of today that their findings do not have yet. */
  readonly claims: readonly { readonly piece: Piece; readonly keys: readonly Claim[] }[];
  /** Results that fit several findings and were left where they are. */
  readonly ambiguous: number;
}

export interface Claim {
  readonly key: string;
  readonly kind: string;
  readonly recipe: string;
  readonly subject?: string;
}

export const joinKey = (findingId: string, occurrenceId: string): string => `${findingId}|${occurrenceId}`;
