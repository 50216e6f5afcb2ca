import { readFile } from 'node:fs/promises';
import { Api } from '../api/client.js';
import type { FactsTaken } from '../api/answers.js';
import type { Command, Input } from '../command.js';
import { EXIT, usage, type ExitCode } from '../errors.js';
import { readStdin, type Io } from '../io.js';
import { print } from '../output.js';
import { count } from '../render/lines.js';
import { progress } from '../terminal.js';
import { readRequests } from './facts-file.js';

export const observe: Command = {
  words: ['observe'],
  summary: 'Send facts about the deployment chain, as collect writes them.',
  positional: { name: 'FILE…', min: 1, max: 100, help: 'facts files, or - for standard input' },
  options: {},
  run,
};

/** The same under the words that go with `collect aws` and `collect kubernetes`. */
export const collectSend: Command = { ...observe, words: ['collect', 'send'] };

async function run(input: Input, io: Io): Promise<ExitCode> {
  const texts = await Promise.all(input.positionals.map(async (file) => ({ file, text: file === '-' ? await readStdin(io) : await readFile(file, 'utf8').catch(() => { throw usage(`There is no file ${file}.`); }) })));
  const requests = texts.flatMap(({ file, text }) => readRequests(file, text));
  const api = new Api(io, input);
  const bar = progress(io.stderr);
  const total = { requests: requests.length, facts: 0, announced: 0, repeated: 0 };
  for (const [index, request] of requests.entries()) {
    bar.show(`sending ${index + 1} of ${count(requests.length, 'part')}`);
    const taken = await api.post<FactsTaken>('v1/observations/assets', request);
    total.facts += taken.facts;
    total.announced += taken.announced;
    total.repeated += taken.repeated ? 1 : 0;
  }
  bar.clear();
  print(io, input, total, (paint) => `${paint.green('taken')}: ${count(total.facts, 'fact')} in ${count(total.requests, 'part')}, ${total.announced} of them news${total.repeated > 0 ? `; ${count(total.repeated, 'part was', 'parts were')} known already` : ''}\n`);
  return EXIT.ok;
}
