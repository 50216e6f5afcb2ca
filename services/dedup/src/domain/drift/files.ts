import { bucketPairs } from './buckets.js';
import { likeness, type Bag } from './code.js';
import { compare, type Fact, type Sides } from './fact.js';
import type { DriftQuestion } from './question.js';
import { mostCommon } from './shift.js';
import { solve } from './solve.js';

/** Which new path an old one became. */
export interface FilePairs {
  /** How sure it is that the old path became the new one (0 to 1); 0 when they are two files. */
  trust(now: string, before: string): number;
  readonly pairs: readonly { readonly now: string; readonly before: string; readonly trust: number }[];
}

/** As natural logarithms of odds, like the weights of results. */
const WEIGHTS = {
  /** A file that went and one that came are two files. */
  prior: -1.5,
  /** What was flagged in both, by `perLikeness` · (likeness − `evenLikeness`); a little code says proportionally less. */
  perLikeness: 6,
  evenLikeness: 0.4,
  enough: 4,
  /** Results of both on the same lines, by their share: a file that was only moved. */
  sameLines: 1.5,
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
  readonly facts: readonly Fact[];
  /** Results without code. */
  readonly bare: number;
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
  return pairsOf(solve(edges).pairs.filter((pair) => pair.margin >= MARGIN).map(({ row, column, worth }) => ({
    now: (now[row] as File).path, before: (before[column] as File).path, trust: 1 / (1 + Math.exp(-worth)),
  })));
}

function pairsOf(pairs: FilePairs['pairs']): FilePairs {
  const byNew = new Map(pairs.map((pair) => [pair.now, pair]));
  return { pairs, trust: (now, before) => { const pair = byNew.get(now); return pair?.before === before ? pair.trust : 0; } };
}

function filesOf(facts: readonly Fact[]): readonly File[] {
  return [...Map.groupBy(facts, (one) => one.view.path)].sort(([a], [b]) => compare(a, b)).map(([path, members]) => {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    return {
      path, name, stem: name.replace(/\.[^.]+$/, ''), folder: path.slice(0, Math.max(0, slash)), bag: together(members), facts: members, bare: members.filter((one) => one.same === '').length,
      same: members.map((one) => one.same).filter((same) => same !== ''),
    };
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
  if (onlyEdited(now, before)) return Number.NEGATIVE_INFINITY;
  const steps = inStep(now.facts, before.facts);
  const ofCode = Math.min(now.bag.total, before.bag.total);
  const ofLines = Math.min(now.bare, before.bare) * LINE_WEIGHT;
  const total = ofCode + ofLines;
  const alike = total === 0 ? 0 : (ofCode * likeness(now.bag, before.bag) + ofLines * steps.share) / total;
  return WEIGHTS.prior + Math.min(1, total / WEIGHTS.enough) * WEIGHTS.perLikeness * (alike - WEIGHTS.evenLikeness)
    + (steps.shift === 0 ? WEIGHTS.sameLines * steps.share : 0) + names(now, before);
}

/** A single result whose code was edited is no witness of its file's new name: the same likeness would be counted twice. */
function onlyEdited(now: File, before: File): boolean {
  if (Math.min(now.facts.length, before.facts.length) > 1 || now.stem === before.stem || now.bare + before.bare > 0) return false;
  return !now.same.some((one) => before.same.includes(one));
}

/** Results of a file that are looked at for its shift. */
const SAMPLE = 200;

/** Share of the results that are on the same lines once the most common shift is taken off; one that defines a shift other than none proves nothing. */
function inStep(now: readonly Fact[], before: readonly Fact[]): { readonly shift: number; readonly share: number } {
  const few = now.slice(0, SAMPLE);
  const places = Map.groupBy(before.slice(0, SAMPLE), (one) => one.rule);
  const shift = mostCommon(few.flatMap((one) => (places.get(one.rule) ?? []).map((other) => one.view.startLine - other.view.startLine)));
  const lines = new Set([...places.values()].flat().map((one) => `${one.rule}|${one.view.startLine + shift}`));
  const hits = few.filter((one) => lines.has(`${one.rule}|${one.view.startLine}`)).length;
  return { shift, share: Math.max(0, hits - (shift === 0 ? 0 : 1)) / Math.max(few.length, Math.min(SAMPLE, before.length)) };
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
