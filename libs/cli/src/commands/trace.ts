import { parseUrn } from '@throughline/domain';
import { Api } from '../api/client.js';
import type { Trace } from '../api/answers.js';
import type { Command, Input } from '../command.js';
import { EXIT, usage, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { print } from '../output.js';
import { renderTrace } from '../render/trace.js';

export const trace: Command = {
  words: ['trace'],
  summary: 'Follow the deployment chain: from code to where it runs and who reaches it, or back.',
  positional: { name: 'URN', min: 1, max: 1, help: 'repo:github.com/acme/pay, commit:…, image:sha256:…, service:…, endpoint:shop.example, or an ARN' },
  options: {
    forward: { help: 'From code to exposure (default for repositories, commits, builds and images).' },
    backward: { help: 'From exposure to code (default for everything else).' },
    at: { value: 'TIME', help: 'As it was at this time (RFC 3339 or a date).' },
  },
  run,
};

const CODE = /^(repo|commit|pr|build|image|image-name|tag):/;

async function run(input: Input, io: Io): Promise<ExitCode> {
  const from = input.positionals[0] ?? '';
  if (parseUrn(from) === undefined) throw usage(`“${from}” is neither a URN nor an ARN.`, 'A URN is like repo:github.com/acme/pay, service:cluster/namespace/name or endpoint:shop.example.');
  if (input.flag('forward') && input.flag('backward')) throw usage('A trace goes forward or backward, not both at once.');
  const direction = input.flag('forward') || (!input.flag('backward') && CODE.test(from)) ? 'forward' : 'backward';
  const answer = await new Api(io, input).get<Trace>('v1/trace', { from, direction, at: timeOf(input.text('at')) });
  print(io, input, answer, (paint) => renderTrace(answer, paint));
  return EXIT.ok;
}

function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw usage(`--at takes a time such as 2026-03-01T12:00:00Z, not “${text}”.`);
  return new Date(time).toISOString();
}
