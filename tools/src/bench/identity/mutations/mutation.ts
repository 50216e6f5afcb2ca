import type { Dice } from '../random.js';
import type { SourceFile, Tree } from '../source/tree.js';

/** What a mutation may know: lines on which some scanner reported something, and rules there (`tool rule`). */
export interface Context {
  readonly dice: Dice;
  readonly flagged: ReadonlyMap<string, readonly string[]>;
}

export type Mutation = (tree: Tree, context: Context) => Tree;

/** Applies a change to each file by itself. */
export const eachFile = (change: (file: SourceFile, context: Context) => SourceFile): Mutation => (tree, context) => tree.map((file) => change(file, context));

/** One after the other. */
export const both = (...mutations: readonly Mutation[]): Mutation => (tree, context) => mutations.reduce((changed, mutate) => mutate(changed, context), tree);

export const isFlagged = (origins: readonly string[], { flagged }: Context): boolean => origins.some((origin) => flagged.has(origin));

/** Rules that read a credential's value: to change the value is to make another secret. */
export const isSecret = (origins: readonly string[], { flagged }: Context): boolean => origins.some((origin) => (flagged.get(origin) ?? []).some((rule) => /^(?:gitleaks|detect-secrets) |credential|S10[567]|B10[567]|G101|hardcoded|password|secret|api_key/i.test(rule)));
