import { byAuthority, namedIds } from '../identity/advisories.js';
import type { AliasSet } from './alias-sets.js';

/** What feeds say of ids: the set of each id that has aliases. */
export type Aliases = ReadonlyMap<string, AliasSet>;

export const NO_ALIASES: Aliases = new Map();

const severalCves = (ids: readonly string[]): boolean => ids.filter((id) => id.startsWith('CVE-')).length > 1;

/**
 * The ids of a result together with their aliases, most authoritative first. What a result says itself outweighs a feed:
 * where it or its ids' sets name several CVEs, the ids stand alone. `said`: all that it names, of which `ids` are keys.
 */
export function expanded(ids: readonly string[], said: readonly string[], aliases: Aliases): readonly string[] {
  const all = new Set(ids);
  for (const id of ids) for (const alias of aliases.get(id) ?? []) all.add(alias);
  if (all.size === ids.length || severalCves([...new Set([...all, ...said])])) return ids;
  return [...all].sort(byAuthority);
}

/** Of these ids those that none of the results names. */
export function unnamed(ids: Iterable<string>, occurrences: readonly { readonly content: { readonly identifiers: readonly string[] } }[]): readonly string[] {
  const named = new Set(occurrences.flatMap(({ content }) => namedIds(content.identifiers)));
  return [...new Set(ids)].filter((id) => !named.has(id)).sort();
}
