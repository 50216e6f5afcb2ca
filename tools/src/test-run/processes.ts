import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

const live = new Set<ChildProcess>();
let stopping = false;

export class Stopped extends Error {}

const start = (command: string, args: readonly string[], options: SpawnOptions): ChildProcess => {
  if (stopping) throw new Stopped();
  const child = spawn(command, [...args], options);
  live.add(child);
  child.once('close', () => live.delete(child));
  return child;
};

const closed = (child: ChildProcess): Promise<number> => new Promise((resolve) => {
  child.once('error', () => resolve(127));
  child.once('close', (code) => resolve(code ?? 1));
});

/** Runs a command with our terminal and answers its exit code. */
export const run = async (command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<number> => {
  const code = await closed(start(command, args, { ...options, stdio: 'inherit' }));
  if (stopping) throw new Stopped();
  return code;
};

/** A server that runs beside the tests. */
export interface Background {
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until its output holds `ready`. The IPC channel tells it when we die, however that happens.
 */
export const startBackground = async (
  script: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv; ready: RegExp },
): Promise<Background> => {
  const child = start(process.execPath, ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning', script, ...args], { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ended = closed(child);
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      output = (output + chunk.toString()).slice(-10_000);
      if (options.ready.test(output)) resolve();
    });
    void ended.then((code) => reject(stopping ? new Stopped() : new Error(`${script} ended with ${code} before it was ready`)));
  });
  return {
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
};

/** Ends all that was started, and waits for it: a stopped run leaves no server. */
export const stopAll = async (): Promise<void> => {
  stopping = true;
  await Promise.all([...live].map((child) => {
    child.kill('SIGTERM');
    return closed(child);
  }));
};
