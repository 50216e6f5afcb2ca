import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Api } from '../api/client.js';
import type { Receipt } from '../api/answers.js';
import { detectBuild } from '../ci/detect.js';
import type { Command, Input } from '../command.js';
import { CliError, EXIT, usage, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { print } from '../output.js';
import { count } from '../render/lines.js';
import { renderReceipt } from '../render/receipt.js';
import { paintFor, plain, progress } from '../terminal.js';
import { TARGET_OPTIONS, targetQuery } from './target-options.js';

const FINAL = new Set(['done', 'partial', 'rejected', 'stalled']);
const DEFAULT_TIMEOUT_SECONDS = 300;
const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 3000;

interface Sent { readonly file: string; readonly receipt?: Receipt; readonly error?: CliError }

export const upload: Command = {
  words: ['upload'],
  summary: 'Send reports of scanners.',
  positional: { name: 'FILE…', min: 1, max: 1000, help: 'reports of any supported format; .gz and .zip are taken as they are' },
  options: {
    ...TARGET_OPTIONS,
    wait: { help: 'Wait until the findings are there, deduplicated and scored.' },
    timeout: { value: 'SECONDS', help: `How long to wait (default ${DEFAULT_TIMEOUT_SECONDS}).` },
    gzip: { help: 'Compress on the way.' },
    'dry-run': { help: 'Print what would be sent, and send nothing.' },
  },
  notes: [
    'In GitHub Actions, GitLab CI, Azure DevOps, Jenkins, Bitbucket Pipelines, CircleCI, AWS CodeBuild and Google Cloud Build the repository,',
    'branch, commit, build and pull request are taken from the environment. What the call says outranks it, and both outrank the report.',
    'Exit code 1: a report was refused; 3: the platform was not reached, or was not done in time.',
  ],
  run,
};

async function run(input: Input, io: Io): Promise<ExitCode> {
  const build = input.flag('no-ci') ? undefined : detectBuild(io.variables);
  const query = targetQuery(input, build);
  const timeout = (input.number('timeout', { min: 1, max: 86_400 }) ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  for (const file of input.positionals) await checkFile(file);
  tellTarget(io, query, build?.system);
  if (input.flag('dry-run')) {
    print(io, input, { files: input.positionals, query }, () => '');
    return EXIT.ok;
  }
  const api = new Api(io, input);
  const sent: Sent[] = [];
  for (const file of input.positionals) sent.push(await send(api, io, file, query, input.flag('gzip')));
  const results = input.flag('wait') ? await waitForAll(api, io, sent, timeout) : sent;
  print(io, input, results.map(({ file, receipt, error }) => ({ file, ...receipt, ...(error && { error: { message: error.message, ...error.detail } }) })), (paint) =>
    results.map(({ file, receipt, error }) => (receipt ? renderReceipt(file, receipt, paint) : `${paint.red('refused'.padEnd(10))} ${plain(file)}\n           ${plain(error?.message ?? '')}\n`)).join(''));
  return exitOf(results);
}

/** Files are looked at before the first is sent: a wrong name must not leave half of them uploaded. */
async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw usage(`There is no file ${file}.`, 'Did the scanner write its report to another place?');
  if (!found.isFile()) throw usage(`${file} is no file.`, 'Name the reports themselves, for instance reports/*.sarif.');
}

function tellTarget(io: Io, query: Readonly<Record<string, string>>, system: string | undefined): void {
  const paint = paintFor(io, io.stderr);
  const told = Object.entries(query).map(([name, value]) => `${name}=${plain(value)}`).join(' ');
  io.stderr.write(paint.dim(`${system === undefined ? 'target' : `target (${system})`}: ${told || 'as the report says'}\n`));
  const named = ['repository', 'image', 'url', 'account', 'application', 'service'].some((name) => query[name] !== undefined);
  if (!named) io.stderr.write(paint.yellow('No target is known: give --repository, --image, --scanned or --account, or findings stay with what the report names.\n'));
}

async function send(api: Api, io: Io, file: string, query: Readonly<Record<string, string>>, gzip: boolean): Promise<Sent> {
  const bar = progress(io.stderr);
  bar.show(`sending ${plain(file)}`);
  try {
    const receipt = await api.upload<Receipt>('v1/scans', { fileName: basename(file), ...query }, { path: file, gzip: gzip && !/\.(gz|zip)$/i.test(file), idempotencyKey: randomUUID() });
    return { file, receipt };
  } catch (error) {
    // One report that is refused says nothing of the others; a call that is wrong is wrong for all.
    if (error instanceof CliError && error.exitCode === EXIT.refused) return { file, error };
    throw error;
  } finally {
    bar.clear();
  }
}

async function waitForAll(api: Api, io: Io, sent: readonly Sent[], timeoutMs: number): Promise<readonly Sent[]> {
  const deadline = io.clock.now().getTime() + timeoutMs;
  const bar = progress(io.stderr);
  const results: Sent[] = [...sent];
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(LONGEST_POLL_MS, pause * 1.5)) {
    const open = results.flatMap(({ receipt }, index) => (receipt && !FINAL.has(receipt.status) ? [{ index, id: receipt.id }] : []));
    for (const { index, id } of open) results[index] = { file: results[index]?.file ?? '', receipt: await api.get<Receipt>(`v1/scans/${id}`) };
    const left = results.filter(({ receipt }) => receipt && !FINAL.has(receipt.status)).length;
    if (left === 0 || io.clock.now().getTime() >= deadline) break;
    bar.show(`waiting for ${count(left, 'scan')}`);
    await io.sleep(pause);
  }
  bar.clear();
  // A receipt of an upload that was final at once (a duplicate) has no counts yet.
  for (const [index, { file, receipt }] of results.entries()) {
    if (receipt && receipt.counts === undefined) results[index] = { file, receipt: await api.get<Receipt>(`v1/scans/${receipt.id}`) };
  }
  return results;
}

function exitOf(results: readonly Sent[]): ExitCode {
  if (results.some(({ receipt, error }) => error || receipt?.status === 'rejected')) return EXIT.refused;
  const waited = results.some(({ receipt }) => receipt?.counts !== undefined);
  const late = results.some(({ receipt }) => receipt?.status === 'stalled' || (waited && receipt && !FINAL.has(receipt.status)));
  return late ? EXIT.unavailable : EXIT.ok;
}
