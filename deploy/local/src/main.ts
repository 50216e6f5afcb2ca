import { localConfig } from './config.js';
import { UserError } from './errors.js';
import { createLauncher } from './launcher.js';
import { consoleProgress } from './progress.js';

const FORCE_AFTER_MS = 2000;

const explain = (error: unknown): string => {
  if (error instanceof UserError) return error.message;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC') return 'The disk is full. Free some space, or point THROUGHLINE_HOME and THROUGHLINE_CACHE at another disk, and start again.';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `${(error as Error).message}. Throughline may not write there: set THROUGHLINE_HOME and THROUGHLINE_CACHE to folders of your own and start again.`;
  }
  return error instanceof Error ? error.stack ?? error.message : String(error);
};

const run = async (): Promise<void> => {
  const args = process.argv.slice(2);
  const only = args.find((arg) => arg.startsWith('--services='))?.slice('--services='.length).split(',').filter(Boolean);
  const unknown = args.filter((arg) => arg !== '--empty' && !arg.startsWith('--services='));
  if (unknown.length > 0) throw new UserError(`npm start knows the options --empty (no sample world) and --services=a,b (only these, for development), and not ${unknown.join(' ')}.`);
  const config = localConfig();
  const print = (line: string): void => { process.stdout.write(`${line}\n`); };
  let stoppingSince: number | undefined;
  // What was under way fails when it is stopped, and that is no news.
  const report = (line: string): void => { if (stoppingSince === undefined) print(line); };
  const launcher = createLauncher({ config, empty: args.includes('--empty'), only, progress: consoleProgress(report), print: report });
  const stop = (code: number): void => {
    if (stoppingSince !== undefined) {
      // npm and the terminal both send the first Ctrl-C: only a later one means "at once".
      if (performance.now() - stoppingSince > FORCE_AFTER_MS) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    print('stopping…');
    launcher.stop().then(() => { print('stopped'); process.exit(code); }, (error: unknown) => { console.error(explain(error)); process.exit(1); });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  process.on('disconnect', () => stop(0)); // the bootstrap above us was killed
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // the terminal is gone: go on stopping
  try {
    await launcher.start();
  } catch (error) {
    if (stoppingSince !== undefined) return; // it was told to stop while it started
    console.error(`\n${explain(error)}`);
    stop(1);
  }
};

run().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
