import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testingConfig } from '../config.js';

const exec = promisify(execFile);
const VENV_MS = 120_000;
const INSTALL_MS = 480_000;
/** A failed fetch is not tried again by each spec file of a run. */
const RETRY_AFTER_MS = 10 * 60_000;

export interface PythonPackage {
  /** Name of its folder in the cache, version included. */
  readonly folder: string;
  /** What pip is asked for. */
  readonly requirement: string;
}

/** A Python that has the package, or why there is none. */
export type FoundPython = { readonly python: string } | { readonly reason: string };

/**
 * The Python of a virtual environment that holds the package, made on first use and kept in the cache. The environment
 * is built beside its place and moved there, so that two processes that make it at the same time do not meet half of one.
 */
export const pythonPackage = async (wanted: PythonPackage, peers: string = testingConfig().peers): Promise<FoundPython> => {
  const place = join(peers, wanted.folder);
  const python = join(place, 'bin', 'python3');
  if (existsSync(python)) return { python };
  const note = `${place}.failed`;
  if (existsSync(note) && statSync(note).mtimeMs > performance.timeOrigin + performance.now() - RETRY_AFTER_MS) return { reason: readFileSync(note, 'utf8') };
  await mkdir(peers, { recursive: true });
  const draft = `${place}.${process.pid}`;
  try {
    await exec('python3', ['-m', 'venv', draft], { timeout: VENV_MS });
    await exec(join(draft, 'bin', 'python3'), ['-m', 'pip', 'install', '--quiet', '--retries', '1', '--disable-pip-version-check', wanted.requirement], { timeout: INSTALL_MS });
    await rename(draft, place).catch((error: unknown) => { if (!existsSync(python)) throw error; });
    return { python };
  } catch (error) {
    const reason = `${wanted.requirement} cannot be had: ${lastLine(error)}`;
    await writeFile(note, reason);
    return { reason };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

const lastLine = (error: unknown): string => {
  const { code, stderr, message } = error as { code?: unknown; stderr?: unknown; message?: unknown };
  if (code === 'ENOENT') return 'there is no python3 on the PATH';
  const text = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : String(message);
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? 'unknown';
};
