import { newId } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { done, skip, type Unit } from '@throughline/stream';
import { advance, START } from '../corrections/recipe-run.js';
import { loadRun } from '../persistence/recipe-run.repository.js';
import type { Position } from '../persistence/recluster.repository.js';

export const RUN_RECIPES = 'recipes.run';

/** Schedules a run from its first asset. */
export async function scheduleRun(unit: Unit, tenantId: DueWork['tenantId'], runId: string, now: Date): Promise<void> {
  await scheduleDue(unit, { kind: RUN_RECIPES, key: runId, tenantId, dueAt: now, payload: START });
}

/** A re-clustering, a page of an asset a transaction; the next page is work anew. */
export async function runRecipes(work: DueWork, unit: Unit, clock: Clock): Promise<DueOutcome> {
  if (work.tenantId === null) return skip('no tenant');
  const run = await loadRun(unit, work.tenantId, work.key);
  if (run === undefined || run.state === 'done') return done;
  const { next } = await advance(unit, run, work.payload as unknown as Position, { now: clock.now(), newId });
  if (next !== undefined) await scheduleDue(unit, { kind: RUN_RECIPES, key: work.key, tenantId: work.tenantId, dueAt: clock.now(), payload: next });
  return done;
}
