import type { Input, OptionSpec } from '../command.js';
import type { CiBuild } from '../ci/build.js';

/** What may be said of an upload, with the name that the platform's query has for it. */
const FIELDS: Readonly<Record<string, readonly [query: string, value: string, help: string]>> = {
  format: ['format', 'ID', 'Parser to use; detected when absent.'],
  tool: ['tool', 'NAME', 'Tool that wrote the report.'],
  repository: ['repository', 'HOST/OWNER/NAME', 'Repository that was scanned.'],
  branch: ['branch', 'NAME', 'Branch.'],
  commit: ['commit', 'ID', 'Commit.'],
  path: ['path', 'FOLDER', 'Folder of a monorepo that the scan is about.'],
  image: ['image', 'REFERENCE', 'Image that was scanned, best with its digest.'],
  scanned: ['url', 'URL', 'Address that was scanned.'],
  account: ['account', 'ID', 'Cloud account that was scanned.'],
  application: ['application', 'SLUG', 'Application; created when unknown.'],
  service: ['service', 'SLUG', 'Service; created when unknown.'],
  environment: ['environment', 'SLUG', 'Environment.'],
  category: ['category', 'NAME', 'Keeps several runs of one tool on one target apart.'],
  build: ['build', 'URL', 'Build that ran the scan.'],
  'pull-request': ['pullRequest', 'URL', 'Pull request.'],
  base: ['base', 'COMMIT', 'Commit that the pull request is compared with.'],
  'scanned-at': ['scannedAt', 'TIME', 'When the tool ran (RFC 3339).'],
  coverage: ['coverage', 'complete|partial|failed', 'What the scan looked at; absent: as the report says.'],
};

export const TARGET_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...Object.fromEntries(Object.entries(FIELDS).map(([name, [, value, help]]) => [name, { value, help }])),
  'no-ci': { help: 'Take nothing from the environment of the CI system.' },
};

/** The upload's query: what the CI system says, and over it what the call says. */
export function targetQuery(input: Input, build: CiBuild | undefined): Record<string, string> {
  const { repository = '', branch = '', commit = '', build: run = '', pullRequest = '', base = '' } = build ?? {};
  const detected = Object.entries({ repository, branch, commit, build: run, pullRequest, base }).filter(([, value]) => value !== '');
  const given = Object.entries(FIELDS).flatMap(([name, [query]]) => {
    const value = input.text(name);
    return value === undefined ? [] : [[query, value] as const];
  });
  return { ...Object.fromEntries(detected), ...Object.fromEntries(given) };
}
