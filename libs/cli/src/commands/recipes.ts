import type { Recipe, RecipeRun } from '../api/answers.js';
import { Api } from '../api/client.js';
import type { Command, Input, OptionSpec } from '../command.js';
import { CliError, EXIT, usage, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { print } from '../output.js';
import { renderRecipes, renderRun } from '../render/recipes.js';

const PAUSE_MS = 2000;

const POLICY: Readonly<Record<string, OptionSpec>> = {
  correlation: { value: 'CONFIDENCE', help: 'Try this for results of other tools and rules: 0 to 1, or off.' },
  drift: { value: 'CONFIDENCE', help: 'Try this for results that moved or were edited: 0 to 1, or off.' },
};

export const recipes: Command = {
  words: ['recipes'],
  summary: 'How results become findings: the recipes of identity.',
  options: {},
  async run(input, io) {
    const { items } = await new Api(io, input).get<{ readonly items: readonly Recipe[] }>('v1/recipes');
    print(io, input, { items }, (paint) => renderRecipes(items, paint));
    return EXIT.ok;
  },
};

export const recipesDryRun: Command = {
  words: ['recipes', 'dry-run'],
  summary: 'What the recipes of today would merge and split; changes nothing.',
  options: { ...POLICY, timeout: { value: 'SECONDS', help: 'How long to wait for the result (default 600).' } },
  async run(input, io) {
    const api = new Api(io, input);
    const policy = { ...threshold(input, 'correlation'), ...threshold(input, 'drift') };
    return follow(api, input, io, 'dry-run', await api.post<RecipeRun>('v1/recipes/dry-run', { policy }));
  },
};

export const recipesApply: Command = {
  words: ['recipes', 'apply'],
  summary: 'Clusters all findings anew; the oldest keeps id, clock and decisions.',
  options: {
    reason: { value: 'TEXT', help: 'Why; kept with the run and in the audit log. Needed.' },
    timeout: { value: 'SECONDS', help: 'How long to wait for its end (default 600); it goes on without.' },
  },
  notes: ['The policy in force is applied (PUT /v1/policies/identity). Try it with `recipes dry-run` first.'],
  async run(input, io) {
    const reason = input.text('reason')?.trim();
    if (!reason) throw usage('recipes apply needs --reason.');
    const api = new Api(io, input);
    return follow(api, input, io, 'apply', await api.post<RecipeRun>('v1/recipes/apply', { reason }));
  },
};

/** What is laid over the policy in force; nothing when the option is not given. */
function threshold(input: Input, name: 'correlation' | 'drift'): object {
  const text = input.text(name);
  if (text === undefined) return {};
  if (text === 'off') return { [name]: { enabled: false, minConfidence: 0 } };
  const minConfidence = Number(text);
  if (text.trim() === '' || !(minConfidence >= 0 && minConfidence <= 1)) throw usage(`--${name} takes a number from 0 to 1, or off, not “${text}”.`);
  return { [name]: { enabled: true, minConfidence } };
}

async function follow(api: Api, input: Input, io: Io, kind: 'dry-run' | 'apply', begun: RecipeRun): Promise<ExitCode> {
  const until = io.clock.now().getTime() + (input.number('timeout', { min: 1, max: 86_400 }) ?? 600) * 1000;
  let run = begun;
  while (run.state === 'running' && io.clock.now().getTime() < until) {
    await io.sleep(PAUSE_MS);
    run = await api.get<RecipeRun>(`v1/recipes/${kind}/${encodeURIComponent(run.id)}`);
  }
  if (run.state === 'running') throw new CliError(EXIT.unavailable, `${kind} ${run.id} is not done yet: ${run.examined} findings examined.`, `It goes on; GET /v1/recipes/${kind}/${run.id} has its result.`);
  print(io, input, run, (paint) => renderRun(run, paint));
  return EXIT.ok;
}
