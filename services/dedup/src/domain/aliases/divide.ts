import { evidenceEvent, firstState } from '../evidence.js';
import { resettled, type Corrector } from '../correct.js';
import type { Known } from '../evolve.js';
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
  /** The finding that it was part of until now; undefined for a finding that keeps its id and place. */
  readonly from?: string;
  /** The merge that this undoes. */
  readonly undoes?: AliasMerge;
  /** No row of it exists yet. */
  readonly fresh: boolean;
}

/**
 * Takes apart what only a feed's word held together and no edge holds any more. Observations that joined without a feed,
 * and those that an operator put there, stay. A part that was a finding before it was merged is that finding again; any
 * other gets an id of its own.
 */
export function divide(known: Known, past: Past, aliases: Aliases, corrector: Corrector, newId: () => string): readonly Part[] {
  const blocks = blocksOf(known, aliases);
  const detached = blocks.length === 1 ? [] : detachedOf(blocks, known, past);
  if (detached.length === 0) return [{ known, block: joined(blocks), fresh: false }];
  const stay = joined(blocks.filter((block) => !detached.some((one) => one.block === block)));
  const parts = detached.map(({ block, merge }) => partOf(known, block, merge, past, corrector, newId));
  const finding = resettled(known.finding, stay.occurrences, corrector);
  return [{ known: { finding, occurrences: stay.occurrences }, block: stay, fresh: false }, ...parts];
}

interface Detached { readonly block: Block; readonly merge: AliasMerge | undefined }

function detachedOf(blocks: readonly Block[], { finding }: Known, { merges, merged, byAlias, pinned }: Past): readonly Detached[] {
  const unused = new Set(chainOf(finding.findingId, merges).filter((merge) => merged.has(merge.mergedId)));
  const matched = [...blocks].sort((a, b) => (firstSeenOf(a) < firstSeenOf(b) ? -1 : 1)).map((block) => {
    const merge = [...unused].find(({ subjects }) => subjects.some((id) => subjectsOf(block).has(id)));
    if (merge !== undefined) unused.delete(merge);
    return { block, merge };
  });
  const main = (matched.find(({ merge }) => merge === undefined) ?? matched[0])?.block;
  return matched.filter(({ block }) => block !== main && block.occurrences.some((one) => byAlias.has(one.id)) && !block.occurrences.some((one) => pinned.has(placeOf(one))));
}

/** Merges into a finding, and into those that were merged into it: the older ones first. */
function chainOf(findingId: string, merges: readonly AliasMerge[]): readonly AliasMerge[] {
  const ids = new Set([findingId]);
  for (let size = 0; size < ids.size;) {
    size = ids.size;
    for (const merge of merges) if (ids.has(merge.intoId)) ids.add(merge.mergedId);
  }
  return merges.filter((merge) => ids.has(merge.intoId));
}

function partOf({ finding }: Known, block: Block, merge: AliasMerge | undefined, { merged }: Past, corrector: Corrector, newId: () => string): Part {
  const before = merge === undefined ? undefined : merged.get(merge.mergedId);
  const findingId = before?.findingId ?? newId();
  const occurrences = block.occurrences.map((one) => ({ ...one, findingId }));
  const regressions = before?.regressions ?? 0;
  const state = firstState(evidenceEvent(occurrences, corrector.policy.absencesToFix));
  const base: Finding = {
    ...finding, ...before, findingId, regressions, status: state === 'open' && regressions > 0 ? 'reopened' : state, statusSince: corrector.at,
    statusReason: `split from ${finding.findingId}: no feed calls them one flaw any more`, mergedInto: '', splitFrom: finding.findingId, awaitsRollOut: false,
    firstSeen: before?.firstSeen ?? firstSeenOf(block), version: before?.version ?? 0,
  };
  const part = { known: { finding: resettled(base, occurrences, corrector), occurrences }, block: { ...block, occurrences }, from: finding.findingId, fresh: before === undefined };
  return merge === undefined ? part : { ...part, undoes: merge };
}
