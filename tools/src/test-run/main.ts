import { testRunConfig } from './config.js';
import { stopAll, Stopped } from './processes.js';
import { add, clearResults, NOTHING, withStep, type Count } from './results.js';
import { STEPS, type Step } from './steps.js';
import type { TestRunConfig } from './config.js';

const say = (line: string): void => { process.stdout.write(`${line}\n`); };

/** `--only=unit,lint`; without it all. */
export const chooseSteps = (args: readonly string[]): Step[] => {
  const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length).split(',').filter(Boolean);
  const unknown = [...args.filter((arg) => !arg.startsWith('--only=')), ...(only ?? []).filter((name) => !(name in STEPS))];
  if (unknown.length > 0) throw new Error(`npm test does not know ${unknown.join(' ')}; steps are selected with --only=${Object.keys(STEPS).join(',')}`);
  return Object.entries(STEPS).filter(([name]) => only?.includes(name) ?? true).map(([, step]) => step);
};

const runStep = async (step: Step, config: TestRunConfig): Promise<{ line: string; count: Count }> => {
  const start = performance.now();
  say(`\n=== ${step.name}`);
  let succeeded = false;
  let count = NOTHING;
  try {
    ({ succeeded, count } = await step.run(config));
  } catch (error) {
    if (error instanceof Stopped) throw error;
    say(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  count = withStep(count, step.name, succeeded);
  const time = `${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s`;
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  return { line: `${time}  ${step.name}: ${count.failed > 0 ? 'failed' : 'passed'} (${count.passed} passed, ${count.failed} failed${skipped})`, count };
};

const main = async (): Promise<number> => {
  const config = testRunConfig();
  const steps = chooseSteps(process.argv.slice(2));
  clearResults(config.root);
  const lines: string[] = [];
  let total = NOTHING;
  for (const step of steps) {
    const { line, count } = await runStep(step, config);
    lines.push(line);
    say(line);
    total = add(total, count);
  }
  say('');
  for (const failure of total.failures) say(`failed: ${failure}`);
  for (const line of lines) say(line);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
};

let told = false;
const stop = (): void => {
  if (told) return;
  told = true;
  stopAll().then(() => process.exit(130), () => process.exit(130));
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.on('disconnect', stop); // the bootstrap above us was killed
process.stdout.on('error', () => undefined);

main().then((code) => process.exit(code), (error: unknown) => {
  if (error instanceof Stopped) return; // `stop` exits when all has ended
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
