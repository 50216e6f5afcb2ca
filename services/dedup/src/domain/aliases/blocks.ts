import type { Known } from '../evolve.js';
import { FEED_KEY, identify, type IdentityKey } from '../identity/index.js';
import type { FullOccurrence } from '../model.js';
import { draftOf } from '../stored-keys.js';
import type { Aliases } from './aliases.js';

/** Observations that results and feeds call one flaw, and the keys that say so. */
export interface Block {
  readonly occurrences: readonly FullOccurrence[];
  readonly keys: ReadonlyMap<string, IdentityKey>;
  /** Ids that feeds give for those that the results name. */
  readonly aliases: readonly string[];
}

/** The observations of a finding by what names them now: two are together that share a key, or that a third one joins. */
export function blocksOf({ finding, occurrences }: Known, aliases: Aliases): readonly Block[] {
  let blocks: readonly Block[] = [];
  for (const occurrence of occurrences) {
    const identity = identify(draftOf(occurrence, finding.class), finding.assetId, aliases);
    const keys = keysOf(identity.keys(occurrence.ordinal));
    const met = blocks.filter((block) => [...keys.keys()].some((key) => block.keys.has(key)));
    const rest = blocks.filter((block) => !met.includes(block));
    blocks = [...rest, joined([...met, { occurrences: [occurrence], keys, aliases: identity.aliases ?? [] }])];
  }
  return blocks;
}

/** A key that a result gives is not a feed's. */
export function keysOf(keys: Iterable<IdentityKey>): ReadonlyMap<string, IdentityKey> {
  const byKey = new Map<string, IdentityKey>();
  for (const one of keys) if (!byKey.has(one.key) || byKey.get(one.key)?.kind === FEED_KEY) byKey.set(one.key, one);
  return byKey;
}

export const joined = (blocks: readonly Block[]): Block => ({
  occurrences: blocks.flatMap((block) => block.occurrences), keys: keysOf(blocks.flatMap((block) => [...block.keys.values()])),
  aliases: [...new Set(blocks.flatMap((block) => block.aliases))],
});

export const subjectsOf = ({ keys }: Pick<Block, 'keys'>): ReadonlySet<string> => new Set([...keys.values()].flatMap((one) => (one.kind === FEED_KEY || one.subject === undefined ? [] : [one.subject])));
export const firstSeenOf = ({ occurrences }: Pick<Block, 'occurrences'>): string => occurrences.map((one) => one.firstSeen).sort()[0] ?? '';
