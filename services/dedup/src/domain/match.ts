import type { FindingDraft } from '@throughline/contracts';
import type { Content } from './content.js';
import { alignInOrder } from './drift/align.js';
import { mostCommon, Shifts, type Anchor } from './drift/shift.js';
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
  /** Its finding is retired, and this scan came after that: it is news, also when it shows the same. */
  readonly stirs?: boolean;
}

/**
 * Matches the drafts of one scan to the occurrences that its scope knows, group by group. Equal content first; the rest
 * of a group in order of line and after the shift of its surroundings, so that shuffled results, inserted lines and a
 * deleted equal meet the same occurrences. `taken`: ids that earlier parts of this scan matched already, which are no
 * candidates for drafts that differ from them.
 */
export function match(drafts: readonly Prepared[], known: readonly Occurrence[], taken: ReadonlySet<string>): readonly Matched[] {
  const rows = Map.groupBy(known, (one) => one.group);
  const matched: Matched[] = [];
  const open: Open[] = [];
  for (const [group, members] of Map.groupBy(drafts, (one) => one.identity.group)) {
    const candidates = rows.get(group) ?? [];
    if (members.length === 1 && candidates.length === 0) matched.push(fresh(members[0] as Prepared, 0));
    else open.push(equals(members, candidates, taken));
  }
  const lines = new Surroundings(open);
  for (const one of open) matched.push(...one.matched, ...(one.rest.size === 0 ? [] : settle(one, lines)));
  return matched;
}

const fresh = (prepared: Prepared, ordinal: number): Matched => ({ prepared, known: undefined, ordinal, repeated: false });

/** A group once equal content is matched. */
interface Open {
  readonly members: readonly Prepared[];
  readonly matched: readonly Matched[];
  /** Drafts that differ from every row, by content, and rows that no draft equals. */
  readonly rest: ReadonlyMap<string, Prepared>;
  readonly free: readonly Occurrence[];
  /** Ordinal of the next new occurrence. */
  readonly next: number;
}

function equals(members: readonly Prepared[], candidates: readonly Occurrence[], taken: ReadonlySet<string>): Open {
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
  const free = rest.size === 0 ? [] : candidates.filter((one) => !used.has(one.id) && !taken.has(one.id)).sort(presentFirst);
  const open = { members, matched, rest, free, next: candidates.reduce((highest, one) => Math.max(highest, one.ordinal + 1), 0) };
  return members[0]?.identity.multiset === true && free.length > 0 && used.size > 0 ? reopened(open, taken) : open;
}

/** When some equals moved, one may stand where another stood: then equal content is a hint, and all are matched together. */
function reopened({ members, matched, rest, free, next }: Open, taken: ReadonlySet<string>): Open {
  const [stay, leave] = [matched.filter(({ known }) => known !== undefined && taken.has(known.id)), matched.filter(({ known }) => known !== undefined && !taken.has(known.id))];
  const drafts = new Map([...leave].reverse().map(({ prepared }) => [prepared.contentHash, prepared]));
  const rows = new Map([...leave.map(({ known }) => known as Occurrence), ...free].map((row) => [row.id, row]));
  return { members, matched: stay, rest: new Map([...drafts, ...rest]), free: [...rows.values()].sort(presentFirst), next };
}

/** What is left of a group: present rows first, then those that were missed the fewest times. */
function settle({ members, rest, free, next }: Open, lines: Surroundings): readonly Matched[] {
  const place = new Map<string, Matched>();
  let waiting = [...rest.values()].sort(byPlace);
  for (const rows of Map.groupBy(free, (one) => one.absences).values()) {
    if (waiting.length === 0) break;
    for (const { draft, row } of lines.pair(waiting, rows)) place.set(draft.contentHash, { prepared: draft, known: row, ordinal: row.ordinal, repeated: false });
    waiting = waiting.filter((one) => !place.has(one.contentHash));
  }
  let ordinal = next;
  for (const prepared of waiting) place.set(prepared.contentHash, fresh(prepared, ordinal++));
  return members.flatMap((prepared) => {
    const found = place.get(prepared.contentHash);
    if (found === undefined) return [];
    return [found.prepared === prepared ? found : { ...found, prepared, repeated: true }];
  });
}

const presentFirst = (a: Occurrence, b: Occurrence): number => a.absences - b.absences || a.ordinal - b.ordinal;
const lineOf = (prepared: Prepared): number => prepared.draft.location?.startLine ?? 0;
const pathOf = (prepared: Prepared | undefined): string => prepared?.draft.location?.path ?? '';

/** Results without code that are this far from where they should be, while both neighbours stayed together, are others. */
const NEAR_LINES = 3;
/** What it costs to leave a result without code alone: as much as being a hundred lines off. */
const GAP = Math.log1p(100);

/** Cost of standing where it stood, when nothing sure says that its surroundings moved. */
const EQUAL = 0.3;

/** How the files of a batch moved, told by the groups in which nothing is to choose; looked at only when a group needs it. */
class Surroundings {
  readonly #open: readonly Open[];
  #anchors: ReadonlyMap<string, readonly Anchor[]> | undefined;

  constructor(open: readonly Open[]) {
    this.#open = open;
  }

  /** Pairs of drafts and rows of one group that keep their order and are least off the shift of their surroundings. */
  pair(drafts: readonly Prepared[], rows: readonly Occurrence[]): readonly { readonly draft: Prepared; readonly row: Occurrence }[] {
    const [first] = drafts;
    const [only] = rows;
    if (first === undefined || only === undefined) return [];
    const bare = isBare(first);
    if (!first.identity.multiset || (!bare && drafts.length === 1 && rows.length === 1)) return rows.slice(0, drafts.length).map((row, index) => ({ draft: drafts[index] as Prepared, row }));
    const sorted = [...rows].sort((a, b) => a.line - b.line || a.ordinal - b.ordinal);
    const shifts = new Shifts(this.#of(pathOf(first)), mostCommon(shiftsOf(drafts, sorted)));
    const strangeness = (draft: number, row: number): number => {
      const placing = shifts.placing((sorted[row] as Occurrence).line, lineOf(drafts[draft] as Prepared), [(sorted[row] as Occurrence).id]);
      if (placing === undefined) return 0;
      const cost = Math.log1p(placing.distance);
      if (placing.trust === 'sure') return bare && placing.distance > NEAR_LINES ? Number.POSITIVE_INFINITY : cost;
      return (sorted[row] as Occurrence).contentHash === (drafts[draft] as Prepared).contentHash ? Math.min(cost, EQUAL) : cost;
    };
    const gap = bare ? (drafts.length === 1 && rows.length === 1 ? Number.MAX_VALUE : GAP) : Number.POSITIVE_INFINITY;
    return alignInOrder(drafts.length, rows.length, strangeness, gap).map(({ row, column }) => ({ draft: drafts[row] as Prepared, row: sorted[column] as Occurrence }));
  }

  #of(path: string): readonly Anchor[] {
    this.#anchors ??= Map.groupBy(this.#open.filter((one) => one.members[0]?.identity.multiset === true).flatMap(anchorsOf), (one) => one.path);
    return this.#anchors.get(path) ?? [];
  }
}

/** Known by rule, file and symbol alone, so that only lines tell equals apart. */
const isBare = ({ identity }: Prepared): boolean => identity.keys(0)[0]?.kind === 'place';

function anchorsOf({ members, matched, rest, free }: Open): readonly (Anchor & { readonly path: string })[] {
  const path = pathOf(members[0]);
  const same = matched.map(({ prepared }) => ({ path, from: lineOf(prepared), to: lineOf(prepared) }));
  const [draft] = rest.values();
  const [row, ...others] = free.filter((one) => one.absences === 0);
  return draft === undefined || row === undefined || rest.size > 1 || others.length > 0 ? same : [...same, { path, from: row.line, to: lineOf(draft), ids: [row.id] }];
}

/** Enough to see which shift is the most common. */
const SAMPLE = 100;
const shiftsOf = (drafts: readonly Prepared[], rows: readonly Occurrence[]): readonly number[] =>
  drafts.slice(0, SAMPLE).flatMap((draft) => rows.slice(0, SAMPLE).filter((row) => row.line > 0).map((row) => lineOf(draft) - row.line));

/** Line order; the hash only settles what no line tells apart. */
export function byPlace(a: Prepared, b: Prepared): number {
  const left = a.draft.location;
  const right = b.draft.location;
  return (left?.startLine ?? 0) - (right?.startLine ?? 0)
    || (left?.startColumn ?? 0) - (right?.startColumn ?? 0)
    || (a.contentHash < b.contentHash ? -1 : a.contentHash > b.contentHash ? 1 : 0);
}
