import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from './results.js';

const SERVICE = join(dirname(fileURLToPath(import.meta.url)), '../../../services/chain-resolution');

interface Measured {
  readonly assets: number;
  readonly links: number;
  readonly hops: number;
  readonly coverageMs: number;
  readonly results: Readonly<Record<string, { readonly p50: number; readonly p95: number; readonly queries: number; readonly nodes: number }>>;
}

/** Traces over a graph of a million assets: the service's own bench, in a process of its own. */
export function trace(): Promise<readonly BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-trace-'));
  try {
    const out = join(folder, 'trace.json');
    const { status } = spawnSync(process.execPath, ['bench/trace.mjs', '--out', out], { cwd: SERVICE, stdio: 'inherit' });
    if (status !== 0) throw new Error(`the bench of traces ended with ${status ?? 'a signal'}`);
    const measured = JSON.parse(readFileSync(out, 'utf8')) as Measured;
    const graph = `${measured.assets} assets, ${measured.links} links`;
    return Promise.resolve([
      ...Object.entries(measured.results).map(([name, one]): BenchResult => ({ name: `${name}, p95`, value: one.p95, unit: 'ms', note: `p50 ${one.p50} ms, ${one.queries} queries, ${one.nodes} nodes; ${graph}` })),
      { name: 'coverage of all hops', value: measured.coverageMs, unit: 'ms', note: `${measured.hops} hop states` },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
