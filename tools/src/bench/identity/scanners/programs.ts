import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pythonPackage } from '@throughline/testing';

const exec = promisify(execFile);
const INSTALL_MS = 480_000;
const SCAN_MS = 420_000;

/** A folder or program, or why it is not to be had. */
export type Found = { readonly path: string } | { readonly reason: string };

/** Where downloads are kept between runs, as everything that the bootstrap fetches. */
export const cacheFolder = (): string => join(resolve(process.env['THROUGHLINE_CACHE'] || join(homedir(), '.cache', 'throughline')), 'identity');

/** The Python of an environment of its own that has the package. */
export async function pythonWith(requirement: string): Promise<Found> {
  const found = await pythonPackage({ folder: requirement.replace(/[^\w.-]+/g, '-'), requirement });
  return 'reason' in found ? found : { path: found.python };
}

/**
 * Semgrep by name on the path of every scanner: njsscan calls it so. Its own scripts name the interpreter by the folder
 * in which the environment was built, which is no more, so that these stand for them.
 */
export function semgrepByName(python: string): void {
  mkdirSync(shims(), { recursive: true });
  for (const name of ['semgrep', 'pysemgrep']) writeFileSync(join(shims(), name), `#!/bin/sh\nexec '${python}' '${join(dirname(python), 'pysemgrep')}' "$@"\n`, { mode: 0o755 });
}

const shims = (): string => join(cacheFolder(), 'bin');

/** A folder with npm packages; made aside and moved, so that a download that was cut off leaves nothing half. */
export async function nodeFolder(versions: Readonly<Record<string, string>>): Promise<Found> {
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  return once(`node-${packages.join('-').replace(/[^\w.-]+/g, '_')}`, (draft) => exec('npm', ['install', '--prefix', draft, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...packages], { timeout: INSTALL_MS }));
}

/** A program that the Go tool builds from its module. */
export async function goProgram(name: string, module: string): Promise<Found> {
  const found = await once(`go-${module.replace(/[^\w.-]+/g, '_')}`, (draft) => exec('go', ['install', module], { timeout: INSTALL_MS, env: { ...process.env, GOBIN: draft } }));
  return 'reason' in found ? found : { path: join(found.path, name) };
}

/** Makes a folder of the cache once. */
export async function once(name: string, make: (draft: string) => Promise<unknown>): Promise<Found> {
  const place = join(cacheFolder(), name);
  if (existsSync(place)) return { path: place };
  const draft = `${place}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await make(draft);
    renameSync(draft, place);
    return { path: place };
  } catch (error) {
    return { reason: String((error as { stderr?: string }).stderr || (error as Error).message).trim().split('\n').at(-1)?.slice(0, 300) ?? 'unknown' };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs a scanner to its end and gives its standard output. Exit code 1 is how most say that they found something. */
export function runScanner(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: SCAN_MS, env: { ...process.env, PATH: `${shims()}${delimiter}${process.env['PATH'] ?? ''}`, SEMGREP_SEND_METRICS: 'off' } });
    const [out, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => errors.push(part));
    child.once('error', fail);
    child.once('close', (code) => {
      if (code === 0 || code === 1) done(Buffer.concat(out).toString('utf8'));
      else fail(new Error(`${program} ${args.join(' ')} ended with ${code}: ${Buffer.concat(errors).toString('utf8').slice(-1500)}`));
    });
  });
}
