import { placeOf } from '../aliases/divide.js';
import type { Known } from '../evolve.js';
import type { IdentityKey } from '../identity/index.js';
import type { FullOccurrence } from '../model.js';
import type { Join } from '../near/view.js';
import { operatorKey } from '../resolve.js';
import { storedKeys } from '../stored-keys.js';
import { joinKey, type Piece, type ReclusterQuestion, type Why } from './question.js';

/** A piece with what deciding about it needs, computed once. */
export interface Cut extends Piece {
  readonly known: Known;
  readonly occurrences: readonly FullOccurrence[];
  readonly keys: ReadonlyMap<string, IdentityKey>;
  /** No key of the recipes of today leads to it: they changed since its scans. */
  readonly unkeyed: boolean;
  /** Why it leaves its finding; undefined for the core. */
  readonly why: Why | undefined;
  /** Observations that a refused correlation brought here, and that stay for another reason. */
  readonly voided: readonly string[];
}

/** Observations that share keys, one with the next: they are one flaw whatever else is said. */
interface Block {
  readonly occurrences: readonly FullOccurrence[];
  readonly keys: ReadonlyMap<string, IdentityKey>;
}

/**
 * Takes a finding apart where only a join that the policy refuses, or a key of a recipe that is no more, held it together.
 * What shares a key stays together; what was there first, and all that stays with it, keeps the finding.
 */
export function cut(known: Known, question: ReclusterQuestion): readonly Cut[] {
  const blocks = blocksOf(known, question).map((block, index) => ({ block, why: index === 0 ? undefined : leaves(block, known, question) }));
  const core = blocks.filter((one) => one.why === undefined);
  const parts = blocks.filter((one) => one.why !== undefined);
  return [pieceOf(known, core.map(({ block }) => block), undefined, question), ...parts.map(({ block, why }) => pieceOf(known, [block], why, question))];
}

/** The oldest first. */
function blocksOf({ finding, occurrences }: Known, { aliases }: ReclusterQuestion): readonly Block[] {
  const blocks: { occurrences: FullOccurrence[]; keys: Map<string, IdentityKey> }[] = [];
  const owner = new Map<string, { occurrences: FullOccurrence[]; keys: Map<string, IdentityKey> }>();
  for (const occurrence of [...occurrences].sort(byAge)) {
    const keys = storedKeys([occurrence], finding.class, finding.assetId, aliases);
    const sharing = [...new Set(keys.map(({ key }) => owner.get(key)).filter((one) => one !== undefined))].sort((a, b) => blocks.indexOf(a) - blocks.indexOf(b));
    const block = sharing[0] ?? { occurrences: [], keys: new Map<string, IdentityKey>() };
    if (sharing.length === 0) blocks.push(block);
    for (const other of sharing.slice(1)) {
      block.occurrences.push(...other.occurrences);
      for (const [key, one] of other.keys) block.keys.set(key, one);
      blocks.splice(blocks.indexOf(other), 1);
    }
    block.occurrences.push(occurrence);
    for (const one of keys) block.keys.set(one.key, one);
    for (const key of block.keys.keys()) owner.set(key, block);
  }
  return blocks;
}

/** Whether observations leave their finding, and why: what brought the first of them there decides, the others followed its keys. */
function leaves(block: Block, { finding }: Known, { joins, pinned, policy }: ReclusterQuestion): Why | undefined {
  if (block.occurrences.some((one) => pinned.has(placeOf(one)) || finding.keys.includes(operatorKey(one.group, one.ordinal)))) return undefined;
  const oldest = [...block.occurrences].sort(byAge)[0] as FullOccurrence;
  const join = joins.get(joinKey(finding.findingId, oldest.id));
  if (join !== undefined) return refused(join, policy.correlation) ? join : undefined;
  if (block.keys.size === 0 || finding.keys.some((key) => block.keys.has(key))) return undefined;
  return { rule: 'other-keys', recipe: [...block.keys.values()][0]?.recipe ?? '', fields: ['keys'], confidence: 1 };
}

/** Of drift, feeds and people the word stands; only how sure correlation must be is policy. */
const refused = (join: Join, { enabled, minConfidence }: ReclusterQuestion['policy']['correlation']): boolean =>
  join.recipe.startsWith('correlation/') && (!enabled || join.confidence < minConfidence);

const byAge = (a: FullOccurrence, b: FullOccurrence): number => text(a.firstSeen, b.firstSeen) || a.firstSequence - b.firstSequence || text(a.id, b.id);
export const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function pieceOf(known: Known, blocks: readonly Block[], why: Why | undefined, { joins, policy }: ReclusterQuestion): Cut {
  const occurrences = blocks.flatMap((block) => block.occurrences);
  const keys = new Map(blocks.flatMap((block) => [...block.keys]));
  return {
    findingId: known.finding.findingId, core: why === undefined, occurrenceIds: occurrences.map((one) => one.id), known, occurrences, keys, why,
    unkeyed: keys.size > 0 && !known.finding.keys.some((key) => keys.has(key)),
    voided: occurrences.map((one) => one.id).filter((id) => {
      const join = joins.get(joinKey(known.finding.findingId, id));
      return join !== undefined && refused(join, policy.correlation);
    }),
  };
}
