import type { Unit } from '@throughline/persistence';
import type { Policy } from '../domain/policy.js';
import { orNull, timeText } from './rows.js';

export type RunKind = 'dry-run' | 'apply';

/** A finding that a run would merge or split, or did. */
export interface Example {
  readonly kind: 'merge' | 'split';
  readonly findings: readonly { readonly id: string; readonly title: string }[];
  readonly why: { readonly rule: string; readonly recipe: string; readonly fields: readonly string[]; readonly confidence: number };
}

export interface RunCounts {
  readonly assets: number;
  readonly examined: number;
  readonly merges: number;
  readonly splits: number;
  /** Findings that are merged or split. */
  readonly affected: number;
  /** Results that fit several findings, which is why they were left where they are. */
  readonly ambiguous: number;
  readonly examples: readonly Example[];
}

export const NOTHING: RunCounts = { assets: 0, examined: 0, merges: 0, splits: 0, affected: 0, ambiguous: 0, examples: [] };

export interface RecipeRun extends RunCounts {
  readonly runId: string;
  readonly tenantId: string;
  readonly kind: RunKind;
  readonly state: 'running' | 'done';
  readonly policy: Policy;
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

const KEPT_DAYS = 90;

/** Begins a run, and forgets the old ones of the tenant. */
export async function addRun(unit: Unit, run: RecipeRun): Promise<void> {
  await unit.query(`delete from recipe_run where tenant_id = $1 and started_at < $2::timestamptz - interval '${KEPT_DAYS} days'`, [run.tenantId, run.startedAt]);
  await unit.query(
    `insert into recipe_run (run_id, tenant_id, kind, state, policy, actor, actor_name, reason, started_at) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)`,
    [run.runId, run.tenantId, run.kind, run.state, JSON.stringify(run.policy), run.actor, run.actorName, run.reason, run.startedAt],
  );
}

interface Row {
  run_id: string; tenant_id: string; kind: RunKind; state: 'running' | 'done'; policy: Policy; actor: string; actor_name: string; reason: string; assets: number;
  examined: string; merges: number; splits: number; affected: string; skipped: number; examples: readonly Example[]; started_at: Date; finished_at: Date | null;
}

const toRun = (row: Row): RecipeRun => ({
  runId: row.run_id, tenantId: row.tenant_id, kind: row.kind, state: row.state, policy: row.policy, actor: row.actor, actorName: row.actor_name, reason: row.reason, assets: row.assets,
  examined: Number(row.examined), merges: row.merges, splits: row.splits, affected: Number(row.affected), ambiguous: row.skipped, examples: row.examples,
  startedAt: timeText(row.started_at), finishedAt: timeText(row.finished_at),
});

export async function loadRun(unit: Unit, tenantId: string, runId: string): Promise<RecipeRun | undefined> {
  const [row] = await unit.query<Row & Record<string, unknown>>('select * from recipe_run where tenant_id = $1 and run_id = $2', [tenantId, runId]);
  return row === undefined ? undefined : toRun(row);
}

/** The tenant's run that is not done, if any: two at once would work on each other's results. */
export async function runningRun(unit: Unit, tenantId: string): Promise<RecipeRun | undefined> {
  const [row] = await unit.query<Row & Record<string, unknown>>(`select * from recipe_run where tenant_id = $1 and state = 'running' and kind = 'apply' limit 1`, [tenantId]);
  return row === undefined ? undefined : toRun(row);
}

export async function saveRun(unit: Unit, run: RecipeRun, lastAsset: string): Promise<void> {
  await unit.query(
    `update recipe_run set state = $2, assets = $3, examined = $4, merges = $5, splits = $6, affected = $7, skipped = $8, examples = $9::jsonb, finished_at = $10, after_asset = $11
     where run_id = $1`,
    [run.runId, run.state, run.assets, run.examined, run.merges, run.splits, run.affected, run.ambiguous, JSON.stringify(run.examples), orNull(run.finishedAt), orNull(lastAsset)],
  );
}
