// Runs the Jest specs of the package in the current folder: `unit` (*.spec.ts) or `integration` (*.int-spec.ts, real engines).
// Jest's ES-module support needs a Node flag; a JSON summary goes to .test-results for the total that `npm test` prints.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [kind = 'unit', ...rest] = process.argv.slice(2);
const pattern = kind === 'integration' ? '\\.int-spec\\.ts$' : '(?<!\\.int)(?<!-)\\.spec\\.ts$';
const args = [
  '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning',
  join(root, 'node_modules/jest/bin/jest.js'),
  '-c', join(root, 'jest.config.mjs'), '--rootDir', process.cwd(),
  '--testRegex', pattern, '--passWithNoTests',
  '--json', '--outputFile', join(process.cwd(), `.test-results/${kind}.json`),
  // --forceExit: a failed spec may leave an engine's handle open, and the run must end all the same.
  ...(kind === 'integration' ? ['--runInBand', '--testTimeout', '60000', '--forceExit'] : []),
  ...rest,
];
mkdirSync(join(process.cwd(), '.test-results'), { recursive: true });
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
process.exit(status ?? 1);
