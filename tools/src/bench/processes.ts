import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc (USER_HZ), which Linux fixes at 100 for user space. */
const TICKS = 100;

interface Stat { readonly pid: number; readonly parent: number; readonly cpuMs: number; readonly rssMb: number }

/** CPU so far (ms) and resident memory (MB) of each named process with all its descendants, ended ones included. */
export function usage(pids: Readonly<Record<string, number>>): Readonly<Record<string, { readonly cpuMs: number; readonly rssMb: number }>> {
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => stat(Number(name)) ?? []);
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => {
    const own = tree(pid, stats);
    return [name, { cpuMs: own.reduce((sum, s) => sum + s.cpuMs, 0), rssMb: Math.round(own.reduce((sum, s) => sum + s.rssMb, 0)) }];
  }));
}

function tree(root: number, stats: readonly Stat[]): readonly Stat[] {
  const found = stats.filter((s) => s.pid === root);
  for (let at = 0; at < found.length; at++) found.push(...stats.filter((s) => s.parent === found[at]?.pid));
  return found;
}

/** utime, stime, and those of waited-for children: PostgreSQL's backends come and go. */
function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    const [parent = 0, utime = 0, stime = 0, cutime = 0, cstime = 0, rssPages = 0] = [fields[1], fields[11], fields[12], fields[13], fields[14], fields[21]];
    return { pid, parent, cpuMs: ((utime + stime + cutime + cstime) * 1000) / TICKS, rssMb: (rssPages * 4096) / 1e6 };
  } catch {
    return undefined;
  }
}
