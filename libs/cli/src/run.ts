import { readFileSync } from 'node:fs';
import { findCommand, helpOf, overview, parseInput } from './command.js';
import { COMMANDS } from './commands/index.js';
import { CliError, EXIT, usage, type ExitCode } from './errors.js';
import type { Io } from './io.js';
import { paintFor, plain } from './terminal.js';

/** Runs the command that the arguments name and gives the exit code. Never throws. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    if (args.length === 0 || ['--help', '-h', 'help'].includes(args[0] ?? '')) {
      io.stdout.write(overview(COMMANDS));
      return args.length === 0 ? EXIT.usage : EXIT.ok;
    }
    if (args[0] === '--version') {
      io.stdout.write(`${version()}\n`);
      return EXIT.ok;
    }
    const found = findCommand(COMMANDS, args);
    if (found === undefined) throw usage(unknown(args), 'throughline --help lists the commands.');
    const input = parseInput(found.command, found.rest);
    if (!input.help) return await found.command.run(input, io);
    io.stdout.write(helpOf(found.command));
    return EXIT.ok;
  } catch (error) {
    return tell(error, args, io);
  }
}

const version = (): string => (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

function unknown(args: readonly string[]): string {
  const [first = '', second = ''] = args;
  const family = COMMANDS.filter(({ words }) => words.length > 1 && words[0] === first).map(({ words }) => words.join(' '));
  return family.length > 0 ? `${first} needs one of: ${family.join(', ')}${second ? `; there is no “${first} ${second}”` : ''}.` : `There is no command “${first}”.`;
}

function tell(error: unknown, args: readonly string[], io: Io): ExitCode {
  const known = error instanceof CliError ? error : new CliError(EXIT.unavailable, error instanceof Error ? error.message : String(error), 'This is a fault of the program; please report it.');
  const paint = paintFor(io, io.stderr);
  if (args.includes('--json')) io.stderr.write(`${JSON.stringify({ error: { message: known.message, remedy: known.remedy, ...known.detail } })}\n`);
  else io.stderr.write(`${paint.red('error')}: ${plain(known.message)}\n${known.remedy ? `${plain(known.remedy)}\n` : ''}`);
  return known.exitCode;
}
