import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language } from '../source/tree.js';
import { cacheFolder, goProgram, nodeFolder, pythonWith, runScanner, semgrepByName, type Found } from './programs.js';
import type { Format } from './reports.js';
import { GO_SCANNERS, NODE_SCANNERS, PYTHON_SCANNERS } from './versions.js';

export interface Scanner {
  readonly name: string;
  /** Of program and rules: equal ones write equal reports. */
  readonly version: string;
  readonly format: Format;
  readonly reads: readonly Language[];
  /** Scans a folder and gives the report as it was written. */
  scan(folder: string): Promise<string>;
}

type Ready = Scanner | { readonly name: string; readonly reason: string };

/** The bench's own rules lie in the sources: a build copies no YAML. */
const RULES = join(dirname(fileURLToPath(import.meta.url)).replace(/([/\\])dist([/\\]bench[/\\])/, '$1src$2'), '../rules');
const CODE: readonly Language[] = ['python', 'javascript', 'go'];

const VERSIONS: Readonly<Record<string, string>> = { ...PYTHON_SCANNERS, ...NODE_SCANNERS, ...GO_SCANNERS };

const rulesHash = (): string => readdirSync(RULES).sort().reduce((hash, name) => hash.update(readFileSync(join(RULES, name))), createHash('sha256')).digest('hex');

/** Scanners that can run here; a reason is printed for each that cannot. */
export async function scanners(say: (line: string) => void): Promise<readonly Scanner[]> {
  const python = await pythonWith(PYTHON_SCANNERS.semgrep);
  if ('path' in python) semgrepByName(python.path);
  const all = await Promise.all([bandit(), ruff(), semgrep(python), njsscan(), eslint(), gosec(), gitleaks(), detectSecrets()]);
  return all.flatMap((one) => {
    if (!('reason' in one)) return [one];
    say(`${one.name} does not run here: ${one.reason}`);
    return [];
  });
}

const ready = (name: string, format: Format, reads: readonly Language[], found: Found, scan: (path: string, folder: string) => Promise<string>): Ready => (
  'reason' in found ? { name, reason: found.reason } : { name, version: `${VERSIONS[name] ?? ''} ${name === 'semgrep' ? rulesHash() : ''}`, format, reads, scan: (folder) => scan(found.path, folder) });

async function bandit(): Promise<Ready> {
  return ready('bandit', 'bandit', ['python'], await pythonWith(PYTHON_SCANNERS.bandit), (path, folder) => runScanner(path, ['-m', 'bandit', '--quiet', '-r', '.', '-f', 'json'], folder));
}

async function ruff(): Promise<Ready> {
  return ready('ruff', 'sarif', ['python'], await pythonWith(PYTHON_SCANNERS.ruff), (path, folder) => runScanner(path, ['-m', 'ruff', 'check', '--isolated', '--no-cache', '--select', 'S', '--output-format', 'sarif', '.'], folder));
}

function semgrep(found: Found): Ready {
  return ready('semgrep', 'sarif', CODE, found, (path, folder) => {
    writeFileSync(join(folder, '.semgrepignore'), ''); // else it leaves out what looks like tests and libraries
    return runScanner(path, [join(dirname(path), 'pysemgrep'), 'scan', '--config', RULES, '--metrics=off', '--disable-version-check', '--no-git-ignore', '--quiet', '--sarif', '.'], folder);
  });
}

async function njsscan(): Promise<Ready> {
  return ready('njsscan', 'sarif', ['javascript'], await pythonWith(PYTHON_SCANNERS.njsscan), (path, folder) => toFile((out) => runScanner(path, ['-m', 'njsscan', '--sarif', '-o', out, '.'], folder)));
}

async function eslint(): Promise<Ready> {
  return ready('eslint', 'sarif', ['javascript'], await nodeFolder(NODE_SCANNERS), (path, folder) => {
    const config = join(path, 'eslint.config.mjs');
    writeFileSync(config, "import security from 'eslint-plugin-security';\nexport default [{ ...security.configs.recommended, files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' }, linterOptions: { reportUnusedDisableDirectives: 'off' } }];\n");
    return toFile((out) => runScanner(process.execPath, [join(path, 'node_modules/eslint/bin/eslint.js'), '--config', config, '--no-inline-config', '--format', join(path, 'node_modules/@microsoft/eslint-formatter-sarif/sarif.js'), '-o', out, '.'], folder));
  });
}

async function gosec(): Promise<Ready> {
  return ready('gosec', 'sarif', ['go'], await goProgram('gosec', GO_SCANNERS.gosec), (path, folder) => {
    writeFileSync(join(folder, 'go.mod'), 'module example.test/bench\n\ngo 1.24\n');
    return toFile((out) => runScanner(path, ['-quiet', '-no-fail', '-fmt', 'sarif', '-out', out, './...'], folder));
  });
}

async function gitleaks(): Promise<Ready> {
  return ready('gitleaks', 'gitleaks', [...CODE, 'other'], await goProgram('gitleaks', GO_SCANNERS.gitleaks), (path, folder) => toFile((out) => runScanner(path, ['dir', '.', '--no-banner', '--report-format', 'json', '--report-path', out], folder)));
}

async function detectSecrets(): Promise<Ready> {
  return ready('detect-secrets', 'detect-secrets', [...CODE, 'other'], await pythonWith(PYTHON_SCANNERS['detect-secrets']), (path, folder) => runScanner(path, ['-m', 'detect_secrets', '-C', folder, 'scan', '--all-files', '--no-verify', '.'], folder));
}

async function toFile(run: (out: string) => Promise<unknown>): Promise<string> {
  const folder = join(cacheFolder(), `out-${process.pid}-${++files}`);
  mkdirSync(folder, { recursive: true });
  try {
    await run(join(folder, 'report'));
    return readFileSync(join(folder, 'report'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
let files = 0;
