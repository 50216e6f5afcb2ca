import type { Clock } from '@throughline/domain';

export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** The world outside, as commands see it: tests bring their own. */
export interface Io {
  readonly variables: Variables;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };
  readonly clock: Clock;
  sleep(ms: number): Promise<void>;
  /** Runs a program and gives what it printed. */
  execute(program: string, args: readonly string[]): Promise<Executed>;
}

export interface Executed { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Everything on standard input, as text. */
export async function readStdin(io: Io): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of io.stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

/** A question at the terminal; without one the answer is no. */
export async function confirmed(io: Io, question: string): Promise<boolean> {
  if (io.stdin.isTTY !== true) return false;
  io.stderr.write(`${question} [y/N] `);
  for await (const part of io.stdin) return /^y(es)?\s*$/i.test(Buffer.from(part).toString('utf8'));
  return false;
}
