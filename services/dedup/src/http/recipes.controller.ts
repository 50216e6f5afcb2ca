import { Body, Controller, Get, HttpCode, Inject, Param, ParseUUIDPipe, Post, Res } from '@nestjs/common';
import { newId } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import { advisoryLocks, type Database, type Unit } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, problem, Roles, zodBody } from '@throughline/service-kit';
import type { z } from 'zod';
import { advance, START } from '../corrections/recipe-run.js';
import type { Policy } from '../domain/policy.js';
import { nameOf, RECIPE_DECLARATIONS } from '../domain/recipes.js';
import { scheduleRun } from '../due/run-recipes.js';
import { loadPolicy } from '../persistence/policy.repository.js';
import { addRun, loadRun, NOTHING, runningRun, type RecipeRun, type RunKind } from '../persistence/recipe-run.repository.js';
import { countShown } from '../persistence/recluster.repository.js';
import { POLICY } from '../tokens.js';
import { applyBody, dryRunBody, recipesAnswer, runAnswer } from './recipes.schemas.js';

/** Up to here a trial is answered at once; beyond, it is work whose result is asked for. */
const AT_ONCE = 20_000;

type RunAnswer = z.infer<typeof runAnswer>;
interface Reply { status(code: number): unknown }

@Controller('/v1/recipes')
export class RecipesController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock, @Inject(POLICY) private readonly policy: Policy) {}

  @Get()
  @ApiZod({ summary: 'How results become findings: every recipe of identity, with its source and failure modes', responses: { 200: { description: 'Recipes, in the order in which they are asked', schema: recipesAnswer } } })
  list(): z.infer<typeof recipesAnswer> {
    return { items: RECIPE_DECLARATIONS.map((one) => ({ ...one, name: nameOf(one), classes: [...one.classes], madeOf: [...one.madeOf], failureModes: [...one.failureModes] })), next: null };
  }

  @Post('dry-run')
  @HttpCode(200)
  @Roles('admin', 'triager')
  @ApiZod({
    summary: 'What the recipes of today and a policy would merge and split', description: 'Changes nothing. Over 20,000 findings it answers 202 and works on; GET …/dry-run/{id} has the result.', body: dryRunBody,
    responses: { 200: { description: 'Done', schema: runAnswer }, 202: { description: 'Running', schema: runAnswer } },
  })
  async dryRun(@Caller() caller: Caller, @Body(zodBody(dryRunBody)) body: z.infer<typeof dryRunBody>, @Res({ passthrough: true }) reply: Reply): Promise<RunAnswer> {
    const now = this.clock.now();
    return this.database.run([caller.tenantId], async (unit) => {
      const run = await this.#begin(unit, caller, 'dry-run', { policy: { ...await loadPolicy(unit, caller.tenantId, this.policy), ...defined(body.policy) }, reason: '' }, now);
      if (await countShown(unit, caller.tenantId, AT_ONCE + 1) > AT_ONCE) {
        await scheduleRun(unit, caller.tenantId, run.runId, now);
        reply.status(202);
        return present(run);
      }
      let step = await advance(unit, run, START, { now, newId });
      while (step.next !== undefined) step = await advance(unit, step.run, step.next, { now, newId });
      return present(step.run);
    });
  }

  @Post('apply')
  @HttpCode(202)
  @Roles('admin')
  @ApiZod({
    summary: 'Clusters all findings anew by the recipes of today and the policy in force', description: 'The oldest finding keeps its id; decisions, tickets and first-seen stay. Works on after the answer, asset by asset; GET …/apply/{id} has the result. One at a time.',
    body: applyBody, responses: { 202: { description: 'Running', schema: runAnswer }, 409: { description: 'Another one is running' } },
  })
  async apply(@Caller() caller: Caller, @Body(zodBody(applyBody)) body: z.infer<typeof applyBody>): Promise<RunAnswer> {
    const now = this.clock.now();
    return this.database.run([caller.tenantId], async (unit) => {
      await advisoryLocks(unit, [`recipes|${caller.tenantId}`]);
      const other = await runningRun(unit, caller.tenantId);
      if (other !== undefined) throw problem(409, 'already_running', `Run ${other.runId} is applying recipes; it must end first.`);
      const run = await this.#begin(unit, caller, 'apply', { policy: await loadPolicy(unit, caller.tenantId, this.policy), reason: body.reason }, now);
      await scheduleRun(unit, caller.tenantId, run.runId, now);
      unit.announce(auditMessage(caller, 'apply.recipes', run.runId, { reason: body.reason, after: { policy: run.policy } }, now));
      return present(run);
    });
  }

  @Get('dry-run/:id')
  @ApiZod({ summary: 'The result of a dry run', params: { id: 'Run' }, responses: { 200: { description: 'As far as it is', schema: runAnswer } } })
  readDryRun(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string): Promise<RunAnswer> {
    return this.#read(caller, 'dry-run', id);
  }

  @Get('apply/:id')
  @ApiZod({ summary: 'What applying the recipes did', params: { id: 'Run' }, responses: { 200: { description: 'As far as it is', schema: runAnswer } } })
  readApply(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string): Promise<RunAnswer> {
    return this.#read(caller, 'apply', id);
  }

  async #begin(unit: Unit, caller: Caller, kind: RunKind, { policy, reason }: { readonly policy: Policy; readonly reason: string }, now: Date): Promise<RecipeRun> {
    const run: RecipeRun = {
      ...NOTHING, runId: newId(), tenantId: caller.tenantId, kind, state: 'running', policy, actor: caller.actor, actorName: caller.name, reason, startedAt: now.toISOString(), finishedAt: '',
    };
    await addRun(unit, run);
    return run;
  }

  async #read(caller: Caller, kind: RunKind, id: string): Promise<RunAnswer> {
    const run = await this.database.run([caller.tenantId], (unit) => loadRun(unit, caller.tenantId, id));
    if (run === undefined || run.kind !== kind) throw problem(404, 'run_not_found', `No ${kind} has the id ${id}; results are kept for 90 days.`);
    return present(run);
  }
}

/** Fields that the body has: a missing one is not one that is undefined. */
const defined = (policy: z.infer<typeof dryRunBody>['policy']): Partial<Policy> => Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));

function present({ runId, kind, state, policy, reason, assets, examined, merges, splits, affected, ambiguous, examples, startedAt, finishedAt }: RecipeRun): RunAnswer {
  return {
    id: runId, kind, state, policy: { ...policy }, reason, assets, examined, merges, splits, unchanged: examined - affected, ambiguous,
    examples: examples.map(({ kind: what, findings, why: { rule, recipe, fields, confidence } }) => ({ kind: what, findings: [...findings], why: { rule, recipe, fields: [...fields], confidence } })),
    at: startedAt, finishedAt: finishedAt || null,
  };
}
