import { parseArgs, type ParseArgsConfig } from 'node:util';
import { usage, type ExitCode } from './errors.js';
import type { Io } from './io.js';

export interface OptionSpec {
  /** Name of its value in the help; absent: a flag. */
  readonly value?: string;
  readonly help: string;
  readonly multiple?: boolean;
}

/** One command: its words, what it takes, what it does. `run` gives the exit code and throws CliError. */
export interface Command {
  readonly words: readonly string[];
  readonly summary: string;
  readonly positional?: { readonly name: string; readonly min: number; readonly max: number; readonly help: string };
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** More lines of the help. */
  readonly notes?: readonly string[];
  run(input: Input, io: Io): Promise<ExitCode>;
}

export interface Input {
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly url: string | undefined;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** A whole number of the option within its bounds; throws for anything else. */
  number(name: string, bounds: { readonly min: number; readonly max: number }): number | undefined;
}

export const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { help: 'Print JSON for programs.' },
  url: { value: 'URL', help: 'Address of the platform (THROUGHLINE_URL; default http://127.0.0.1:8080).' },
  help: { help: 'Print this.' },
};

/** The command that the first words name, the longest first, and the words after it. */
export function findCommand(commands: readonly Command[], args: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  const longest = [...commands].sort((a, b) => b.words.length - a.words.length);
  const command = longest.find(({ words }) => words.every((word, index) => args[index] === word));
  return command && { command, rest: args.slice(command.words.length) };
}

export function parseInput(command: Command, args: readonly string[]): Input & { readonly help: boolean } {
  const specs = { ...COMMON, ...command.options };
  const options = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, { type: spec.value === undefined ? 'boolean' as const : 'string' as const, multiple: spec.multiple ?? false }]));
  const { values, positionals } = parsed(args, options);
  const given = (name: string): readonly unknown[] => [values[name]].flat().filter((value) => value !== undefined);
  const texts = (name: string): readonly string[] => given(name).filter((value) => typeof value === 'string');
  const text = (name: string): string | undefined => texts(name).at(-1);
  const help = given('help').includes(true);
  if (!help) checkPositionals(command, positionals);
  return {
    positionals, help, json: given('json').includes(true), url: text('url'), text, texts, flag: (name) => given(name).includes(true),
    number: (name, bounds) => wholeNumber(name, text(name), bounds),
  };
}

function parsed(args: readonly string[], options: ParseArgsConfig['options']): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Its messages are written for people: an unknown option, a value that is missing.
    throw usage(error instanceof Error ? error.message.split('. ')[0] ?? '' : String(error));
  }
}

function checkPositionals({ words, positional }: Command, given: readonly string[]): void {
  const { min, max, name } = positional ?? { min: 0, max: 0, name: '' };
  if (given.length < min) throw usage(`${words.join(' ')} needs ${name}.`);
  if (given.length > max) throw usage(`${words.join(' ')} does not take “${given[max] ?? ''}”.`);
}

function wholeNumber(name: string, text: string | undefined, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw usage(`--${name} takes a whole number from ${min} to ${max}, not “${text}”.`);
}

/** Help of one command. Pure. */
export function helpOf(command: Command): string {
  const { words, positional, options, notes } = command;
  const rows = Object.entries({ ...options, ...COMMON }).map(([name, { value, help }]) => [`  --${name}${value === undefined ? '' : ` ${value}`}`, help] as const);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `throughline ${words.join(' ')}${positional ? ` ${positional.name}` : ''} [options]`, '', command.summary, ...(positional ? [`${positional.name}: ${positional.help}`] : []), '',
    ...rows.map(([left, help]) => `${left.padEnd(width)}${help}`), ...(notes?.length ? ['', ...notes] : []), '',
  ].join('\n');
}

/** Help of them all. Pure. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ words, positional, summary }) => [`  ${words.join(' ')}${positional ? ` ${positional.name}` : ''}`, summary] as const);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    'throughline: findings, their deployment chain, their risk', '', 'Commands:', ...rows.map(([left, summary]) => `${left.padEnd(width)}${summary}`), '',
    'Environment: THROUGHLINE_URL (default http://127.0.0.1:8080), THROUGHLINE_TOKEN (an API token), NO_COLOR.',
    'Exit codes: 0 done, 1 refused or blocked, 2 wrong call, 3 platform not reached or still pending.', 'Add --help to a command for its options.', '',
  ].join('\n');
}
