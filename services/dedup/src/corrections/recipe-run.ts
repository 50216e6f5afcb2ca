import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { auditMessage } from '@throughline/service-kit';
import { lockAsset } from '../consumers/identity-lock.js';
import type { Asset } from '../domain/model.js';
import type { PieceMerge, PieceSplit, ReclusterAnswer } from '../domain/recluster/index.js';
import { shareAliases } from '../persistence/alias.repository.js';
import { loadRuns } from '../persistence/ledger.repository.js';
import { saveRun, type Example, type RecipeRun } from '../persistence/recipe-run.repository.js';
import { assetFrom, findingsAfter, type Position } from '../persistence/recluster.repository.js';
import { examine, type Examined } from './examine-page.js';
import { applyExamined } from './recluster-page.js';

/** Findings of a page: all of them are in memory at once, with what their observations show. */
const PAGE = 2000;
const MAX_EXAMPLES = 20;

export const START: Position = { asset: '', path: '', finding: '' };

export interface Advancing {
  readonly now: Date;
  readonly newId: () => string;
}

/**
 * Examines the next page of a run, and applies what it finds when the run is more than a trial. Gives the run as it stands
 * and where it goes on; undefined when it is done. A page is one unit: a crash repeats it, and what is applied already does
 * not change again.
 */
export async function advance(unit: Unit, run: RecipeRun, from: Position, advancing: Advancing): Promise<{ readonly run: RecipeRun; readonly next: Position | undefined }> {
  const asset = await assetFrom(unit, run.tenantId, from.asset, from.finding !== '');
  if (asset === undefined) return { run: await finish(unit, run, advancing), next: undefined };
  const locked = run.kind === 'apply' ? await lockAsset(unit, run.tenantId, asset.urn) : undefined;
  // What is written by aliases of now must be seen by whoever changes them; a trial need not hold them up.
  if (locked !== undefined) await shareAliases(unit);
  const page = await findingsAfter(unit, asset.assetId, from.asset === asset.assetId ? from : START, PAGE);
  const last = page.at(-1);
  const counted = page.length === 0 ? run : await examinePage(unit, run, locked, page.map((one) => one.findingId), advancing);
  const next = last === undefined ? { asset: asset.assetId, path: '', finding: '' } : { asset: asset.assetId, path: last.path, finding: last.findingId };
  const saved = { ...counted, assets: counted.assets + (from.asset === asset.assetId ? 0 : 1) };
  await saveRun(unit, saved, asset.assetId);
  return { run: saved, next };
}

async function examinePage(unit: Unit, run: RecipeRun, asset: Asset | undefined, findingIds: readonly string[], { now, newId }: Advancing): Promise<RecipeRun> {
  const examined = await examine(unit, run.tenantId, findingIds, run.policy);
  const counted = counting(run, findingIds.length, examined);
  if (asset === undefined) return counted;
  const runs = (await loadRuns(unit, [asset])).get(asset.assetId) ?? [];
  const corrector = { asset, runs, policy: run.policy, at: now.toISOString() };
  await applyExamined(unit, examined, { runId: run.runId, tenant: run.tenantId, corrector, by: run.actorName, reason: run.reason, newId });
  return counted;
}

function counting(run: RecipeRun, examined: number, { answer, findings }: Examined): RecipeRun {
  const titles = new Map(findings.map(({ finding, occurrences }) => [finding.findingId, occurrences[0]?.content.title ?? '']));
  const affected = new Set([...answer.merges.flatMap(({ into, from }) => [into.findingId, from.findingId]), ...answer.splits.map(({ piece }) => piece.findingId)]);
  return {
    ...run, examined: run.examined + examined, merges: run.merges + answer.merges.length, splits: run.splits + answer.splits.length, affected: run.affected + affected.size,
    ambiguous: run.ambiguous + answer.ambiguous, examples: [...run.examples, ...examplesOf(answer, titles)].slice(0, MAX_EXAMPLES),
  };
}

function examplesOf({ merges, splits }: ReclusterAnswer, titles: ReadonlyMap<string, string>): readonly Example[] {
  const shown = (id: string): Example['findings'][number] => ({ id, title: titles.get(id) ?? '' });
  const merge = ({ into, from, why }: PieceMerge): Example => ({ kind: 'merge', findings: [shown(into.findingId), shown(from.findingId)], why });
  const split = ({ piece, why }: PieceSplit): Example => ({ kind: 'split', findings: [shown(piece.findingId)], why });
  return [...merges.map(merge), ...splits.map(split)];
}

async function finish(unit: Unit, run: RecipeRun, { now }: Advancing): Promise<RecipeRun> {
  const done: RecipeRun = { ...run, state: 'done', finishedAt: now.toISOString() };
  await saveRun(unit, done, '');
  if (run.kind === 'apply') {
    const { examined, merges, splits } = run;
    const caller = { tenantId: tenantId(run.tenantId), actor: run.actor, name: run.actorName, role: 'admin' as const, scopes: [] };
    unit.announce(auditMessage(caller, 'recipes.applied', run.runId, { reason: run.reason, after: { policy: run.policy, examined, merges, splits } }, now));
  }
  return done;
}
