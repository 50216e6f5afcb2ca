import { evidenceEvent, firstState } from '../evidence.js';
import { resettled, type Corrector } from '../correct.js';
import type { Known } from '../evolve.js';
import { aliasIds } from '../identity/advisories.js';
import type { Finding, FullOccurrence } from '../model.js';
import type { Aliases } from './aliases.js';
import { blocksOf, firstSeenOf, joined, subjectsOf, type Block } from './blocks.js';

/** A merge that aliases of feeds made and that nothing undid yet. */
export interface AliasMerge {
  readonly mergeId: string;
  readonly intoId: string;
  readonly mergedId: string;
  /** The ids that the merged finding's results named. */
  readonly subjects: readonly string[];
}

/** What is known of how findings came together. */
export interface Past {
  readonly merges: readonly AliasMerge[];
  /** Findings that such merges retired, by id. */
  readonly merged: ReadonlyMap<string, Finding>;
  /** Ids of observations that joined their finding by a feed's word. */
  readonly byAlias: ReadonlySet<string>;
  /** `scope|group|ordinal` of observations that an operator put where they are. */
  readonly pinned: ReadonlySet<string>;
}

export const placeOf = ({ scopeId, group, ordinal }: Pick<FullOccurrence, 'scopeId' | 'group' | 'ordinal'>): string => `${scopeId}|${group}|${ordinal}`;

/** A finding as the aliases leave it. */
export interface Part {
  readonly known: Known;
  readonly block: Block;
  /** The observations that are its own, and not there by a feed's word. */
  readonly natives: readonly FullOccurrence[];
  /** The finding that it was part of until now; undefined for a finding that keeps its id and place. */
  readonly from?: string;
  /** The merge that this undoes. */
  readonly undoes?: AliasMerge;
  /** Merges of findings that stay merged, into this one. */
  readonly takes: readonly AliasMerge[];
  /** No row of it exists yet. */
  readonly fresh: boolean;
}

/**
 * Takes apart what only a feed's word held together and no edge holds any more. A finding keeps its own observations and
 * what still is one with them; what an operator put there stays. A part that was a finding before it was merged is that
 * finding again; any other gets an id of its own.
 */
export function divide(known: Known, past: Past, aliases: Aliases, corrector: Corrector, newId: () => string): readonly Part[] {
  const merges = chainOf(known.finding.findingId, past.merges);
  const natives = nativesOf(known.occurrences, merges, past);
  const blocks = blocksOf(known, aliases);
  const detached = blocks.length === 1 ? [] : detachedOf(blocks, natives, past);
  if (detached.length === 0) return [{ known, block: joined(blocks), natives, takes: [], fresh: false }];
  const stay = joined(blocks.filter((block) => !detached.includes(block)));
  const finding = resettled(known.finding, stay.occurrences, corrector);
  const parts = detached.map((block) => partOf(known, block, merges, past, corrector, newId));
  const gone = new Set(parts.flatMap(({ undoes, takes }) => [undoes, ...takes]));
  const takes = merges.filter((merge) => !gone.has(merge));
  return [{ known: { finding, occurrences: stay.occurrences }, block: stay, natives: natives.filter((one) => stay.occurrences.includes(one)), takes, fresh: false }, ...parts];
}

/** Observations that no feed brought: those that share an id with a merged finding are that one's. */
function nativesOf(occurrences: readonly FullOccurrence[], merges: readonly AliasMerge[], { byAlias }: Past): readonly FullOccurrence[] {
  const others = new Set(merges.flatMap((merge) => merge.subjects));
  return occurrences.filter((one) => !byAlias.has(one.id) && !ownIds(one).some((id) => others.has(id)));
}

const ownIds = ({ content }: FullOccurrence): readonly string[] => aliasIds(content.identifiers, content.rule.id);

function detachedOf(blocks: readonly Block[], natives: readonly FullOccurrence[], { pinned }: Past): readonly Block[] {
  const own = new Set(natives);
  const isOwn = ({ occurrences }: Block): boolean => occurrences.some((one) => own.has(one));
  const main = [...blocks].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || (firstSeenOf(a) < firstSeenOf(b) ? -1 : 1))[0];
  return blocks.filter((block) => block !== main && block.occurrences.some((one) => !own.has(one)) && !block.occurrences.some((one) => pinned.has(placeOf(one))));
}

/** Merges into a finding, and into those that were merged into it. */
function chainOf(findingId: string, merges: readonly AliasMerge[]): readonly AliasMerge[] {
  const ids = new Set([findingId]);
  for (let size = 0; size < ids.size;) {
    size = ids.size;
    for (const merge of merges) if (ids.has(merge.intoId)) ids.add(merge.mergedId);
  }
  return merges.filter((merge) => ids.has(merge.intoId));
}

/** Of several findings that a part was, the one that was seen first is there again; the others stay merged, into it. */
function partOf({ finding }: Known, block: Block, merges: readonly AliasMerge[], { merged }: Past, corrector: Corrector, newId: () => string): Part {
  const subjects = subjectsOf(block);
  const were = merges.filter((merge) => merged.has(merge.mergedId) && merge.subjects.some((id) => subjects.has(id))).sort((a, b) => byAge(merged, a, b));
  const [undoes, ...takes] = were;
  const before = undoes === undefined ? undefined : merged.get(undoes.mergedId);
  const findingId = before?.findingId ?? newId();
  const occurrences = block.occurrences.map((one) => ({ ...one, findingId }));
  const base: Finding = {
    ...finding, ...before, findingId, ...revived(occurrences, before, corrector), statusSince: corrector.at,
    statusReason: `split from ${finding.findingId}: no feed calls them one flaw any more`, mergedInto: '', splitFrom: finding.findingId, awaitsRollOut: false,
    firstSeen: before?.firstSeen ?? firstSeenOf(block), version: before?.version ?? 0,
  };
  const founders = foundersOf(occurrences, undoes);
  const part: Part = { known: { finding: resettled(base, occurrences, corrector), occurrences }, block: { ...block, occurrences }, natives: founders, from: finding.findingId, takes, fresh: before === undefined };
  return undoes === undefined ? part : { ...part, undoes };
}

const byAge = (merged: ReadonlyMap<string, Finding>, a: AliasMerge, b: AliasMerge): number => {
  const [left, right] = [merged.get(a.mergedId), merged.get(b.mergedId)].map((one) => `${one?.firstSeen}|${one?.findingId}`) as [string, string];
  return left < right ? -1 : 1;
};

function revived(occurrences: readonly FullOccurrence[], before: Finding | undefined, { policy }: Corrector): Pick<Finding, 'status' | 'regressions'> {
  const state = firstState(evidenceEvent(occurrences, policy.absencesToFix));
  const regressions = before?.regressions ?? 0;
  return { status: state === 'open' && regressions > 0 ? 'reopened' : state, regressions };
}

/** The observations that a part is made around: those of the finding that it was, else those that name what its first one names. */
function foundersOf(occurrences: readonly FullOccurrence[], undoes: AliasMerge | undefined): readonly FullOccurrence[] {
  const first = [...occurrences].sort((a, b) => (a.firstSeen < b.firstSeen ? -1 : a.firstSeen > b.firstSeen ? 1 : a.id < b.id ? -1 : 1))[0];
  const ids = new Set(undoes?.subjects ?? (first === undefined ? [] : ownIds(first)));
  return occurrences.filter((one) => ownIds(one).some((id) => ids.has(id)));
}
