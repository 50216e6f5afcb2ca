import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { dice } from '../random.js';
import { once } from '../scanners/programs.js';
import { CARRIERS } from '../scanners/versions.js';
import { sourceFile, type SourceFile } from '../source/tree.js';

const exec = promisify(execFile);
const FETCH_MS = 120_000;
const LINES = { least: 30, most: 400 } as const;
/** So many files are enough: each is scanned once for every mutation. */
const FILES = 40;

/** Files of real packages, unpacked once; a reason is printed for a package that is not to be had. */
export async function carrierFiles(say: (line: string) => void): Promise<readonly SourceFile[]> {
  const fetched = await Promise.all([
    ...CARRIERS.python.map(async (name) => ({ name, found: await once(`carrier-${name}`, (draft) => wheel(name, draft)) })),
    ...CARRIERS.node.map(async (name) => ({ name, found: await once(`carrier-${name}`, (draft) => tarball(name, draft)) })),
  ]);
  const all = fetched.flatMap(({ name, found }) => {
    if ('path' in found) return filesBelow(found.path, found.path).map(({ path, text }) => sourceFile(`${name.replace(/[@=].*$/, '')}/${path}`, text));
    say(`${name} carries nothing here: ${found.reason}`);
    return [];
  });
  return dice('carriers').shuffled(all).slice(0, FILES);
}

async function wheel(name: string, folder: string): Promise<void> {
  await exec('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--dest', folder, name], { timeout: FETCH_MS });
  for (const file of readdirSync(folder)) await exec('python3', ['-m', 'zipfile', '-e', join(folder, file), folder]);
}

async function tarball(name: string, folder: string): Promise<void> {
  await exec('npm', ['pack', '--silent', '--pack-destination', folder, name], { timeout: FETCH_MS });
  for (const file of readdirSync(folder)) await exec('tar', ['xzf', join(folder, file), '-C', folder]);
}

function filesBelow(folder: string, root: string): { path: string; text: string }[] {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path, root);
    if (!/\.(?:py|js)$/.test(name) || /\.min\.js$/.test(name)) return [];
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n').length;
    return lines >= LINES.least && lines <= LINES.most ? [{ path: relative(root, path), text }] : [];
  });
}
