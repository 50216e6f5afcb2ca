import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditRecorded, FindingChanged, FindingDraft } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { DatabaseUnit } from '@throughline/persistence';
import type { OutgoingMessage } from '@throughline/stream';
import { fakeClock } from '@throughline/testing';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { merge, split, type Correcting } from '../src/corrections/correct-identity.js';
import { DEFAULT_POLICY, type Policy } from '../src/domain/policy.js';
import { runRecipes, RUN_RECIPES } from '../src/due/run-recipes.js';
import { IdentityPolicyController } from '../src/http/identity-policy.controller.js';
import { RecipesController } from '../src/http/recipes.controller.js';
import { applyBody, dryRunBody, policyBody, recipesAnswer, runAnswer } from '../src/http/recipes.schemas.js';
import { loadKnown } from '../src/persistence/finding.repository.js';
import { loadPolicies } from '../src/persistence/policy.repository.js';
import { findingsAfter } from '../src/persistence/recluster.repository.js';
import { at, draft, scan, startHarness, TENANT, vulnerable, type Harness } from './harness.js';

let harness: Harness;
let recipes: RecipesController;
let policies: IdentityPolicyController;
const clock = fakeClock(new Date('2026-03-01T00:00:00Z'));
const caller = { tenantId: tenantId(TENANT), actor: 'ada', name: 'Ada', role: 'admin', scopes: [] } as unknown as Correcting['caller'];
const by: Correcting = { caller, policy: DEFAULT_POLICY, now: clock.now() };

beforeAll(async () => {
  harness = await startHarness();
  recipes = new RecipesController(harness.database, clock, DEFAULT_POLICY);
  policies = new IdentityPolicyController(harness.database, clock, DEFAULT_POLICY);
});
const wipe = async (): Promise<void> => {
  await harness.run(async (unit) => { for (const table of ['identity_policy', 'recipe_run']) await unit.query(`delete from ${table}`); });
  await harness.clear();
};
afterEach(wipe);
afterAll(async () => { await harness.close(); });

const noReply = { status: () => undefined };
const dryRun = async (policy: Partial<Policy> = {}) => runAnswer.parse(await recipes.dryRun(caller, dryRunBody.parse({ policy }), noReply));
const choose = (over: Partial<Policy>) => policies.put(caller, policyBody.parse({ ...DEFAULT_POLICY, ...over, reason: 'as asked' }));
const known = (id: string) => harness.run(async (unit) => (await loadKnown(unit, [id])).get(id));
const live = () => harness.run((unit) => unit.query<{ finding_id: string }>(`select finding_id from finding where status <> 'retired' order by first_seen, finding_id`));

/** Applies and does the work to its end; what was announced meanwhile. */
async function apply(): Promise<{ readonly answer: Awaited<ReturnType<typeof recipes.apply>>; readonly told: readonly FindingChanged[]; readonly audited: readonly AuditRecorded[] }> {
  const { id } = await recipes.apply(caller, applyBody.parse({ reason: 'new recipe' }));
  const values: unknown[] = [];
  for (let left = true; left;) {
    left = await harness.run(async (unit) => {
      const [due] = await unit.query<{ key: string; payload: Record<string, unknown> }>('delete from due_work where kind = $1 returning key, payload', [RUN_RECIPES]);
      const query: DatabaseUnit['query'] = (sql, parameters, options) => unit.query(sql, parameters, options);
      const told = Object.assign(Object.create(unit) as DatabaseUnit, { query, announce: (...all: readonly OutgoingMessage[]) => { values.push(...all.map((one) => one.value)); unit.announce(...all); } });
      if (due !== undefined) await runRecipes({ kind: RUN_RECIPES, ...due, tenantId: tenantId(TENANT), dueAt: clock.now(), attempt: 1 }, told, clock);
      return due !== undefined;
    });
  }
  const told = values.filter((one): one is FindingChanged => typeof one === 'object' && one !== null && 'findingId' in one);
  return { answer: runAnswer.parse(await recipes.readApply(caller, id)), told, audited: values.filter((one): one is AuditRecorded => typeof one === 'object' && one !== null && 'auditId' in one) };
}

const semgrep = (line = 10): FindingDraft => draft({ location: at('src/a.js', line, `eval(input${line})`) });
const codeql = (line = 10): FindingDraft => draft({ rule: { tool: 'codeql', id: 'js/code-injection', name: 'Code injection', helpUri: '' }, title: 'Code injection', location: at('src/a.js', line, `eval(input${line})`) });
const other = { enabled: true, minConfidence: 0.995 };

/** The same flaw by two tools: one finding under the service's own policy. */
async function twoTools(): Promise<string> {
  const [first] = (await harness.apply(scan({ sequence: 1, drafts: [semgrep()] }))).changed as [FindingChanged];
  await harness.apply(scan({ sequence: 2, tool: 'codeql', drafts: [codeql()] }));
  expect(await live()).toEqual([{ finding_id: first.findingId }]);
  return first.findingId;
}

describe('GET /v1/recipes', () => {
  it('shows every recipe with its source and failure modes', () => {
    const answer = recipesAnswer.parse(recipes.list());
    expect(answer.items.map((one) => one.name)).toEqual(expect.arrayContaining(['code/1', 'drift/1', 'correlation/1']));
  });
});

describe('the policy of identity', () => {
  it('is the service\'s own until one is written; each version has author and reason and is audited', async () => {
    expect(await policies.get(caller)).toEqual({ ...DEFAULT_POLICY, version: 0, author: '', reason: '', updatedAt: null });
    await choose({ absencesToFix: 3 });
    expect(await choose({ correlation: { enabled: false, minConfidence: 0.6 } })).toMatchObject({ version: 2, author: 'ada', reason: 'as asked', absencesToFix: 2, correlation: { enabled: false } });
    expect(await policies.get(caller)).toMatchObject({ version: 2, updatedAt: clock.now().toISOString() });
    const stranger = v7();
    const loaded = await harness.run((unit) => loadPolicies(unit, [TENANT, stranger, TENANT], DEFAULT_POLICY));
    expect([...loaded]).toEqual([[TENANT, { ...DEFAULT_POLICY, correlation: { enabled: false, minConfidence: 0.6 } }], [stranger, DEFAULT_POLICY]]);
    for (const wrong of [{}, { ...DEFAULT_POLICY, absencesToFix: 0 }, { ...DEFAULT_POLICY, absencesToFix: 11 }, { ...DEFAULT_POLICY, drift: { enabled: true, minConfidence: 2 } }, { ...DEFAULT_POLICY, extra: 1 }]) {
      expect(policyBody.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('a dry run', () => {
  it('says what a policy would split and merge, with examples, and changes nothing (C12)', async () => {
    const id = await twoTools();
    expect(await dryRun()).toMatchObject({ state: 'done', assets: 1, examined: 1, merges: 0, splits: 0, unchanged: 1, examples: [] });
    expect(await dryRun({ correlation: other })).toMatchObject({ splits: 1, merges: 0, unchanged: 0, examples: [{ kind: 'split', findings: [{ id, title: 'Use of eval' }], why: { recipe: 'correlation/1' } }] });
    expect(await dryRun({ correlation: { enabled: false, minConfidence: 0 } })).toMatchObject({ splits: 1 });
    expect(await live()).toHaveLength(1);
    expect((await known(id))?.finding.version).toBe(2);
    const { id: run } = await dryRun();
    expect(await recipes.readDryRun(caller, run)).toMatchObject({ id: run, state: 'done' });
    await expect(recipes.readApply(caller, run)).rejects.toMatchObject({ problem: { code: 'run_not_found' } });
  });
});

describe('applying recipes', () => {
  it('splits what the policy refuses and merges it again when it allows it: the oldest keeps id, clock and first-seen', async () => {
    const id = await twoTools();
    await choose({ correlation: other });
    const split1 = await apply();
    expect(split1.answer).toMatchObject({ state: 'done', kind: 'apply', splits: 1, merges: 0, reason: 'new recipe' });
    expect(split1.told).toMatchObject([{ change: 'split', changedBy: 'Ada', changeReason: 'new recipe' }, { change: 'split' }]);
    expect(split1.audited).toMatchObject([{ action: 'recipes.applied', actor: 'ada' }]);
    const part = split1.told.find((one) => one.findingId !== id)?.findingId ?? '';
    expect(await known(part)).toMatchObject({ finding: { status: 'open', apart: [], firstSeen: '2026-01-01T00:02:00.000Z' }, occurrences: [{ content: { rule: { tool: 'codeql' } } }] });
    expect((await apply()).answer).toMatchObject({ splits: 0, merges: 0 });

    // Later scans keep what the run decided.
    expect((await harness.apply(scan({ sequence: 3, tool: 'codeql', drafts: [codeql()] }))).changed).toEqual([]);
    const onBranch = await harness.apply(scan({ sequence: 4, tool: 'codeql', line: 'feature', drafts: [codeql()] }));
    expect(onBranch).toMatchObject({ changed: [], completed: [{ introduced: [] }] });

    await choose({});
    expect(await dryRun()).toMatchObject({ merges: 1, splits: 0, examples: [{ kind: 'merge', findings: [{ id }, { id: part }], why: { recipe: 'correlation/1' } }] });
    const merged = await apply();
    expect(merged.told).toEqual(expect.arrayContaining([expect.objectContaining({ findingId: id, change: 'merged', tools: ['codeql', 'semgrep'], firstSeen: '2026-01-01T00:01:00.000Z' }), expect.objectContaining({ findingId: part, status: 'retired', mergedInto: id })]));
    expect(await live()).toEqual([{ finding_id: id }]);
    expect((await apply()).answer).toMatchObject({ splits: 0, merges: 0, examined: 1 });
    expect((await harness.apply(scan({ sequence: 5, tool: 'codeql', drafts: [codeql()] }))).changed).toEqual([]);
    await choose({ correlation: other });
    expect(await dryRun()).toMatchObject({ splits: 1 });
  });

  it('leaves alone what people merged and split', async () => {
    const id = await twoTools();
    const observation = (await known(id))?.occurrences.find((one) => one.content.rule.tool === 'codeql')?.id ?? '';
    const created = await harness.run((unit) => split(unit, id, { observations: [observation], reason: 'two flaws' }, by));
    expect((await apply()).answer).toMatchObject({ merges: 0, splits: 0, examined: 2 });
    await harness.run((unit) => merge(unit, id, { findings: [created], reason: 'one after all' }, by));
    await choose({ correlation: { enabled: false, minConfidence: 0.6 } });
    expect((await apply()).answer).toMatchObject({ merges: 0, splits: 0, examined: 1 });
  });

  it('is one at a time', async () => {
    const { id } = await recipes.apply(caller, { reason: 'first' });
    await expect(recipes.apply(caller, { reason: 'second' })).rejects.toMatchObject({ problem: { status: 409, code: 'already_running' } });
    expect(await recipes.readApply(caller, id)).toMatchObject({ state: 'running', finishedAt: null });
  });

  it('gives findings the keys of recipes that changed, and finds by them what is one', async () => {
    await harness.apply(scan({ sequence: 1, tool: 'a', drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1'], 'a')] }));
    await harness.apply(scan({ sequence: 2, tool: 'b', drafts: [vulnerable('pkg:npm/x@1', ['GHSA-1111-2222-3333'], 'b')] }));
    // As if both had come when another recipe was in force, and the second result named what the first does.
    await harness.run(async (unit) => {
      await unit.query('update identity_key set key = gen_random_uuid(), recipe = $1', ['package/0']);
      await unit.query('update finding f set keys = (select array_agg(key) from identity_key k where k.finding_id = f.finding_id)');
      await unit.query(`update occurrence set content = replace(content, 'GHSA-1111-2222-3333', 'CVE-2024-1')`);
    });
    expect(await dryRun()).toMatchObject({ merges: 1, splits: 0, examples: [{ why: { rule: 'same-keys', recipe: 'package/1' } }] });
    const [first] = await live();
    await apply();
    expect(await live()).toEqual([first]);
    const third = await harness.apply(scan({ sequence: 3, tool: 'c', drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1'], 'c')] }));
    expect(third.changed).toMatchObject([{ findingId: first?.finding_id, tools: ['a', 'b', 'c'] }]);
    expect((await apply()).answer).toMatchObject({ merges: 0, splits: 0 });
  });

  it('sees all of a path in one page', async () => {
    const drafts = ['a', 'b', 'c'].flatMap((name) => [1, 20, 40].map((line) => draft({ location: at(`src/${name}.js`, line, `eval(${name}${line})`) })));
    await harness.apply(scan({ sequence: 1, drafts }));
    const [asset] = await harness.run((unit) => unit.query<{ asset_id: string }>('select asset_id from asset'));
    const pages: number[] = [];
    let position = { path: '', finding: '' };
    for (;;) {
      const page = await harness.run((unit) => findingsAfter(unit, asset?.asset_id ?? '', position, 4));
      const last = page.at(-1);
      if (last === undefined) break;
      pages.push(page.length);
      position = { path: last.path, finding: last.findingId };
    }
    expect(pages).toEqual([3, 3, 3]);
    expect(await harness.run((unit) => findingsAfter(unit, asset?.asset_id ?? '', { path: '', finding: '' }, 2))).toHaveLength(2);
  });
});

describe('re-clustering what scans produced under the same policy', () => {
  const TOOLS = ['semgrep', 'codeql', 'bandit'];
  const ROUNDS = 4;
  /** A result that scans of its tool show from one round to another. */
  const result = fc.record({
    tool: fc.constantFrom(...TOOLS), line: fc.constantFrom(10, 12, 20, 21, 60), path: fc.constantFrom('src/a.js', 'src/b.js'), weakness: fc.constantFrom('CWE-95', 'CWE-89'),
    from: fc.nat({ max: ROUNDS - 1 }), rounds: fc.integer({ min: 1, max: ROUNDS }),
  });
  type Result = typeof result extends fc.Arbitrary<infer R> ? R : never;
  const shown = ({ tool, line, path, weakness }: Result): FindingDraft => draft({
    rule: { tool, id: `${tool}.${weakness}`, name: '', helpUri: '' }, title: weakness === 'CWE-95' ? 'Code injection' : 'SQL injection', weaknesses: [weakness], location: at(path, line, codeAt(path, line, weakness)),
  });
  /** Code that is like that of no other place, so that nothing is taken for moved. */
  const codeAt = (...where: readonly (string | number)[]): string => {
    const words = createHash('sha256').update(where.join('|')).digest('hex').match(/.{8}/g) ?? [];
    return `f${words[0]}(g${words[1]}, h${words[2]} + i${words[3]})`;
  };
  const place = ({ tool, line, path, weakness }: Result): string => `${tool}|${path}|${line}|${weakness}`;

  async function scans(rounds: readonly (readonly Result[])[]): Promise<void> {
    await wipe();
    for (const [round, results] of rounds.entries()) {
      for (const [index, tool] of TOOLS.entries()) {
        await harness.apply(scan({ sequence: round * TOOLS.length + index + 1, tool, version: `commit:${tool}`, drafts: results.filter((one) => one.tool === tool).map(shown) }));
      }
    }
  }
  const runs = { numRuns: Number(process.env['RECLUSTER_RUNS'] ?? 15) };

  it('changes nothing', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(result, { maxLength: 12, selector: place }), async (results) => {
      await scans(Array.from({ length: ROUNDS }, (_, round) => results.filter((one) => one.from <= round && round < one.from + one.rounds)));
      const { merges, splits, examples } = await dryRun();
      expect({ merges, splits, examples }).toEqual({ merges: 0, splits: 0, examples: [] });
      expect((await apply()).told).toEqual([]);
    }), runs);
  }, 240_000);

  it('joins what was shown together only after both were known, whatever came and went; again it changes nothing', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.uniqueArray(result, { maxLength: 8, selector: place }), { minLength: 2, maxLength: 4 }), fc.constantFrom(DEFAULT_POLICY.correlation, other, { enabled: false, minConfidence: 0 }), async (rounds, correlation) => {
      await scans(rounds);
      const before = new Set((await live()).map((one) => one.finding_id));
      await choose({ correlation });
      const first = await apply();
      expect((await apply()).answer).toMatchObject({ merges: 0, splits: 0 });
      if (first.answer.splits === 0) for (const { finding_id } of await live()) expect(before.has(finding_id)).toBe(true);
    }), runs);
  }, 240_000);
});
