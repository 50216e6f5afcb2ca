import type { Cursor } from '@throughline/connectors/api';
import type { ScopeState } from './scope.js';

/** Where a pull stands: JSON, a few kilobytes. */
export interface PullCursor extends Readonly<Record<string, unknown>> {
  readonly v: 1;
  readonly startedAt: string;
  /** Key of the unit that is read. */
  readonly unit: string;
  /** Where its scope stands; null: at its beginning. */
  readonly state: ScopeState | null;
  /** Nothing was missed in it so far. */
  readonly complete: boolean;
  /** Gaps that were told of it already. */
  readonly told: readonly string[];
  /** Accounts that cannot be read at all, so that they are asked once a pull. */
  readonly blocked: readonly string[];
  /** Since when the content of images is known, by unit: from this pull and from those before. */
  readonly finished: Readonly<Record<string, string>>;
  /** The inventories are done; changes are looked for. */
  readonly watch?: WatchState | undefined;
}

export interface WatchState {
  /** Events after this time were not looked at yet. */
  readonly since: string;
  readonly lookAt: string;
  /** Ids of events that were seen, as two looks overlap. */
  readonly seen: readonly string[];
  /** Units that changed and are read before the next look. */
  readonly waiting: readonly string[];
}

export function beginning(now: Date, unit: string | undefined, memory: Cursor | undefined): PullCursor {
  return { v: 1, startedAt: now.toISOString(), unit: unit ?? '', state: null, complete: true, told: [], blocked: [], finished: finishedOf(memory) };
}

/** Undefined: there is none, or another version wrote it, so that the pull begins anew. */
export const readCursor = (cursor: Cursor): PullCursor | undefined => (cursor?.['v'] === 1 ? (cursor as PullCursor) : undefined);

/** Everything is read again after this: content that was attached to an old image would be missed for ever otherwise. */
const KNOWN_FOR_MS = 24 * 3_600_000;

/** Two looks overlap, as a push takes its time from its beginning to its row. */
const OVERLAP_MS = 15 * 60_000;

function finishedOf(memory: Cursor | undefined): Readonly<Record<string, string>> {
  const found = memory?.['finished'];
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && !Number.isNaN(Date.parse(readMark(entry[1]).since))));
}

/** A mark is `<known since>|<last whole read>`. */
export function readMark(mark: string): { readonly since: string; readonly whole: string } {
  const [since = '', whole = ''] = mark.split('|');
  return { since, whole };
}

/** From when on content has to be read in a pull that began at `startedAt`; undefined: all of it. */
export function contentSince(mark: string | undefined, startedAt: string): Date | undefined {
  if (mark === undefined) return undefined;
  const { since, whole } = readMark(mark);
  if (Date.parse(startedAt) - Date.parse(whole) >= KNOWN_FOR_MS) return undefined;
  return new Date(Date.parse(since) - OVERLAP_MS);
}

/** The mark after a read that missed nothing. */
export const markAfter = (before: string | undefined, startedAt: string): string =>
  `${startedAt}|${before === undefined || contentSince(before, startedAt) === undefined ? startedAt : readMark(before).whole}`;
