import { bucketPairs } from './buckets.js';
import { likeness, type Bag } from './code.js';
import { compare, type Fact, type Sides } from './fact.js';
import type { DriftQuestion } from './question.js';
import { mostCommon } from './shift.js';
import { solve } from './solve.js';

/** Which new path an old one became. */
export interface FilePairs {
  arePaired(now: string, before: string): boolean;
  readonly pairs: readonly { readonly now: string; readonly before: string }[];
}

/** As natural logarithms of odds, like the weights of results. */
const WEIGHTS = {
  /** A file that went and one that came are two files. */
  prior: -1.5,
  /** What was flagged in both, by `perLikeness` · (likeness − `evenLikeness`); a little code says proportionally less. */
  perLikeness: 6,
  evenLikeness: 0.4,
  enough: 4,
  sameName: 2,
  /** `api.js` to `api.ts`. */
  sameStem: 1.4,
  otherExtension: -1,
  sameFolder: 0.5,
  /** For each folder next to the name that is the same, up to three. */
  sameFolderAbove: 0.4,
} as const;

/** Odds lower than e : 1 against any other pairing of the files leave them unpaired. */
const MARGIN = 0.5;
/** What a result without code says: its rule and its line in the file. */
const LINE_WEIGHT = 1.5;
const BUCKET_CAP = 4096;

interface File {
  readonly path: string;
  readonly name: string;
  readonly stem: string;
  readonly folder: string;
  readonly bag: Bag;
  readonly bare: readonly Fact[];
  readonly same: readonly string[];
}

/** Old paths that show nothing any more with new paths that showed nothing before, each at most once. */
export function pairFiles(sides: Sides, { whole, knownPaths, shownPaths }: DriftQuestion): FilePairs {
  if (!whole) return pairsOf([]);
  const now = filesOf(sides.fresh.filter((one) => !knownPaths.has(one.view.path)));
  const before = filesOf(sides.gone.filter((one) => !shownPaths.has(one.view.path)));
  const keysOf = (file: File): readonly string[] => [`name|${file.name}`, `stem|${file.stem}`, `folder|${file.folder}`, ...file.same.map((one) => `same|${one}`)];
  const candidates = bucketPairs({ left: now, right: before, leftKeys: keysOf, rightKeys: keysOf, cap: BUCKET_CAP });
  const edges = candidates.map(([row, column]) => ({ row, column, worth: worthOf(now[row] as File, before[column] as File) })).filter((edge) => edge.worth > -MARGIN);
  return pairsOf(solve(edges).pairs.filter((pair) => pair.margin >= MARGIN).map(({ row, column }) => ({ now: (now[row] as File).path, before: (before[column] as File).path })));
}

function pairsOf(pairs: FilePairs['pairs']): FilePairs {
  const byNew = new Map(pairs.map((pair) => [pair.now, pair.before]));
  return { pairs, arePaired: (now, before) => byNew.get(now) === before };
}

function filesOf(facts: readonly Fact[]): readonly File[] {
  return [...Map.groupBy(facts, (one) => one.view.path)].sort(([a], [b]) => compare(a, b)).map(([path, members]) => {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    return { path, name, stem: name.replace(/\.[^.]+$/, ''), folder: path.slice(0, Math.max(0, slash)), bag: together(members), bare: members.filter((one) => one.same === ''), same: members.map((one) => one.same).filter((same) => same !== '') };
  });
}

function together(facts: readonly Fact[]): Bag {
  const weights = new Map<string, number>();
  let total = 0;
  for (const { rule, bag } of facts) {
    for (const [token, weight] of bag.weights) weights.set(`${rule}|${token}`, (weights.get(`${rule}|${token}`) ?? 0) + weight);
    total += bag.total;
  }
  return { weights, total };
}

function worthOf(now: File, before: File): number {
  const { alike, total } = contents(now, before);
  return WEIGHTS.prior + Math.min(1, total / WEIGHTS.enough) * WEIGHTS.perLikeness * (alike - WEIGHTS.evenLikeness) + names(now, before);
}

/** Likeness of code, and of lines where there is none, each as far as it goes. */
function contents(now: File, before: File): { readonly alike: number; readonly total: number } {
  const ofCode = Math.min(now.bag.total, before.bag.total);
  const ofLines = Math.min(now.bare.length, before.bare.length) * LINE_WEIGHT;
  const total = ofCode + ofLines;
  return { total, alike: total === 0 ? 0 : (ofCode * likeness(now.bag, before.bag) + ofLines * inStep(now.bare, before.bare)) / total };
}

/** Share of the results that are on the same lines once the most common shift is taken off; one that defines a shift other than none proves nothing. */
function inStep(now: readonly Fact[], before: readonly Fact[]): number {
  const places = Map.groupBy(before, (one) => one.rule);
  const few = now.slice(0, 200);
  const shift = mostCommon(few.flatMap((one) => (places.get(one.rule) ?? []).slice(0, 200).map((other) => one.view.startLine - other.view.startLine)));
  const lines = new Set(before.map((one) => `${one.rule}|${one.view.startLine + shift}`));
  const hits = few.filter((one) => lines.has(`${one.rule}|${one.view.startLine}`)).length;
  return Math.max(0, hits - (shift === 0 ? 0 : 1)) / Math.max(few.length, Math.min(200, before.length));
}

function names(now: File, before: File): number {
  const name = now.name === before.name ? WEIGHTS.sameName : now.stem === before.stem ? WEIGHTS.sameStem : 0;
  const extension = now.name.slice(now.stem.length) === before.name.slice(before.stem.length) || name > 0 ? 0 : WEIGHTS.otherExtension;
  return name + extension + (now.folder === before.folder ? WEIGHTS.sameFolder : WEIGHTS.sameFolderAbove * sameAbove(now.folder, before.folder));
}

function sameAbove(now: string, before: string): number {
  const left = now.split('/').reverse();
  const right = before.split('/').reverse();
  let same = 0;
  while (same < 3 && left[same] !== undefined && left[same] !== '' && left[same] === right[same]) same += 1;
  return same;
}
