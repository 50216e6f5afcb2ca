import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../scanners/programs.js';
import { selectResults, type Format } from '../scanners/reports.js';
import type { Scanner } from '../scanners/scanners.js';
import { languageOf, textOf, type Tree } from './tree.js';

/** What a scanner wrote about variants of trees that lay side by side. */
export interface ScannedVariants {
  readonly format: Format;
  /** The report of one variant; paths as in a checkout of it, unless they are to be written otherwise. */
  of(variant: string, write?: (path: string) => string): unknown;
}

/**
 * Runs a scanner once over all variants, each in a folder of its own: starting a scanner costs more than the files. The
 * output is kept by content, so that a second run of the bench scans nothing.
 */
export async function scanVariants(scanner: Scanner, variants: ReadonlyMap<string, Tree>): Promise<ScannedVariants> {
  const files = [...variants].flatMap(([name, tree]) => tree.filter(({ path }) => scanner.reads.includes(languageOf(path))).map((file) => ({ path: `${name}/${file.path}`, text: textOf(file) })));
  const report = JSON.parse(await kept(scanner, files)) as unknown;
  return {
    format: scanner.format,
    of: (variant, write = (path) => path) => selectResults(scanner.format, report, (path) => {
      const at = path.indexOf(`${variant}/`);
      return at === 0 || (at > 0 && path[at - 1] === '/') ? write(path.slice(at + variant.length + 1)) : undefined;
    }),
  };
}

interface File { readonly path: string; readonly text: string }

async function kept(scanner: Scanner, files: readonly File[]): Promise<string> {
  const hash = createHash('sha256').update(`${scanner.version}\n`);
  for (const { path, text } of files) hash.update(path).update('\0').update(text).update('\0');
  const at = join(cacheFolder(), 'output', `${scanner.name}-${hash.digest('hex').slice(0, 24)}.json`);
  if (existsSync(at)) return readFileSync(at, 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'bench-identity-'));
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const output = await scanner.scan(folder);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(`${at}.part`, output);
    renameSync(`${at}.part`, at);
    return output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
