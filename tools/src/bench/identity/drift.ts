import { inTurns, type PlatformApi } from './drive/platform-api.js';
import { MUTATIONS, type NamedMutation } from './mutations/index.js';
import { dice } from './random.js';
import { placesOf, reversedResults, type Format } from './scanners/reports.js';
import type { Scanner } from './scanners/scanners.js';
import { driftScore, type After, type Before, type DriftCounts, type DriftMiss } from './score/drift.js';
import type { Seen } from './score/truth.js';
import { languageOf, originOf, type SourceFile, type Tree } from './source/tree.js';
import { scanVariants, type ScannedVariants } from './source/variants.js';

const AT_ONCE = 6;

export interface DriftResult {
  readonly tree: string;
  readonly mutation: NamedMutation;
  readonly tool: string;
  readonly class: string;
  readonly counts: DriftCounts;
  readonly misses: readonly DriftMiss[];
}

export interface NamedTree { readonly name: string; readonly files: Tree }

interface Prepared {
  readonly tree: NamedTree;
  readonly variants: ReadonlyMap<string, Tree>;
  readonly scans: readonly { readonly scanner: Scanner; readonly scanned: ScannedVariants }[];
}

/** Scans a tree, changes it, scans it again: does each flaw keep its id, and does no other flaw get it? */
export async function drift(api: PlatformApi, scanners: readonly Scanner[], trees: readonly NamedTree[], seed: string, run: string, say: (line: string) => void, mutations: readonly NamedMutation[] = MUTATIONS): Promise<readonly DriftResult[]> {
  const results: DriftResult[] = [];
  for (const tree of trees) {
    const prepared = await prepare(tree, scanners, seed, mutations);
    const work = prepared.scans.flatMap((scan) => mutations.map((mutation) => ({ ...scan, mutation })));
    const scored = await inTurns(work, AT_ONCE, async ({ scanner, scanned, mutation }) => {
      const score = await oneChange(api, scanned, prepared.variants.get(mutation.name) ?? [], mutation, `github.com/bench-${run}/${tree.name}-${scanner.name}-${slug(mutation.name)}`);
      if (score === undefined) say(`not scored: ${tree.name}, ${mutation.name}, ${scanner.name}`);
      return score && { tree: tree.name, mutation, tool: scanner.name, class: isForSecrets(scanner.format) ? 'secrets' : 'sast', ...score };
    });
    results.push(...scored.flatMap((one) => one ?? []));
  }
  return results;
}

export const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** The tree itself is scanned first: some mutations look for flagged lines. */
async function prepare(tree: NamedTree, scanners: readonly Scanner[], seed: string, mutations: readonly NamedMutation[]): Promise<Prepared> {
  const flagged = new Map<string, string[]>();
  const finds = new Set<string>();
  const able = scanners.filter(({ reads }) => tree.files.some(({ path }) => reads.includes(languageOf(path))));
  for (const scanner of able) {
    const first = await scanVariants(scanner, new Map([['base', tree.files]]));
    for (const { path, line, endLine, rule } of placesOf(scanner.format, first.of('base'))) {
      finds.add(scanner.name);
      for (const at of new Set([line, endLine])) flagged.set(originOf(path, at), [...(flagged.get(originOf(path, at)) ?? []), `${scanner.name} ${rule}`]);
    }
  }
  const files = tree.files.filter((file) => file.lines.some(({ origins }) => origins.some((origin) => flagged.has(origin))));
  const variants = new Map<string, Tree>([['base', files], ...mutations.map(({ name, mutate }) => [name, mutate(files, { dice: dice(`${seed}|${tree.name}|${name}`), flagged })] as const)]);
  const written = new Set(mutations.filter((one) => one.written !== undefined).map(({ name }) => name));
  const folders = new Map([...variants].filter(([name]) => !written.has(name)).map(([name, variant]) => [slug(name), variant]));
  const scans = [];
  for (const scanner of able.filter(({ name }) => finds.has(name))) scans.push({ scanner, scanned: await scanVariants(scanner, folders) });
  return { tree, variants, scans };
}

/**
 * Uploads both reports and scores what became of the findings. Undefined where the scanner says that it could not read all of the changed tree: such a scan shows no absence, so that nothing moves.
 */
async function oneChange(api: PlatformApi, scanned: ScannedVariants, after: Tree, mutation: NamedMutation, repository: string): Promise<{ counts: DriftCounts; misses: readonly DriftMiss[] } | undefined> {
  const { written } = mutation;
  const [old, next] = written === undefined ? [scanned.of('base'), scanned.of(slug(mutation.name))] : [scanned.of('base', written.before), scanned.of('base', written.after)];
  let whole = true;
  const apply = async (report: unknown, name: string): Promise<readonly Seen[]> => {
    const { counts, coverage } = await api.scan({ report: JSON.stringify(report), repository, format: scanned.format, commit: dice(`${repository}${name}`).hex(40) });
    whole &&= coverage === 'complete';
    return api.places({ repository }, counts['observed'] ?? 0);
  };
  const pathOf = written === undefined ? (path: string): string => path : checkoutPath(after);
  const before = (await apply(old, 'before')).map((seen): Before => ({ rule: seen.rule, origin: originOf(pathOf(seen.path), seen.startLine), finding: seen.finding }));
  const files = new Map(after.map((file) => [file.path, file]));
  const now = (await apply(written?.reversed === true ? reversedResults(scanned.format, next) : next, 'after')).map((seen): After => ({ rule: seen.rule, origins: originsAt(files.get(pathOf(seen.path)), seen), finding: seen.finding, place: `${seen.path}:${seen.startLine}` }));
  const ofValues = isForSecrets(scanned.format);
  return whole ? driftScore(before, ofValues ? eachOnce(now) : now) : undefined;
}

/** A secret is its value: a copy beside the original is the same finding, and counts once. */
const eachOnce = (results: readonly After[]): readonly After[] => [...new Map(results.map((one) => [JSON.stringify([one.rule, one.finding, one.origins]), one])).values()];

const isForSecrets = (format: Format): boolean => format === 'gitleaks' || format === 'detect-secrets';

/** The file of a checkout that a path on some machine means. */
const checkoutPath = (tree: Tree) => (path: string): string => {
  const plain = path.replace(/\\/g, '/');
  return tree.find((file) => plain === file.path || plain.endsWith(`/${file.path}`))?.path ?? plain;
};

/** Where the line that a result begins on came from. */
const originsAt = (file: SourceFile | undefined, seen: Seen): readonly string[] => file?.lines[seen.startLine - 1]?.origins ?? [];
