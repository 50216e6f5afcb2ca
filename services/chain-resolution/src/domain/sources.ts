import type { Exposure } from '@throughline/domain';
import { audienceOf, EVERYONE, intersection, isEmpty, NOBODY, PRIVATE, publicRanges, rangeSet, union } from './ranges.js';
import type { RangeSet } from './ranges.js';
import type { Verdict } from './verdict.js';

/**
 * Whom one thing on the way lets through, as far as that is known: `sure` at least, `possible` at most. What nobody
 * observed lets through nobody for sure and everyone possibly, so that unknown can neither prove nor disprove.
 * `conditions` are what the let-through must have beside an address (a login, a header): they make a limit.
 */
export interface Sources {
  readonly sure: RangeSet;
  readonly possible: RangeSet;
  readonly conditions: readonly string[];
  readonly reasons: readonly string[];
  readonly assumed: readonly string[];
}

const NOTHING_SAID = { conditions: [], reasons: [], assumed: [] } as const;

export const letting = (set: RangeSet, reason: string): Sources => ({ ...NOTHING_SAID, sure: set, possible: set, reasons: [reason] });
export const everyone = (reason: string): Sources => letting(EVERYONE, reason);
export const onlyPrivate = (reason: string): Sources => letting(PRIVATE, reason);
export const nobody = (reason: string): Sources => letting(NOBODY, reason);
export const unknown = (reason: string): Sources => ({ ...NOTHING_SAID, sure: NOBODY, possible: EVERYONE, reasons: [reason] });

/** Everyone who meets a condition. */
export const onlyIf = (condition: string, reason: string): Sources => ({ ...everyone(reason), conditions: [condition] });

/** A refining fact that nobody observed is taken as open, and listed. */
export const assuming = (what: string): Sources => ({ ...NOTHING_SAID, sure: EVERYONE, possible: EVERYONE, assumed: [what] });

/** Ranges as they are written in rules. One that cannot be read may be any. */
export function lettingRanges(who: string, ranges: readonly string[]): Sources {
  const { set, unreadable } = rangeSet(ranges);
  const some = ranges.slice(0, 5).map((range) => range.slice(0, 64)).join(', ');
  const known = letting(set, ranges.length ? `${who} lets in ${some}${ranges.length > 5 ? ` and ${ranges.length - 5} more` : ''}` : `${who} lets nobody in`);
  return unreadable.length ? anyOf([known, unknown(`${who} has a range that cannot be read`)]) : known;
}

/** One behind the other: only who passes all of them gets through. */
export function allOf(parts: readonly Sources[]): Sources {
  return {
    sure: parts.reduce((set, part) => intersection(set, part.sure), EVERYONE), possible: parts.reduce((set, part) => intersection(set, part.possible), EVERYONE),
    conditions: distinct(parts.flatMap((part) => part.conditions)), reasons: distinct(parts.flatMap((part) => part.reasons)), assumed: distinct(parts.flatMap((part) => part.assumed)),
  };
}

/** One beside the other (rules of a group, subnets of a balancer): who passes any gets through. None has conditions. */
export function anyOf(parts: readonly Sources[]): Sources {
  return {
    conditions: [], sure: parts.reduce((set, part) => union(set, part.sure), NOBODY), possible: parts.reduce((set, part) => union(set, part.possible), NOBODY),
    reasons: distinct(parts.flatMap((part) => part.reasons)), assumed: distinct(parts.flatMap((part) => part.assumed)),
  };
}

const MAX_SHOWN = 50;

/** The word for who gets through. At most private is internal, whatever else is unknown; unknown is never no. */
export function verdictOf(sources: Sources): Verdict {
  const exposure = wordOf(sources);
  const ranges = audienceOf(sources.sure) === 'public-range' ? publicRanges(sources.sure, MAX_SHOWN) : [];
  return { exposure, reasons: sources.reasons, audience: exposure === 'limited' ? [...sources.conditions, ...ranges] : [], assumed: sources.assumed };
}

function wordOf(sources: Sources): Exposure {
  const sure = audienceOf(sources.sure);
  if (sure === 'internet') return sources.conditions.length > 0 ? 'limited' : 'internet';
  if (sure === 'public-range') return 'limited';
  if (isEmpty(sources.possible)) return 'none';
  return audienceOf(sources.possible) === 'private' ? 'internal' : 'unknown';
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
