import { Api } from '../api/client.js';
import type { Explanation, Finding } from '../api/answers.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { print } from '../output.js';
import { renderExplanation } from '../render/explanation.js';

export const explain: Command = {
  words: ['explain'],
  summary: 'Why a finding has its score, and what would change it.',
  positional: { name: 'FINDING', min: 1, max: 1, help: 'id of a finding' },
  options: {},
  run,
};

async function run(input: Input, io: Io): Promise<ExitCode> {
  const path = `v1/findings/${encodeURIComponent(input.positionals[0] ?? '')}`;
  const api = new Api(io, input);
  const finding = await api.get<Finding>(path);
  const explanation = await api.get<Explanation>(`${path}/explanation`);
  print(io, input, { finding, explanation }, (paint) => renderExplanation(finding, explanation, paint));
  return EXIT.ok;
}
