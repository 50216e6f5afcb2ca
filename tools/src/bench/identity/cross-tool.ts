import { plantedProject } from './projects/project.js';
import type { PlatformApi } from './drive/platform-api.js';
import { dice } from './random.js';
import type { Scanner } from './scanners/scanners.js';
import { pairCounts, addPairs, NO_PAIRS, type PairCounts } from './score/pairs.js';
import { truthOf, type Seen } from './score/truth.js';
import { scanVariants } from './source/variants.js';

export interface CrossFigures {
  /** By class of the results; `all` counts pairs over classes, too. */
  readonly byClass: ReadonlyMap<string, PairCounts>;
  readonly results: number;
  readonly misses: readonly string[];
}

/** Several scanners on projects of which every flaw is known: are the results of one flaw one finding, and only those? */
export async function crossTool(api: PlatformApi, scanners: readonly Scanner[], seeds: readonly string[], run: string, say: (line: string) => void): Promise<CrossFigures> {
  const byClass = new Map<string, PairCounts>();
  const misses: string[] = [];
  let count = 0;
  for (const seed of seeds) {
    const project = plantedProject(seed);
    const repository = `github.com/bench-${run}/cross-${seed}`;
    const reports = await Promise.all(scanners.map(async (scanner) => ({ scanner, report: (await scanVariants(scanner, new Map([['cross', project.files]]))).of('cross') })));
    for (const { scanner, report } of dice(`${seed}|order`).shuffled(reports)) await api.scan({ report: JSON.stringify(report), repository, commit: dice(seed).hex(40), format: scanner.format });
    const results = await api.results({ repository });
    const truth = truthOf(results, project.planted);
    count += results.length;
    const scored = score(results, truth);
    for (const [name, counts] of scored) byClass.set(name, addPairs(byClass.get(name) ?? NO_PAIRS, counts));
    misses.push(...failures(results, truth).map((line) => `${seed}: ${line}`));
    say(`cross-tool ${seed}: ${results.length} results, ${new Set(results.map(({ finding }) => finding)).size} findings, ${new Set(truth.values()).size} true flaws`);
  }
  return { byClass, results: count, misses };
}

function score(results: readonly Seen[], truth: ReadonlyMap<Seen, string>): Map<string, PairCounts> {
  const clustered = (of: readonly Seen[]): PairCounts => pairCounts(of.map((seen) => ({ truth: truth.get(seen) ?? '', given: seen.finding })));
  const ofSecret = (seen: Seen): boolean => (truth.get(seen) ?? '').startsWith('secret-');
  return new Map([
    ['sast', clustered(results.filter((seen) => !forSecrets(seen) && !ofSecret(seen)))],
    ['secrets, by scanners for secrets', clustered(results.filter(forSecrets))],
    ['secrets, with scanners of code that flag the same value', clustered(results.filter((seen) => forSecrets(seen) || ofSecret(seen)))],
    ['sast and secrets, all pairs', clustered(results)],
  ]);
}

const forSecrets = ({ tool }: Seen): boolean => /gitleaks|detect-secrets/.test(tool);

const where = (seen: Seen): string => `${seen.tool} ${seen.rule.split('.').at(-1)} ${seen.path}:${seen.startLine}:${seen.startColumn}-${seen.endLine}:${seen.endColumn}`;

/** Each finding that holds several flaws, each flaw that has several findings. */
function failures(results: readonly Seen[], truth: ReadonlyMap<Seen, string>): string[] {
  const wrong = [...Map.groupBy(results, ({ finding }) => finding).values()].filter((group) => new Set(group.map((seen) => truth.get(seen))).size > 1);
  const apart = [...Map.groupBy(results, (seen) => truth.get(seen)).values()].filter((group) => new Set(group.map(({ finding }) => finding)).size > 1);
  return [
    ...wrong.map((group) => `wrongly one: ${group.map((seen) => `${where(seen)} = ${truth.get(seen)}`).join(' | ')}`),
    ...apart.map((group) => `wrongly apart (${truth.get(group[0] as Seen)}): ${group.map(where).join(' | ')}`),
  ];
}
