import { Api } from '../api/client.js';
import type { Verdict } from '../api/answers.js';
import { detectBuild } from '../ci/detect.js';
import type { Command, Input } from '../command.js';
import { CliError, EXIT, usage, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { renderGate, type GateFormat } from '../render/gate.js';
import { paintFor } from '../terminal.js';

const FORMATS: readonly GateFormat[] = ['text', 'json', 'sarif', 'markdown'];
/** The longest that one request may wait on the platform's side. */
const LONGEST_WAIT_SECONDS = 120;

export const gate: Command = {
  words: ['gate'],
  summary: 'May this build pass? Only flaws that it introduces count.',
  options: {
    scan: { value: 'ID', help: 'Scan to judge, as upload prints it; several times for several.', multiple: true },
    commit: { value: 'COMMIT', help: 'Commit whose scans are judged; taken from the CI system when neither is given.' },
    base: { value: 'COMMIT', help: 'What it is compared with; absent: the last complete scan of the default branch.' },
    stage: { value: 'NAME', help: 'Stage that asks (default build).' },
    wait: { value: 'SECONDS', help: 'How long to wait for scans that are not scored yet (default 120).' },
    'fail-open': { help: 'Pass when the platform is not reached or the verdict is still pending.' },
    format: { value: FORMATS.join('|'), help: 'How to print the verdict (default text; --json is json).' },
    'no-ci': { help: 'Take nothing from the environment of the CI system.' },
  },
  notes: ['Exit codes: 0 pass or warn, 1 block, 2 wrong call (a wrong token too: --fail-open does not hide it), 3 not reached or still pending.'],
  run,
};

async function run(input: Input, io: Io): Promise<ExitCode> {
  const format = formatOf(input);
  const body = bodyOf(input, io);
  try {
    const verdict = await judged(new Api(io, input), body, input.number('wait', { min: 0, max: 3600 }) ?? LONGEST_WAIT_SECONDS, io);
    io.stdout.write(renderGate(verdict, format, paintFor(io, io.stdout)));
    if (verdict.verdict === 'pending') return open(input, io, 'the scans are not scored yet');
    return verdict.verdict === 'block' ? EXIT.refused : EXIT.ok;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.exitCode === EXIT.unavailable && input.flag('fail-open')) return open(input, io, error.message);
    // 1 means that a verdict blocks: a question that the platform did not take is a wrong call.
    throw error.exitCode === EXIT.refused ? new CliError(EXIT.usage, error.message, error.remedy, error.detail) : error;
  }
}

function open(input: Input, io: Io, why: string): ExitCode {
  const passes = input.flag('fail-open');
  io.stderr.write(`${passes ? 'warning' : 'error'}: there is no verdict: ${why}${passes ? '; the build passes (--fail-open)' : ''}\n`);
  return passes ? EXIT.ok : EXIT.unavailable;
}

function formatOf(input: Input): GateFormat {
  const given = input.text('format') ?? (input.json ? 'json' : 'text');
  const format = FORMATS.find((one) => one === given);
  if (format === undefined) throw usage(`--format takes ${FORMATS.join(', ')}, not “${given}”.`);
  return format;
}

interface GateBody { readonly scans?: readonly string[]; readonly commit?: string; readonly base?: string; readonly stage: string }

function bodyOf(input: Input, io: Io): GateBody {
  const build = input.flag('no-ci') ? undefined : detectBuild(io.variables);
  const scans = input.texts('scan');
  const commit = input.text('commit') ?? (scans.length > 0 ? undefined : build?.commit);
  if (scans.length > 0 && commit !== undefined) throw usage('Give --scan or --commit, not both.');
  if (scans.length === 0 && !commit) throw usage('Nothing says what to judge.', 'Give --scan with what upload printed, or --commit.');
  const base = input.text('base') ?? build?.base;
  return { ...(scans.length > 0 ? { scans } : { commit }), ...(base && { base }), stage: input.text('stage') ?? 'build' };
}

/** Asks until there is a verdict or the time is over; each request waits on the platform's side. */
async function judged(api: Api, body: GateBody, waitSeconds: number, io: Io): Promise<Verdict> {
  const deadline = io.clock.now().getTime() + waitSeconds * 1000;
  for (;;) {
    const left = Math.max(0, Math.round((deadline - io.clock.now().getTime()) / 1000));
    const verdict = await api.post<Verdict>('v1/gates/evaluate', { ...body, waitSeconds: Math.min(left, LONGEST_WAIT_SECONDS) });
    if (verdict.verdict !== 'pending' || io.clock.now().getTime() + 1000 >= deadline) return verdict;
    await io.sleep(1000);
  }
}
