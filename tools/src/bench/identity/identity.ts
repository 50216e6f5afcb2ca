import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform, type Platform } from '../platform.js';
import type { BenchResult } from '../results.js';
import { cost, type CostRow } from './cost.js';
import { crossTool } from './cross-tool.js';
import { drift } from './drift.js';
import { platformApi, type PlatformApi } from './drive/platform-api.js';
import { crossRow, driftRow, driftRows, verdict, type Row } from './figures.js';
import { MUTATIONS } from './mutations/index.js';
import { packages } from './packages.js';
import { carrierFiles } from './projects/carriers.js';
import { plantedProject } from './projects/project.js';
import { publish } from './publish.js';
import { scanners, type Scanner } from './scanners/scanners.js';

const SERVICES = ['gateway', 'ingestion', 'normalization', 'dedup', 'scoring'] as const;
const SEED = 'throughline';
const PROJECTS = [1, 2, 3] as const;
const HISTORY = '100000,1000000';
/** Each miss of a run, a line each, for whoever mends it. */
const MISSES = join(tmpdir(), 'bench-identity-misses');

const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const flag = (name: string): boolean => process.argv.includes(`--${name}`);
const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

interface Run {
  readonly api: PlatformApi;
  readonly scanners: readonly Scanner[];
  readonly seed: string;
  /** Sets repositories of several runs on one platform apart. */
  readonly name: string;
}

/** Parts of the bench by what `--only=` calls them. */
const PARTS: Readonly<Record<string, (run: Run) => Promise<readonly Row[]>>> = { cross: acrossTools, packages: ofPackages, drift: overChanges };

/**
 * Pairwise precision and recall of identity on data of which the truth is known, through the whole platform over HTTP.
 * `--seed=` makes other data, `--only=cross|packages|drift`, `--tree=planted|carrier` and `--mutation=` a part of it (not
 * published), `--platform=<home>` measures one that runs, `--cost` adds cost by length of history (`--cost-only`: nothing else).
 */
export async function identity(): Promise<readonly BenchResult[]> {
  const costs = flag('cost') || flag('cost-only') ? cost(option('stored') ?? HISTORY) : [];
  const { rows, leftOut } = flag('cost-only') ? { rows: [], leftOut: [] } : await accuracy();
  const whole = ['only', 'tree', 'mutation'].every((name) => option(name) === undefined) && !flag('cost-only');
  if (whole) publish({ rows, cost: costs, seed: option('seed') ?? SEED, leftOut }, new Date());
  return [...rows.flatMap(resultsOf), ...costs.flatMap(resultOfCost)];
}

async function accuracy(): Promise<{ readonly rows: readonly Row[]; readonly leftOut: readonly string[] }> {
  const wanted = await scanners(say);
  const platform = await platformFor(option('platform'));
  try {
    const api = platformApi(platform.url, platform.token);
    const formats = await api.formats();
    const unread = wanted.filter(({ format }) => !formats.has(format)).map(({ name, format }) => `${name} (the platform does not read ${format})`);
    const run: Run = { api, scanners: wanted.filter(({ format }) => formats.has(format)), seed: option('seed') ?? SEED, name: Date.now().toString(36) };
    say(`seed ${run.seed}; ${run.scanners.map(({ version, name }) => `${name} ${version}`.split(' ').slice(0, 2).join(' ')).join(', ')}; load ${loadavg()[0]?.toFixed(1)}`);
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(PARTS)) if ((option('only') ?? name).split(',').includes(name)) rows.push(...await measure(run));
    return { rows, leftOut: unread };
  } finally {
    await platform.stop();
  }
}

/** One of its own, or the running one of that home. */
async function platformFor(home: string | undefined): Promise<Pick<Platform, 'url' | 'token' | 'stop'>> {
  if (home === undefined) return startPlatform(SERVICES);
  const { gateway } = JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as { gateway: string };
  return { url: gateway, token: readFileSync(join(home, 'admin-token'), 'utf8').trim(), stop: async () => undefined };
}

async function acrossTools(run: Run): Promise<readonly Row[]> {
  const { byClass, misses } = await crossTool(run.api, run.scanners, PROJECTS.map((n) => `${run.seed}-${n}`), run.name, say);
  keep('cross-tool.txt', misses);
  return [...byClass].map(([name, counts]) => crossRow(name, counts));
}

async function ofPackages(run: Run): Promise<readonly Row[]> {
  const { cross, rebuilt, misses } = await packages(run.api, PROJECTS.map((n) => `${run.seed}-${n}`), run.name);
  keep('packages.txt', misses);
  return [crossRow('sca and container', cross), driftRow('drift', 'sca and container: a new build of the image', rebuilt, rebuilt.possible - rebuilt.correct)];
}

async function overChanges(run: Run): Promise<readonly Row[]> {
  const trees = [{ name: 'planted', files: plantedProject(`${run.seed}-drift`).files }, { name: 'carrier', files: await carrierFiles(say) }].filter(({ name }) => name === (option('tree') ?? name));
  const only = option('mutation');
  const results = await drift(run.api, run.scanners, trees, run.seed, run.name, say, MUTATIONS.filter(({ name, group }) => only === undefined || name.includes(only) || group.includes(only)));
  keep('drift.txt', results.flatMap(({ tree, mutation, tool, misses }) => misses.map((miss) => `${tree}, ${mutation.name}, ${tool}: ${miss.kind}: ${miss.rule.split('.').at(-1)} ${miss.from.join(' ')} -> ${miss.to}`)));
  return driftRows(results);
}

function keep(name: string, lines: readonly string[]): void {
  mkdirSync(MISSES, { recursive: true });
  writeFileSync(join(MISSES, name), `${lines.join('\n')}\n`);
}

const resultsOf = (row: Row): BenchResult[] => [
  { name: `${row.table}: ${row.name}, precision`, value: row.precision, unit: '', note: `${row.note}${row.target ? `; ${verdict(row)} ${row.target.precision} / ${row.target.recall}` : ''}` },
  { name: `${row.table}: ${row.name}, recall`, value: row.recall, unit: '', note: '' },
];

const resultOfCost = (row: CostRow): BenchResult[] => [
  { name: `CPU of a result, ${row.step}, ${row.stored.toLocaleString('en-US')} stored`, value: row.processMicros + row.postgresMicros, unit: 'µs', note: `${row.processMicros.toFixed(0)} in dedup; ${row.growth === undefined ? 'the shortest history' : `${row.growth.toFixed(2)} times`}; ${row.records} records, ${row.findingRowsWritten} finding rows` },
];
