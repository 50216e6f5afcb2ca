import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository: src and dist lie at the same depth. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

export interface TestingConfig {
  /** Description of running engines that the orchestrator of `npm test` hands over; outranks the default one. */
  readonly given: string | undefined;
  /** Where a developer's shared engines are described. */
  readonly shared: string;
  /** Home of the running platform for end-to-end specs. */
  readonly platformHome: string;
  /** Where Python peers are kept once they are fetched. */
  readonly peers: string;
  /** Where their programs are looked for. */
  readonly path: string;
}

const cacheOf = (env: NodeJS.ProcessEnv): string => resolve(env.THROUGHLINE_CACHE || join(homedir(), '.cache', 'throughline'));

/** The only reader of the environment in this package. */
export const testingConfig = (env: NodeJS.ProcessEnv = process.env): TestingConfig => ({
  given: env.THROUGHLINE_TEST_ENGINES || undefined,
  shared: join(cacheOf(env), 'test-engines.json'),
  peers: join(cacheOf(env), 'peers'),
  path: env.PATH ?? '',
  platformHome: resolve(env.THROUGHLINE_TEST_PLATFORM || env.THROUGHLINE_HOME || join(repositoryRoot, '.throughline')),
});
