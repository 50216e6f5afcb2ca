import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform, type Platform } from '../platform.js';
import type { BenchResult } from '../results.js';
import { crossTool } from './cross-tool.js';
import { drift, type DriftResult } from './drift.js';
import { platformApi } from './drive/platform-api.js';
import { MUTATIONS } from './mutations/index.js';
import { carrierFiles } from './projects/carriers.js';
import { plantedProject } from './projects/project.js';
import { scanners } from './scanners/scanners.js';
import { addDrift, driftPrecision, driftRecall, NO_DRIFT, type DriftCounts } from './score/drift.js';
import { pairPrecision, pairRecall } from './score/pairs.js';

const SERVICES = ['gateway', 'ingestion', 'normalization', 'dedup', 'scoring'] as const;
const SEED = 'throughline';
const PARTS = ['cross', 'drift'] as const;

const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

/** One of its own, or the running one of that home: then each run has repositories of its own. */
async function platformFor(home: string | undefined): Promise<Pick<Platform, 'url' | 'token' | 'stop'>> {
  if (home === undefined) return startPlatform(SERVICES);
  const { gateway } = JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as { gateway: string };
  return { url: gateway, token: readFileSync(join(home, 'admin-token'), 'utf8').trim(), stop: async () => undefined };
}

const MISSES = join(tmpdir(), 'bench-identity-misses');
function keep(name: string, lines: readonly string[]): void {
  mkdirSync(MISSES, { recursive: true });
  writeFileSync(join(MISSES, name), `${lines.join('\n')}\n`);
}

export async function identity(): Promise<readonly BenchResult[]> {
  const seed = option('seed') ?? SEED;
  const parts = option('only')?.split(',') ?? PARTS;
  const run = Date.now().toString(36);
  const wanted = await scanners(say);
  const platform = await platformFor(option('platform'));
  try {
    const api = platformApi(platform.url, platform.token);
    const formats = await api.formats();
    for (const { name, format } of wanted.filter((one) => !formats.has(one.format))) say(`${name} is left out: the platform does not read ${format}`);
    const found = wanted.filter(({ format }) => formats.has(format));
    const results: BenchResult[] = [];
    if (parts.includes('cross')) {
      const cross = await crossTool(api, found, [1, 2, 3].map((n) => `${seed}-${n}`), run, say);
      keep('cross-tool.txt', cross.misses);
      results.push(...[...cross.byClass].flatMap(([name, counts]): BenchResult[] => [
        { name: `cross-tool precision, ${name}`, value: pairPrecision(counts), unit: '', note: `${counts.joined} of ${counts.joined + counts.wronglyJoined} pairs` },
        { name: `cross-tool recall, ${name}`, value: pairRecall(counts), unit: '', note: `${counts.joined} of ${counts.joined + counts.missed} pairs` },
      ]));
    }
    if (parts.includes('drift')) {
      const planted = plantedProject(`${seed}-drift`);
      const trees = [{ name: 'planted', files: planted.files }, { name: 'carrier', files: await carrierFiles(say) }].filter(({ name }) => name === (option('tree') ?? name));
      const only = option('mutation');
      const scored = await drift(api, found, trees, seed, run, MUTATIONS.filter(({ name, group }) => only === undefined || name.includes(only) || group.includes(only)));
      keep('drift.txt', scored.flatMap(({ tree, mutation, tool, misses }) => misses.map((miss) => `${tree}, ${mutation.name}, ${tool}: ${miss.kind}: ${miss.rule.split('.').at(-1)} ${miss.from.join(' ')} -> ${miss.to}`)));
      results.push(...lines('class', scored, (one) => one.class), ...lines('tool', scored, (one) => one.tool), ...lines('tree', scored, (one) => one.tree), ...lines('group', scored, (one) => one.mutation.group), ...lines('mutation', scored, (one) => one.mutation.name));
    }
    return results;
  } finally {
    await platform.stop();
  }
}

function lines(by: string, results: readonly DriftResult[], key: (one: DriftResult) => string): BenchResult[] {
  return [...Map.groupBy(results, key)].map(([name, of]): BenchResult => {
    const counts: DriftCounts = of.map((one) => one.counts).reduce(addDrift, NO_DRIFT);
    return { name: `drift by ${by}: ${name}`, value: driftRecall(counts), unit: '', note: `precision ${driftPrecision(counts).toFixed(3)}, ${counts.correct} of ${counts.possible} kept, ${counts.claimed} claimed` };
  });
}
