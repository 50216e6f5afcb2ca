import { bucketPairs } from './buckets.js';
import { chain, type Mark } from './chain.js';
import { baseName, weigh, type Evidence } from './evidence.js';
import { compare, type Fact, type Sides } from './fact.js';
import type { FilePairs } from './files.js';
import { mostCommon, Shifts, type Anchor } from './shift.js';
import type { DriftQuestion } from './question.js';

/** Pairs of one rule in one file beyond which each result is compared with its nearest only. */
const BUCKET_CAP = 10_000;
const NEAREST = 32;
/** Members of a file that a guess at its shift looks at. */
const SAMPLE = 150;

export interface Candidate {
  /** Indices in `Sides`. */
  readonly fresh: number;
  readonly gone: number;
  readonly evidence: Evidence;
}

/** Pairs that share a rule and a path (or its new name), the code, the tool's fingerprint, the file's name or the symbol, and whose evidence is more than `least`. */
export function candidatesOf(sides: Sides, files: FilePairs, shifts: FileShifts, whole: boolean, least: number): readonly Candidate[] {
  const renamed = new Map(files.pairs.map((pair) => [pair.before, pair.now]));
  const keysOf = (fact: Fact, path: string): readonly string[] => {
    const { view: { native, symbol }, rule, same } = fact;
    const inFile = `${IN_FILE}${rule}|${path}`;
    if (!whole) return [inFile];
    const named = [`name|${rule}|${baseName(path)}`, `native|${rule}|${native}`, `symbol|${rule}|${symbol}`, `same|${same}`];
    return [inFile, ...named.filter((key) => !key.endsWith('|'))];
  };
  const pairs = bucketPairs({
    left: sides.fresh, right: sides.gone, cap: BUCKET_CAP,
    leftKeys: (fact) => keysOf(fact, fact.view.path), rightKeys: (fact) => keysOf(fact, renamed.get(fact.view.path) ?? fact.view.path),
    few: (key, left, right) => (key.startsWith(IN_FILE) ? nearest(sides, left, right) : []),
  });
  return pairs.flatMap(([fresh, gone]) => {
    const now = sides.fresh[fresh] as Fact;
    const before = sides.gone[gone] as Fact;
    const evidence = weigh(now, before, files, shifts.of(now.view.path, before.view.path), least);
    return evidence === undefined ? [] : [{ fresh, gone, evidence }];
  });
}

const IN_FILE = 'file|';

/** Both lists are in order of line. */
function nearest({ fresh, gone }: Sides, left: readonly number[], right: readonly number[]): readonly (readonly [number, number])[] {
  const lineOf = (fact: Fact | undefined): number => fact?.view.startLine ?? 0;
  let at = 0;
  return left.flatMap((one) => {
    while (at < right.length && lineOf(gone[right[at] as number]) < lineOf(fresh[one])) at += 1;
    const from = Math.max(0, Math.min(at - NEAREST / 2, right.length - NEAREST));
    return right.slice(from, from + NEAREST).map((other) => [one, other] as const);
  });
}

/** How lines moved, for each pair of an old and a new path that are one file. */
export class FileShifts {
  readonly #shifts = new Map<string, Shifts>();
  readonly #anchors: ReadonlyMap<string, readonly Anchor[]>;
  readonly #now: ReadonlyMap<string, readonly Fact[]>;
  readonly #before: ReadonlyMap<string, readonly Fact[]>;
  readonly #files: FilePairs;

  constructor({ anchors }: DriftQuestion, sides: Sides, files: FilePairs) {
    this.#anchors = Map.groupBy(anchors, (one) => one.path);
    this.#now = Map.groupBy(sides.fresh, (one) => one.view.path);
    this.#before = Map.groupBy(sides.gone, (one) => one.view.path);
    this.#files = files;
  }

  of(now: string, before: string): Shifts | undefined {
    if (now !== before && this.#files.trust(now, before) === 0) return undefined;
    const known = this.#shifts.get(now);
    if (known !== undefined) return known;
    const fresh = this.#now.get(now) ?? [];
    const gone = this.#before.get(before) ?? [];
    const shifts = new Shifts(anchorsOf(fresh, gone, now === before ? this.#anchors.get(now) ?? [] : []), usualShift(fresh, gone));
    this.#shifts.set(now, shifts);
    return shifts;
  }
}

interface Placed extends Mark {
  /** Undefined for a place that is known before and now. */
  readonly id?: string;
}

/** Places known before, the simplest story of the file's results, and code that is there once before and once now, wherever it went. */
function anchorsOf(fresh: readonly Fact[], gone: readonly Fact[], known: readonly Anchor[]): readonly Anchor[] {
  const before = marks(gone, known.map((one) => one.from));
  const now = marks(fresh, known.map((one) => one.to));
  const chained = chain(before, now).flatMap(({ row, column }): Anchor[] => {
    const [old, current] = [before[row] as Placed, now[column] as Placed];
    return old.id === undefined || current.id === undefined ? [] : [{ from: old.line, to: current.line, ids: [old.id, current.id] }];
  });
  const taken = new Set(chained.flatMap((one) => one.ids ?? []));
  return [...known, ...chained, ...uniquePairs(fresh, gone).filter((one) => one.ids?.some((id) => taken.has(id)) !== true)];
}

function marks(facts: readonly Fact[], known: readonly number[]): readonly Placed[] {
  const placed = facts.filter((one) => one.view.startLine > 0).map((one) => ({ line: one.view.startLine, label: one.same || one.rule, id: one.view.id }));
  return [...placed, ...known.map((line, index) => ({ line, label: String(index) }))].sort((a, b) => a.line - b.line || compare(a.label, b.label));
}

/** Results whose code is there once before and once now. */
function uniquePairs(fresh: readonly Fact[], gone: readonly Fact[]): readonly Anchor[] {
  const before = Map.groupBy(gone, (one) => one.same);
  return [...Map.groupBy(fresh, (one) => one.same)].flatMap(([same, [now, ...more]]) => {
    const [then, ...others] = before.get(same) ?? [];
    if (same === '' || now === undefined || then === undefined || more.length + others.length > 0) return [];
    return [{ from: then.view.startLine, to: now.view.startLine, ids: [then.view.id, now.view.id] }];
  });
}

/** The shift that at least two results, and half of those that can, agree on; else none. */
function usualShift(fresh: readonly Fact[], gone: readonly Fact[]): number {
  const before = Map.groupBy(gone.slice(0, SAMPLE), (one) => one.rule);
  const shifts = fresh.slice(0, SAMPLE).flatMap((one) => (before.get(one.rule) ?? []).map((other) => one.view.startLine - other.view.startLine));
  const usual = mostCommon(shifts);
  const votes = shifts.filter((shift) => shift === usual).length;
  return votes >= 2 && votes * 2 >= Math.min(fresh.length, gone.length, SAMPLE) ? usual : 0;
}
