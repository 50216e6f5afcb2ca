import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, identify, isAlive, orphansOf } from './identity.js';

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch { /* it has ended */ }
};

/** PostgreSQL ends fast on SIGINT and waits for its clients on SIGTERM. */
const gentle = (pid: number): NodeJS.Signals => (/postgres/.test(commandLine(pid)) ? 'SIGINT' : 'SIGTERM');

/** Ends what an earlier run of this home left behind: an orderly signal first, the hard one after `graceMs`. */
export const endOrphans = async (home: string, recorded: readonly number[] = [], graceMs = 10_000): Promise<number> => {
  const found = orphansOf(home, recorded).flatMap((pid) => identify(pid) ?? []);
  for (const orphan of found) send(orphan.pid, gentle(orphan.pid));
  const deadline = performance.now() + graceMs;
  while (found.some(isAlive) && performance.now() < deadline) await sleep(100);
  for (const orphan of found.filter(isAlive)) send(orphan.pid, 'SIGKILL');
  while (found.some(isAlive) && performance.now() < deadline + 5000) await sleep(50);
  return found.length;
};
