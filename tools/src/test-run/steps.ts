import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './chromium.js';
import { childEnv, type TestRunConfig } from './config.js';
import { run, startBackground, type Background } from './processes.js';
import { NOTHING, packageFolders, readResults, type Count } from './results.js';

export interface StepResult {
  readonly succeeded: boolean;
  readonly count: Count;
}

export interface Step {
  readonly name: string;
  run(config: TestRunConfig): Promise<StepResult>;
}

const nx = async (config: TestRunConfig, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<boolean> =>
  (await run('nx', ['run-many', ...args, '--outputStyle=stream-without-prefixes', '--nxBail=false'], { cwd: config.root, env: childEnv(env) })) === 0;

const lint: Step = {
  name: 'lint',
  // One process for the workspace: 27 of them cost half a minute more. The console has rules of its own.
  async run(config) {
    const folders = [config.root, join(config.root, 'services/console')];
    let succeeded = true;
    for (const cwd of folders) succeeded = (await run('eslint', ['.'], { cwd, env: childEnv() })) === 0 && succeeded;
    return { succeeded, count: NOTHING };
  },
};

const types: Step = {
  name: 'types',
  async run(config) {
    const projects = ['tsconfig.json', 'services/console/tsconfig.json'].filter((file) => existsSync(join(config.root, file)));
    let succeeded = true;
    for (const project of projects) {
      succeeded = (await run('tsc', ['--noEmit', '-p', project], { cwd: config.root, env: childEnv() })) === 0 && succeeded;
    }
    return { succeeded, count: NOTHING };
  },
};

const unit: Step = {
  name: 'unit',
  async run(config) {
    const succeeded = await nx(config, ['-t', 'test', '--parallel=2']);
    return { succeeded, count: readResults(config.root, 'unit') };
  },
};

/** A folder of its own below the system's, deleted when the tests passed and kept to be looked at when not. */
const inTemporaryHome = async (name: string, work: (home: string) => Promise<StepResult>): Promise<StepResult> => {
  const home = mkdtempSync(join(tmpdir(), `throughline-${name}-`));
  const result = await work(home);
  if (result.succeeded) rmSync(home, { recursive: true, force: true });
  else process.stdout.write(`logs of the engines and services are kept in ${home}/logs\n`);
  return result;
};

const withServer = async (server: Promise<Background>, work: () => Promise<StepResult>): Promise<StepResult> => {
  const background = await server;
  try {
    return await work();
  } finally {
    await background.stop();
  }
};

const integration: Step = {
  name: 'integration',
  run: (config) => inTemporaryHome('engines', (home) => {
    const description = join(home, 'test-engines.json');
    const script = join(config.root, 'deploy/local/dist/dev-engines.js');
    const engines = startBackground(script, ['serve', home, description], { cwd: config.root, env: childEnv(), ready: /engines are ready/ });
    return withServer(engines, async () => {
      const succeeded = await nx(config, ['-t', 'integration', '--parallel=1', '--exclude=@throughline/tools'], { THROUGHLINE_TEST_ENGINES: description });
      return { succeeded, count: readResults(config.root, 'integration', packageFolders(config.root).filter((folder) => folder !== 'tools')) };
    });
  }),
};

const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
  });
});

const endToEnd: Step = {
  name: 'end to end and browser',
  async run(config) {
    await ensureChromium(config);
    const port = String(await freePort());
    return inTemporaryHome('platform', (home) => {
      const script = join(config.root, 'deploy/local/dist/main.js');
      const env = childEnv({ THROUGHLINE_HOME: home, THROUGHLINE_PORT: port });
      return withServer(startBackground(script, [], { cwd: config.root, env, ready: /Throughline is ready/ }), async () => {
        const told = { THROUGHLINE_TEST_PLATFORM: home, THROUGHLINE_TEST_ENGINES: join(home, 'engines.json') };
        const succeeded = await nx(config, ['-t', 'integration', '--projects=@throughline/tools'], told);
        return { succeeded, count: readResults(config.root, 'integration', ['tools']) };
      });
    });
  },
};

/** In the order of what they cost: a lint error is told before engines are started. */
export const STEPS: Readonly<Record<string, Step>> = { lint, types, unit, integration, e2e: endToEnd };
