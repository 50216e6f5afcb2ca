import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process as two facts: a number alone may have been given to another process since. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process only. */
  readonly startedAt: string;
}

const isLinux = process.platform === 'linux';

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // gone, or not ours to read
  }
};

const ps = (pid: number, column: string): string | undefined => {
  try {
    return execFileSync('ps', ['-ww', '-p', String(pid), '-o', `${column}=`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
  } catch {
    return undefined;
  }
};

const linuxStart = (pid: number): string | undefined => {
  const stat = read(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  // The command in brackets may hold spaces and brackets: count the fields after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined; // dead, only not yet reaped
  return `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${fields[19] ?? ''}`;
};

/** The running process with this number, or undefined. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const startedAt = isLinux ? linuxStart(pid) : ps(pid, 'lstart');
  return startedAt === undefined ? undefined : { pid, startedAt };
};

export const isAlive = (process: ProcessIdentity): boolean => identify(process.pid)?.startedAt === process.startedAt;

export const commandLine = (pid: number): string =>
  (isLinux ? read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') : ps(pid, 'command')) ?? '';

const parentOf = (pid: number): number => {
  if (!isLinux) return Number(ps(pid, 'ppid') ?? 0);
  const stat = read(`/proc/${pid}/stat`);
  return stat ? Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0) : 0;
};

const ancestors = (): Set<number> => {
  const found = new Set<number>([process.pid]);
  for (let pid = process.ppid; pid > 1 && !found.has(pid); pid = parentOf(pid)) found.add(pid);
  return found;
};

/** Name of the environment variable that every child of a home carries. */
export const HOME_MARK = 'THROUGHLINE_INSTANCE';

/**
 * Processes that an earlier run of this home left behind: they carry its mark in their environment,
 * or name a path inside it on their command line together with one of our engines (PostgreSQL overwrites its environment).
 * Elsewhere than on Linux only the recorded process numbers are looked at, each verified by its command line.
 */
export const orphansOf = (home: string, recorded: readonly number[] = []): number[] => {
  const mine = ancestors();
  const pids = isLinux ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number) : [...recorded];
  return pids.filter((pid) => {
    if (mine.has(pid) || !identify(pid)) return false;
    const marked = isLinux && (read(`/proc/${pid}/environ`)?.split('\0').includes(`${HOME_MARK}=${home}`) ?? false);
    return marked || isEngineOf(home, commandLine(pid));
  });
};

const isEngineOf = (home: string, command: string): boolean =>
  [`${home}/postgres/`, `${home}/kafka/`, `${home}/registry/`, `${home}/clickhouse`].some((path) => command.includes(path))
  && /(^|[/ ])(postgres|java|node)( |$)/.test(command);
