import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TestRunConfig {
  readonly root: string;
  readonly cache: string;
  readonly path: readonly string[];
  readonly isRoot: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));

/** The only reader of the environment in this tool. */
export const testRunConfig = (env: NodeJS.ProcessEnv = process.env): TestRunConfig => ({
  root: resolve(here, '../../..'),
  cache: resolve(env.THROUGHLINE_CACHE || join(homedir(), '.cache', 'throughline')),
  path: (env.PATH ?? '').split(delimiter).filter(Boolean),
  isRoot: process.getuid?.() === 0,
});

/** Our environment for a child, with what it is told in addition. Nx must not wait for a daemon, and colours stay off in files. */
export const childEnv = (extra: Readonly<Record<string, string>> = {}, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...env, CI: env.CI || 'true', NX_DAEMON: 'false', NX_TUI: 'false', ...extra,
});
