import type { Token } from './tokens.js';

/**
 * How much it says that two pieces of code share a token. What is called follows from the rule, what it is called with
 * tells its flaws apart.
 */
const WEIGHT = { name: 1, text: 1, number: 0.7, callee: 0.35, keyword: 0.25, operator: 0.1 } as const;
/** Names of one and two letters are everywhere. */
const SHORT_NAMES = [0, 0.4, 0.7];
/** A word that is in the rule's name: `eval` in `eval-used`. */
const OF_RULE = 0.35;
/** How much of its weight a token loses that every result of the rule has. */
const COMMON = 0.75;

/** Weighs tokens for one rule: what all its flaws have in common tells none of them apart. */
export class Weights {
  readonly #ofRule: ReadonlySet<string>;
  readonly #share = new Map<string, number>();

  /** `names`: words of the rule. `sides`: the code before and now, each apart, since an unchanged word is on both. */
  constructor(names: readonly string[], sides: readonly (readonly (readonly Token[])[])[]) {
    this.#ofRule = new Set(names.flatMap((name) => name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2').toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []));
    for (const side of sides) {
      const counts = new Map<string, number>();
      for (const tokens of side) for (const key of new Set(tokens.map((token) => token.key))) counts.set(key, (counts.get(key) ?? 0) + 1);
      // The share of *others* that have it, cautious while there are few.
      for (const [key, count] of counts) this.#share.set(key, Math.max(this.#share.get(key) ?? 0, (count - 1) / (side.length + 1)));
    }
  }

  of({ key, kind }: Token): number {
    const own = kind === 'name' ? SHORT_NAMES[key.length] ?? WEIGHT.name : WEIGHT[kind];
    return (this.#ofRule.has(key) ? Math.min(OF_RULE, own) : own) * (1 - COMMON * (this.#share.get(key) ?? 0));
  }
}
