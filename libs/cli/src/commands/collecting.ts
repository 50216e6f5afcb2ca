import { writeFile } from 'node:fs/promises';
import type { Fact, PullGap } from '@throughline/connectors';
import type { Input, OptionSpec } from '../command.js';
import { EXIT, usage, type ExitCode } from '../errors.js';
import { confirmed, type Io } from '../io.js';
import { columns, count } from '../render/lines.js';
import { paintFor, plain } from '../terminal.js';
import type { FactsFile, FactsRequest } from './facts-file.js';

/** Options of everything that reads a system with the user's own rights. */
export const COLLECT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  out: { value: 'FILE', help: 'File to write; - is standard output. Needed.' },
  yes: { help: 'Do not ask before the first call.' },
  'list-calls': { help: 'Print every call that would be made, and make none.' },
};

export interface PlannedCall { readonly call: string; readonly why: string }

/** Shows every call and asks; true when they may be made. Only a person or --yes says so. */
export async function allowed(io: Io, input: Input, calls: readonly PlannedCall[]): Promise<boolean> {
  if (input.flag('list-calls')) {
    io.stdout.write(input.json ? `${JSON.stringify({ calls }, null, 2)}\n` : `${columns(calls.map(({ call, why }) => [call, why])).join('\n')}\n`);
    return false;
  }
  if (input.text('out') === undefined) throw usage('Nothing says where the facts go.', 'Give --out facts.json, or --list-calls to see what would be read.');
  io.stderr.write(`These calls are made, with your own rights; all of them only read:\n${columns(calls.map(({ call, why }) => [`  ${call}`, why])).join('\n')}\n`);
  if (input.flag('yes')) return true;
  if (io.stdin.isTTY !== true) throw usage('Nobody can be asked here.', 'Give --yes when these calls may be made.');
  return confirmed(io, 'Make them?');
}

/** Writes the file and tells what is in it, and what is not. */
export async function writeFacts(io: Io, input: Input, file: FactsFile): Promise<ExitCode> {
  const out = input.text('out') ?? '-';
  const text = `${JSON.stringify(file)}\n`;
  // What runs where is of use to an attacker: the file is the user's alone.
  if (out === '-') io.stdout.write(text);
  else await writeFile(out, text, { mode: 0o600 });
  const paint = paintFor(io, io.stderr);
  const facts = file.requests.reduce((sum, request) => sum + request.facts.length, 0);
  for (const { scope, reason, remedy } of file.gaps) io.stderr.write(`${paint.yellow('gap')} ${plain(`${scope}: ${reason}`)}\n    → ${plain(remedy)}\n`);
  io.stderr.write(`${count(facts, 'fact')} in ${count(file.requests.length, 'part')}, ${count(file.gaps.length, 'gap')}${out === '-' ? '' : `; send them with: throughline observe ${plain(out)}`}\n`);
  return EXIT.ok;
}

/** The open door takes more; smaller requests show progress and are repeated at less cost. */
const FACTS_A_REQUEST = 5000;

/**
 * Facts as requests. An inventory that does not fit into one comes in numbered parts under one sequence, so that absence
 * in it is judged when all of them are there.
 */
export function requestsOf(source: string, facts: readonly Fact[], snapshot: { readonly scope: string; readonly complete: boolean } | undefined, now: Date): readonly FactsRequest[] {
  const statements = facts.flatMap(statementOf);
  const parts = Math.max(1, Math.ceil(statements.length / FACTS_A_REQUEST));
  return Array.from({ length: parts }, (_, part): FactsRequest => ({
    source, facts: statements.slice(part * FACTS_A_REQUEST, (part + 1) * FACTS_A_REQUEST),
    ...(snapshot && { snapshot: parts === 1 ? snapshot : { ...snapshot, part, parts } }), ...(snapshot && parts > 1 && { sequence: now.getTime() }),
  })).filter((request) => request.facts.length > 0 || request.snapshot !== undefined);
}

function statementOf(fact: Fact): readonly object[] {
  if ('asset' in fact) {
    const { observedAt, ...asset } = fact.asset;
    return [{ asset, observedAt }];
  }
  if (!('link' in fact)) return [];
  const { from, to, kind, method, evidence, validFrom, validTo, observedAt } = fact.link;
  return [{ link: { from, to, kind, method, evidence }, validFrom, ...(validTo !== undefined && { validTo }), observedAt }];
}

export const factsFile = (requests: readonly FactsRequest[], gaps: readonly PullGap[], now: Date): FactsFile => ({ format: 'throughline-facts/1', collectedAt: now.toISOString(), requests, gaps });
