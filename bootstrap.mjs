#!/usr/bin/env node
// The one thing that runs with nothing installed: plain Node (>= 20), no dependency. It brings Node 24, pnpm, the
// dependencies and the build, each only when something changed, and hands over to the command.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_VERSION = '24.21.0';
const PNPM_VERSION = '11.28.0';
const MB = 1024 * 1024;

const root = dirname(fileURLToPath(import.meta.url));
const cache = resolve(process.env.THROUGHLINE_CACHE || join(homedir(), '.cache', 'throughline'));
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const [command = 'start', ...rest] = process.argv.slice(2);

class UserError extends Error {}

// ---------------------------------------------------------------- children and signals

let current;
let stopSignal;

/** Runs a command to its end; with `quiet` its output is kept and returned, else it goes to the terminal. */
const run = (file, args, { env = process.env, quiet = false, ipc = false } = {}) => new Promise((done, fail) => {
  if (stopSignal) return fail(new Stopped());
  const out = quiet ? 'pipe' : 'inherit';
  const child = spawn(file, args, { cwd: root, env, stdio: ['inherit', out, out, ...(ipc ? ['ipc'] : [])] });
  current = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => { output += chunk; });
  child.once('error', (error) => fail(error));
  child.once('close', (code, signal) => {
    current = undefined;
    if (stopSignal && !ipc) return fail(new Stopped());
    done({ code: code ?? (signal ? 130 : 1), output });
  });
});

class Stopped extends Error {}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopSignal ??= signal;
    // A terminal sends Ctrl-C to the whole group; a supervisor sends SIGTERM to us alone. The child takes both as one.
    current?.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  });
}
process.stdout.on('error', () => undefined);

/** Parent of a process, or undefined when it has ended. Where there is no /proc only our own parent is known. */
const parentOf = (pid) => {
  if (pid === process.pid) return process.ppid;
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
};

/** npm killed with -9 cannot forward anything: when it (or the shell between) has ended, so must we. */
if (process.env.npm_lifecycle_event) {
  const npm = Number(parentOf(process.ppid)); // npm itself where a shell stands between, else npm's own parent: never mind
  const isNpm = existsSync(`/proc/${npm}/cmdline`) && /npm/.test(readFileSync(`/proc/${npm}/cmdline`, 'latin1'));
  const parent = process.ppid;
  setInterval(() => {
    if (stopSignal || (process.ppid === parent && (!isNpm || parentOf(parent) === npm))) return;
    stopSignal = 'SIGTERM';
    current?.kill('SIGTERM');
  }, 500).unref();
}

// ---------------------------------------------------------------- steps

const say = (text) => process.stdout.write(`${text}\n`);

const step = async (name, work) => {
  const start = performance.now();
  const result = await work();
  if (result !== 'nothing to do') say(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${name}`);
  return result;
};

const checkDisk = (folder, bytes) => {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  throw new UserError(`The disk of ${folder} has ${Math.round((bavail * bsize) / MB)} MB free and ${Math.round(bytes / MB)} are needed. `
    + 'Free some space, or point THROUGHLINE_CACHE at another disk, and start again.');
};

const versionOf = (folder) => {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
};

/** Installs one npm package into `<cache>/<name>`, aside and then in one move, so that a killed download leaves nothing half. */
const fetchPackage = async (name, pkg, version) => {
  const target = join(cache, name);
  if (versionOf(join(target, 'node_modules', pkg)) === version) return 'nothing to do';
  checkDisk(cache, 400 * MB);
  const partial = join(cache, `${name}.partial-${process.pid}`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--prefix', partial, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', `${pkg}@${version}`];
  const { code, output } = await run(npm, args, { quiet: true }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new UserError('`npm` is not on the PATH; it fetches Node 24 and pnpm once. Install it (it comes with Node.js, or `apt-get install npm`) and start again.');
  });
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new UserError(`${pkg}@${version} could not be fetched. Check the network or npm's registry setting and start again.\n${output.trim().split('\n').slice(-8).join('\n')}`);
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
};

/** Folder of the Node to run everything with. Older ones than 24 fetch it through npm; newer ones are used as they are. */
const nodeFolder = async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new UserError(`Node ${process.versions.node} is too old to start from; install Node 20 or later.`);
  if (major > 24 || (major === 24 && minor >= 9)) return dirname(process.execPath);
  await step(`Node ${NODE_VERSION} fetched`, () => fetchPackage('node', nodePackage, NODE_VERSION));
  return join(cache, 'node', 'node_modules', nodePackage, 'bin');
};

const readStamp = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256')).digest('hex');

/** Installs from the lock file, unless that is what was installed last. */
const installDependencies = async (env) => {
  const stamp = join(root, 'node_modules', '.throughline-install');
  const wanted = sha(readFileSync(join(root, 'pnpm-lock.yaml')), readFileSync(join(root, 'pnpm-workspace.yaml')), PNPM_VERSION, nodePackage);
  if (readStamp(stamp) === wanted) return 'nothing to do';
  checkDisk(root, 2500 * MB);
  rmSync(stamp, { force: true });
  const pnpm = join(cache, 'pnpm', 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  const { code } = await run('node', [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'], { env });
  if (code !== 0) throw new UserError('The dependencies could not be installed; the lines above say why. Check the network and the disk and start again.');
  writeFileSync(stamp, wanted);
};

const SKIPPED = new Set(['node_modules', 'dist', '.nx', '.git', '.throughline', '.test-results', 'coverage', 'fixtures', 'golden', 'docs', 'test']);
const SOURCE_FOLDERS = ['libs', 'services', 'deploy/local', 'tools', 'schemas'];
const SOURCE_FILES = ['.swcrc', 'tsconfig.base.json', 'nx.json', 'package.json', 'pnpm-lock.yaml'];

/** One hash over what a build reads: even a build of which Nx finds everything in its cache costs seconds. */
const sourceHash = () => {
  const hash = createHash('sha256');
  const add = (path) => hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) walk(path);
      } else if (entry.isFile() && !/\.(int-)?spec\.tsx?$|\.md$/.test(entry.name)) add(path);
    }
  };
  for (const folder of SOURCE_FOLDERS) if (existsSync(join(root, folder))) walk(join(root, folder));
  for (const file of SOURCE_FILES) if (existsSync(join(root, file))) add(join(root, file));
  return hash.digest('hex');
};

/** Packages with a build script of which the output is missing, for example after somebody cleaned up. */
const outputMissing = () => ['libs', 'services', 'deploy', '.'].some((parent) => readdirSync(join(root, parent), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json')))
  .some((entry) => {
    const { scripts } = JSON.parse(readFileSync(join(root, parent, entry.name, 'package.json'), 'utf8'));
    return scripts?.build && !existsSync(join(root, parent, entry.name, 'dist'));
  }));

const build = async (env) => {
  const stamp = join(root, 'node_modules', '.throughline-build');
  const wanted = sourceHash();
  if (readStamp(stamp) === wanted && !outputMissing()) return 'nothing to do';
  rmSync(stamp, { force: true });
  const { code, output } = await run(join(root, 'node_modules', '.bin', 'nx'), ['run-many', '-t', 'build', '--outputStyle=stream'], { env, quiet: true });
  if (code !== 0) throw new UserError(`The build failed:\n${output}`);
  writeFileSync(stamp, wanted);
};

/** One set-up of a work tree at a time: two instances may be started side by side on a fresh clone. */
const exclusively = async (work) => {
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, `setup-${sha(root).slice(0, 12)}.lock`);
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    for (let told = false; ;) {
      try {
        linkSync(draft, lock);
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = Number(readStamp(lock) ?? 0);
      if (!isAlive(holder)) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!told) say(`          waiting for another start in this folder (process ${holder}) to finish its set-up`);
      told = true;
      await new Promise((done) => { setTimeout(done, 300); });
      if (stopSignal) throw new Stopped();
    }
    try {
      return await work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** What downloads that were killed left in the cache. */
const removeLeftovers = () => {
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const owner = /\.partial-(\d+)$/.exec(name)?.[1];
    if (owner && !isAlive(Number(owner))) rmSync(join(cache, name), { recursive: true, force: true });
  }
};

// ---------------------------------------------------------------- commands

/** File to run for a command. Scripts in plain JavaScript run without a build: they may make what the build needs. */
const scriptsFor = (name) => {
  const plain = existsSync(join(root, 'tools', `${name}.mjs`)) ? [`tools/${name}.mjs`]
    : readdirSync(join(root, 'tools')).filter((file) => file.startsWith(`${name}-`) && file.endsWith('.mjs')).map((file) => `tools/${file}`);
  return plain.length > 0 ? plain : [`tools/dist/${name}/main.js`];
};

const target = () => {
  const [name, variant] = command.split(':');
  if (name === 'start') return { files: ['deploy/local/dist/main.js'], args: rest };
  if (name === 'test') return { files: ['tools/dist/test-run/main.js'], args: rest };
  if (name === 'bench') return { files: ['tools/dist/bench/main.js'], args: [...(variant ? [variant] : []), ...rest] };
  if (name === 'run' && rest[0]) return { files: scriptsFor(rest[0]), args: rest.slice(1) };
  throw new UserError(`Unknown command ${command}. Known: start, test, bench[:name], run <script>.`);
};

const main = async () => {
  const { files, args } = target();
  const env = {
    ...process.env, CI: process.env.CI || 'true', NX_DAEMON: 'false', NX_TUI: 'false', THROUGHLINE_CACHE: cache,
    NODE_USE_SYSTEM_CA: '1', // a distribution's Node trusts the system's certificates (a company's proxy); the fetched one only when told
  };
  removeLeftovers();
  await exclusively(async () => {
    const node = await nodeFolder();
    await step(`pnpm ${PNPM_VERSION} fetched`, () => fetchPackage('pnpm', 'pnpm', PNPM_VERSION));
    env.PATH = [node, join(root, 'node_modules', '.bin'), join(cache, 'pnpm', 'node_modules', '.bin'), process.env.PATH].join(delimiter);
    await step('dependencies installed', () => installDependencies(env));
    if (files.some((file) => file.includes('/dist/'))) await step('built', () => build(env));
  });
  env.CI = process.env.CI ?? '';
  for (const file of files) {
    if (!existsSync(join(root, file))) throw new UserError(`There is no ${command} ${rest[0] ?? ''} in this version (${file}).`);
    const { code } = await run('node', ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning', join(root, file), ...args], { env, ipc: true });
    if (code !== 0) return code;
  }
  return 0;
};

main().then((code) => process.exit(code), (error) => {
  if (error instanceof Stopped) process.exit(130);
  console.error(error instanceof UserError ? `\n${error.message}` : error);
  process.exit(1);
});
