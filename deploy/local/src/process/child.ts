import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inheritedEnv } from '../config.js';
import { HOME_MARK } from './identity.js';
import { logSize, openLog, readLogFrom } from './log-file.js';

export interface ChildSpec {
  readonly name: string;
  readonly home: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Signal for an orderly stop; also sent by the kernel when this process dies (Linux). */
  readonly stopSignal?: NodeJS.Signals;
  /** Keep a pipe on its standard input: the child ends when it closes, on every system. */
  readonly holdStdin?: boolean;
  /** Told of the process as soon as there is one, long before it is ready: a stop during the start has to reach it. */
  readonly onSpawn?: OnSpawn;
  /** Run as this user (PostgreSQL refuses root). */
  readonly user?: { readonly uid: number; readonly gid: number; readonly enterAnyFolder: boolean };
}

export type OnSpawn = (child: Child) => void;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly running: boolean;
  /** What it wrote since it was started. */
  log(): string;
  stop(graceMs?: number): Promise<void>;
}

let setprivFound: boolean | undefined;
const hasSetpriv = (): boolean => (setprivFound ??= process.platform === 'linux'
  && spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0);

/**
 * The command with what the system offers against orphans and for another user.
 * `enterAnyFolder` keeps one capability so that the user can reach a home below a folder that only root may enter.
 */
export const wrapCommand = (spec: ChildSpec, setpriv: boolean): { command: string; args: string[]; uid?: number; gid?: number } => {
  if (!setpriv) return { command: spec.command, args: [...spec.args], uid: spec.user?.uid, gid: spec.user?.gid };
  const user = spec.user ? [`--reuid=${spec.user.uid}`, `--regid=${spec.user.gid}`, '--clear-groups'] : [];
  const reach = spec.user?.enterAnyFolder ? ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'] : [];
  const signal = (spec.stopSignal ?? 'SIGTERM').replace('SIG', '');
  return { command: 'setpriv', args: [...user, ...reach, '--pdeathsig', signal, '--', spec.command, ...spec.args] };
};

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    if (child.pid) process.kill(child.pid, signal);
  } catch { /* it has ended in the meantime */ }
};

const killGroup = (child: ChildProcess): void => {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch { /* the group has ended */ }
};

/** Starts a child in a process group of its own, so that a terminal's Ctrl-C reaches only us and we stop in order. */
export const startChild = (spec: ChildSpec): Child => {
  const from = logSize(spec.logFile);
  const log = openLog(spec.logFile);
  const start = logSize(spec.logFile) < from ? 0 : from;
  const { command, args, uid, gid } = wrapCommand(spec, hasSetpriv());
  const child = spawn(command, args, {
    cwd: spec.cwd ?? spec.home,
    env: { ...inheritedEnv(), ...spec.env, [HOME_MARK]: spec.home },
    stdio: [spec.holdStdin ? 'pipe' : 'ignore', log, log],
    detached: true, uid, gid,
  });
  closeSync(log);
  let running = true;
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', () => { running = false; resolve({ code: 127, signal: null }); });
    child.once('exit', (code, signal) => { running = false; resolve({ code, signal }); });
  });
  child.stdin?.on('error', () => undefined); // it ended first
  const handle: Child = {
    name: spec.name,
    pid: child.pid ?? 0,
    exited,
    get running() { return running; },
    log: () => readLogFrom(spec.logFile, start),
    async stop(graceMs = 10_000) {
      if (!running) return;
      signalGroup(child, spec.stopSignal ?? 'SIGTERM');
      if (await Promise.race([exited, sleep(graceMs, undefined, { ref: false })])) return;
      killGroup(child);
      await exited;
    },
  };
  spec.onSpawn?.(handle);
  return handle;
};

/** Waits until `ready` answers true; when the child ends first or takes too long, ends it and fails with the end of its log. */
export const untilReady = async (child: Child, ready: () => boolean | Promise<boolean>, timeoutMs: number, pollMs = 100): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!(await ready())) {
    const why = !child.running ? 'ended while it started' : performance.now() > deadline ? `was not ready after ${timeoutMs / 1000} s` : undefined;
    if (why) await child.stop(2000);
    if (why) throw new Error(`${child.name} ${why}. The end of its log:\n${child.log().split('\n').slice(-15).join('\n')}`);
    await sleep(pollMs);
  }
};
