import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@throughline/domain';
import { environment } from './config.js';
import type { Executed, Io, Sink } from './io.js';
import { run } from './run.js';

const sink = (stream: NodeJS.WriteStream): Sink => ({ write: (text) => void stream.write(text), isTTY: stream.isTTY === true, columns: stream.columns ?? 0 });

function execute(program: string, args: readonly string[]): Promise<Executed> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }));
  });
}

const io: Io = {
  variables: environment(), stdout: sink(process.stdout), stderr: sink(process.stderr), stdin: process.stdin, clock: systemClock, execute,
  sleep: async (ms) => { await sleep(ms); },
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3));
process.exitCode = await run(process.argv.slice(2), io);
// Standard input may still be open after a question.
process.stdin.unref?.();
