import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What Jest's JSON summary tells, as far as we read it. */
export interface JestSummary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not even be loaded: none of their tests was counted. */
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests?: number;
  readonly testResults?: readonly {
    readonly name: string;
    readonly status?: string;
    readonly message?: string;
    readonly assertionResults?: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

export const NOTHING: Count = { passed: 0, failed: 0, skipped: 0, failures: [] };

export const add = (a: Count, b: Count): Count => ({
  passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped, failures: [...a.failures, ...b.failures],
});

/** A file that could not be loaded counts as one failed test. */
export const countOf = (summary: JestSummary, packageName: string): Count => ({
  passed: summary.numPassedTests,
  failed: summary.numFailedTests + summary.numRuntimeErrorTestSuites,
  skipped: summary.numPendingTests ?? 0,
  failures: (summary.testResults ?? []).flatMap((file) => {
    const failed = (file.assertionResults ?? []).filter((test) => test.status === 'failed').map((test) => `${packageName}: ${test.fullName}`);
    const broken = failed.length === 0 && file.status === 'failed';
    return broken ? [`${packageName}: ${file.name} could not be loaded`] : failed;
  }),
});

/** A step that failed without a failed test (a lint error, a type error, a crash) counts as one failed. */
export const withStep = (count: Count, step: string, succeeded: boolean): Count =>
  (succeeded || count.failed > 0 ? count : add(count, { ...NOTHING, failed: 1, failures: [`${step} failed, see its output above`] }));

/** Every folder of the workspace that can hold a package. */
export const packageFolders = (root: string): string[] => [
  ...['libs', 'services'].flatMap((parent) => readdirSync(join(root, parent)).sort().map((name) => join(parent, name))), 'deploy/local', 'tools',
].filter((folder) => existsSync(join(root, folder, 'package.json')));

export const clearResults = (root: string): void => {
  for (const folder of packageFolders(root)) rmSync(join(root, folder, '.test-results'), { recursive: true, force: true });
};

/** Sums the summaries that the packages wrote for `kind`. */
export const readResults = (root: string, kind: 'unit' | 'integration', folders = packageFolders(root)): Count => folders.reduce((sum, folder) => {
  const file = join(root, folder, '.test-results', `${kind}.json`);
  return existsSync(file) ? add(sum, countOf(JSON.parse(readFileSync(file, 'utf8')) as JestSummary, folder)) : sum;
}, NOTHING);
