import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './world.js';

const ROOT = process.cwd();

/** A worker process (worker.mts), and what can be done to it. */
export interface Worker {
  readonly process: ChildProcess;
  /** What it wrote as errors. */
  readonly errors: string[];
  readonly ready: Promise<unknown>;
  /** SIGKILL or SIGTERM; resolves with its exit code, null when it was killed. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

const running = new Set<ChildProcess>();

export function startWorker(place: Place, pauseMs = 0): Worker {
  if (!existsSync(join(ROOT, '../stream/dist/index.js')) || !existsSync(join(ROOT, '../persistence/dist/index.js'))) {
    throw new Error('the worker runs the built libraries: run `nx run-many -t build` first');
  }
  const config = {
    url: place.database.urlFor('dedup'), brokers: place.brokers, sasl: place.sasl && { username: place.sasl.username, password: place.sasl.password },
    group: place.group, in: place.topics.of('in'), out: place.topics.of('out'), pauseMs,
  };
  const child = fork(join(ROOT, 'test/support/worker.mts'), [JSON.stringify(config)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'],
  });
  running.add(child);
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    errors.push(chunk.toString());
    if (process.env.FAULTS_VERBOSE) process.stderr.write(chunk);
  });
  const exited = once(child, 'exit').then(([code]) => { running.delete(child); return code as number | null; });
  const ready = new Promise((resolve, reject) => {
    child.once('message', resolve);
    void exited.then((code) => reject(new Error(`the worker ended with ${code}: ${errors.join('')}`)));
  });
  ready.catch(() => undefined);
  return { process: child, errors, ready, end: (signal) => { child.kill(signal); return exited; } };
}

/** For afterAll: a failed test must leave no process. */
export function endWorkers(): void {
  for (const child of running) child.kill('SIGKILL');
}
