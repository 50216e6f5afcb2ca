import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CostRow } from './cost.js';
import { verdict, type Row } from './figures.js';
import { GO_SCANNERS, NODE_SCANNERS, PYTHON_SCANNERS } from './scanners/versions.js';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), '../../../../docs/reference/identity-accuracy.md');
const [BEGIN, END] = ['<!-- what follows is written by `npm run bench:identity` -->', '<!-- until here -->'];

const TITLES: Readonly<Record<Row['table'], string>> = {
  'cross-tool': 'Across tools', drift: 'Over changes (drift)', 'drift by mutation': 'Drift by kind of change', 'drift by tool': 'Drift by tool',
};

export interface Published {
  readonly rows: readonly Row[];
  readonly cost: readonly CostRow[];
  readonly seed: string;
  readonly leftOut: readonly string[];
}

/** Puts the tables of this run into the page; the words around them are people's. */
export function publish(results: Published, now: Date): void {
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const kept = costOf(results.cost) || oldCost(rest);
  const tables = (Object.keys(TITLES) as Row['table'][]).map((table) => tableOf(TITLES[table], results.rows.filter((row) => row.table === table)));
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${[heading(results, now), ...tables, kept].filter(Boolean).join('\n\n')}\n\n${END}${rest.split(END)[1] ?? '\n'}`);
}

function heading({ seed, leftOut }: Published, now: Date): string {
  const versions = Object.entries({ ...PYTHON_SCANNERS, ...NODE_SCANNERS, ...GO_SCANNERS }).map(([name, version]) => `${name} ${/[\d.]+$/.exec(version)?.[0] ?? version}`).join(', ');
  return `Seed \`${seed}\`, ${now.toISOString().slice(0, 10)}, ${cpus().length} cores at a load of ${loadavg()[0]?.toFixed(1)}. Scanners: ${versions}.${leftOut.length > 0 ? ` Left out of this run: ${leftOut.join(', ')}.` : ''}`;
}

function tableOf(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const line = (row: Row): string => `| ${row.name} | ${row.precision.toFixed(3)} | ${row.recall.toFixed(3)} | ${row.target ? `${row.target.precision} / ${row.target.recall}, ${verdict(row)}` : ''} | ${row.note} |`;
  return [`### ${title}`, '', '| | precision | recall | target | counted |', '|---|---|---|---|---|', ...rows.map(line)].join('\n');
}

const COST_TITLE = '### Cost by length of history';

function costOf(rows: readonly CostRow[]): string {
  if (rows.length === 0) return '';
  const line = (row: CostRow): string => `| ${row.step} | ${row.stored.toLocaleString('en-US')} | ${row.processMicros.toFixed(0)} | ${row.postgresMicros.toFixed(0)} | ${row.growth === undefined ? '' : `${row.growth.toFixed(2)}x`} | ${row.records} | ${row.findingRowsWritten} |`;
  return [COST_TITLE, '', '| result | findings stored | CPU of dedup, µs | CPU of its Postgres backends, µs | growth of both | records told | finding rows written |', '|---|---|---|---|---|---|---|', ...rows.map(line)].join('\n');
}

/** A run without `--cost` leaves the table of the last one that had it. */
const oldCost = (rest: string): string => {
  const [inside = ''] = rest.split(END);
  const at = inside.indexOf(COST_TITLE);
  return at < 0 ? '' : inside.slice(at).trim();
};
