import type { FindingDraft } from '@throughline/contracts';
import type { Content } from './content.js';
import { alignInOrder } from './drift/align.js';
import { chain } from './drift/chain.js';
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
/** More than any pair costs: a result is left alone only where no pair is possible. */
const LAST_RESORT = 1e9;

interface Pair {
  readonly draft: Prepared;
  readonly row: Occurrence;
}

/** How the files of a batch moved, told by all their results together; looked at only when a group needs it. */
class Surroundings {
  readonly #open: readonly Open[];
  readonly #chains = new Map<string, readonly Pair[]>();
  #byPath: ReadonlyMap<string, readonly Open[]> | undefined;

  constructor(open: readonly Open[]) {
    this.#open = open;
  }

  /** Pairs of drafts and rows of one group: those of the file's simplest story, then what keeps its order and is least off its surroundings. */
  pair(drafts: readonly Prepared[], rows: readonly Occurrence[]): readonly Pair[] {
    const [first] = drafts;
    if (first === undefined || rows.length === 0) return [];
    const bare = isBare(first);
    if (!first.identity.multiset || (!bare && drafts.length === 1 && rows.length === 1)) return rows.slice(0, drafts.length).map((row, index) => ({ draft: drafts[index] as Prepared, row }));
    const chained = this.#chain(pathOf(first));
    const [waiting, free] = [new Set(drafts), new Set(rows)];
    const pairs = chained.filter(({ draft, row }) => waiting.has(draft) && free.has(row));
    for (const { draft, row } of pairs) { waiting.delete(draft); free.delete(row); }
    return [...pairs, ...aligned([...waiting], [...free].sort(byLine), chained.map(anchorOf), bare)];
  }

  #chain(path: string): readonly Pair[] {
    const known = this.#chains.get(path);
    if (known !== undefined) return known;
    this.#byPath ??= Map.groupBy(this.#open.filter((one) => one.members[0]?.identity.multiset === true), (one) => pathOf(one.members[0]));
    const open = this.#byPath.get(path) ?? [];
    const stayed = open.flatMap((one) => one.matched.filter((matched) => !matched.repeated));
    const drafts = [...stayed.map(({ prepared }) => prepared), ...open.flatMap((one) => [...one.rest.values()])].filter((one) => lineOf(one) > 0).sort(byPlaceAndGroup);
    const rows = [
      ...stayed.map(({ prepared, known: row }) => ({ ...row as Occurrence, line: lineOf(prepared) })), // equal content is on an equal line
      ...open.flatMap((one) => one.free.filter((row) => row.absences === 0 && row.line > 0)),
    ].sort((a, b) => a.line - b.line || compare(a.group, b.group) || a.ordinal - b.ordinal);
    const pairs = chain(rows.map((row) => ({ line: row.line, label: row.group })), drafts.map((draft) => ({ line: lineOf(draft), label: draft.identity.group })))
      .map(({ row, column }) => ({ row: rows[row] as Occurrence, draft: drafts[column] as Prepared }));
    this.#chains.set(path, pairs);
    return pairs;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byLine = (a: Occurrence, b: Occurrence): number => a.line - b.line || a.ordinal - b.ordinal;
const byPlaceAndGroup = (a: Prepared, b: Prepared): number => lineOf(a) - lineOf(b) || compare(a.identity.group, b.identity.group) || byPlace(a, b);
const anchorOf = ({ draft, row }: Pair): Anchor => ({ from: row.line, to: lineOf(draft), ids: [row.id] });

function aligned(drafts: readonly Prepared[], rows: readonly Occurrence[], anchors: readonly Anchor[], bare: boolean): readonly Pair[] {
  if (drafts.length === 0 || rows.length === 0) return [];
  const shifts = new Shifts(anchors, mostCommon(shiftsOf(drafts, rows)));
  const strangeness = (draft: number, row: number): number => {
    const placing = shifts.placing((rows[row] as Occurrence).line, lineOf(drafts[draft] as Prepared));
    if (placing === undefined) return 0;
    const off = bare && placing.trust === 'sure' && placing.distance > NEAR_LINES;
    return off ? Number.POSITIVE_INFINITY : Math.log1p(placing.distance);
  };
  return alignInOrder(drafts.length, rows.length, strangeness, bare ? LAST_RESORT : Number.POSITIVE_INFINITY)
    .map(({ row, column }) => ({ draft: drafts[row] as Prepared, row: rows[column] as Occurrence }));
}

/** Known by rule, file and symbol alone, so that only lines tell equals apart. */
const isBare = ({ identity }: Prepared): boolean => identity.keys(0)[0]?.kind === 'place';

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
