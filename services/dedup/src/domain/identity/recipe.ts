import type { FindingDraft } from '@throughline/contracts';
import type { Aliases } from '../aliases/aliases.js';
import type { Fingerprint } from './fingerprint.js';

export type Strength = 'strong' | 'weak';

/** One way to recognise a finding. Only strong keys decide; weak ones are candidates for matching (issue 5). */
export interface IdentityKey {
  readonly key: Fingerprint;
  readonly strength: Strength;
  /** What the key is made of, e.g. `alias`, `content`, `native`. */
  readonly kind: string;
  /** Recipe and version, e.g. `package/1`. */
  readonly recipe: string;
  /** The advisory that an alias key is made of: findings are looked up by it when a feed's aliases change. */
  readonly subject?: string;
}

/** What a recipe says of one draft. */
export interface Identity {
  readonly recipe: string;
  /** What equal results of one scope share; never holds a line number. With an ordinal it names one occurrence. */
  readonly group: Fingerprint;
  /**
   * True: equal results are different findings (three equal flaws in one file are three), told apart by their order.
   * False: they are occurrences of one finding (a secret in five files, a package in two lock files).
   */
  readonly multiset: boolean;
  /** Keys in order of precedence, for the occurrence with this ordinal. */
  readonly keys: (ordinal: number) => readonly IdentityKey[];
  /** Ids of the same flaw that feeds give and the result does not name. */
  readonly aliases?: readonly string[];
}

/**
 * A declared way to identify results of some classes. `version` is part of every key: changing what goes into a key
 * means a new version beside the old one, and a re-clustering; never an edit.
 */
export interface Recipe {
  readonly id: string;
  readonly version: number;
  readonly classes: readonly string[];
  /** Undefined when the draft lacks what this recipe needs; the next one is asked. */
  readonly identify: (draft: FindingDraft, assetId: string, aliases: Aliases) => Identity | undefined;
}

export const strong = (recipe: string, kind: string, key: Fingerprint): IdentityKey => ({ key, strength: 'strong', kind, recipe });
