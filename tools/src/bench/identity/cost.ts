import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVICE = join(dirname(fileURLToPath(import.meta.url)), '../../../../services/dedup');

interface Measured {
  readonly stored: number;
  readonly step: string;
  readonly records: number;
  readonly processMicros: number;
  readonly postgresMicros: number;
  readonly findingRowsWritten: number;
}

export interface CostRow extends Measured {
  /** CPU of process and backends against the shortest history; absent for that itself. */
  readonly growth?: number;
}

/** CPU of dedup for a result while 100,000 and 1,000,000 findings are stored: the service's own bench, in a process of its own. */
export function cost(stored: string): readonly CostRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'bench-identity-cost-'));
  try {
    const out = join(folder, 'cost.json');
    const { status } = spawnSync(process.execPath, ['bench/history.mjs', `--stored=${stored}`, '--findings=10000', `--out=${out}`], { cwd: SERVICE, stdio: 'inherit' });
    if (status !== 0) throw new Error(`the bench of cost ended with ${status ?? 'a signal'}`);
    return grown(JSON.parse(readFileSync(out, 'utf8')) as readonly Measured[]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function grown(rows: readonly Measured[]): readonly CostRow[] {
  const shortest = Math.min(...rows.map(({ stored }) => stored));
  const all = (row: Measured): number => row.processMicros + row.postgresMicros;
  return rows.map((row) => {
    const first = rows.find(({ step, stored }) => step === row.step && stored === shortest);
    return first === undefined || first === row ? row : { ...row, growth: all(row) / all(first) };
  });
}
