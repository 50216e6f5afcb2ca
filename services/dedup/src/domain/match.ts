import type { FindingDraft } from '@throughline/contracts';
import type { Content } from './content.js';
import type { Identity } from './identity/index.js';
import type { Occurrence } from './model.js';

/** A draft with its identity and content, ready to be matched. */
export interface Prepared {
  readonly draft: FindingDraft;
  readonly part: number;
  readonly identity: Identity;
  readonly content: Content;
  readonly contentHash: string;
}

/** A draft and the occurrence it is: a known one, or a new one with its ordinal in the group. */
export interface Matched {
  readonly prepared: Prepared;
  readonly known: Occurrence | undefined;
  readonly ordinal: number;
  /** True when another draft of this batch is the same occurrence with the same content. */
  readonly repeated: boolean;
}

/**
 * Matches the drafts of one scan to the occurrences that its scope knows, group by group. Equal content first; the rest
 * of a group in order of line, so that shuffled results and shifted lines meet the same occurrence. `taken`: ids that
 * earlier parts of this scan matched already, which are no candidates for drafts that differ from them.
 */
export function match(drafts: readonly Prepared[], known: readonly Occurrence[], taken: ReadonlySet<string>): readonly Matched[] {
  const rows = Map.groupBy(known, (one) => one.group);
  const matched: Matched[] = [];
  for (const [group, members] of Map.groupBy(drafts, (one) => one.identity.group)) {
    const candidates = rows.get(group) ?? [];
    if (members.length === 1 && candidates.length === 0) matched.push(fresh(members[0] as Prepared, 0));
    else matched.push(...matchGroup(members, candidates, taken));
  }
  return matched;
}

const fresh = (prepared: Prepared, ordinal: number): Matched => ({ prepared, known: undefined, ordinal, repeated: false });

function matchGroup(members: readonly Prepared[], candidates: readonly Occurrence[], taken: ReadonlySet<string>): readonly Matched[] {
  const exact = new Map<string, Occurrence>();
  for (const one of [...candidates].sort(presentFirst).reverse()) exact.set(one.contentHash, one);
  const matched: Matched[] = [];
  const used = new Set<string>();
  const rest = new Map<string, Prepared>();
  for (const prepared of members) {
    const row = exact.get(prepared.contentHash);
    if (row !== undefined) {
      matched.push({ prepared, known: row, ordinal: row.ordinal, repeated: used.has(row.id) });
      used.add(row.id);
    } else if (!rest.has(prepared.contentHash)) rest.set(prepared.contentHash, prepared);
  }
  const free = candidates.filter((one) => !used.has(one.id) && !taken.has(one.id)).sort(presentFirst);
  let next = candidates.reduce((highest, one) => Math.max(highest, one.ordinal + 1), 0);
  const place = new Map<string, Matched>();
  for (const prepared of [...rest.values()].sort(byPlace)) {
    const row = free.shift();
    place.set(prepared.contentHash, row === undefined ? fresh(prepared, next++) : { prepared, known: row, ordinal: row.ordinal, repeated: false });
  }
  for (const prepared of members) {
    const found = place.get(prepared.contentHash);
    if (found !== undefined) matched.push(found.prepared === prepared ? found : { ...found, prepared, repeated: true });
  }
  return matched;
}

const presentFirst = (a: Occurrence, b: Occurrence): number => a.absences - b.absences || a.ordinal - b.ordinal;

/** Line order; the hash only settles what no line tells apart. */
export function byPlace(a: Prepared, b: Prepared): number {
  const left = a.draft.location;
  const right = b.draft.location;
  return (left?.startLine ?? 0) - (right?.startLine ?? 0)
    || (left?.startColumn ?? 0) - (right?.startColumn ?? 0)
    || (a.contentHash < b.contentHash ? -1 : a.contentHash > b.contentHash ? 1 : 0);
}
