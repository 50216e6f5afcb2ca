import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { testingConfig } from '../config.js';
import { freePort, type Peer } from './python-peer.js';

const exec = promisify(execFile);
const PRISM = '@stoplight/prism-cli@5.14.2';
const OPENAPI = '@octokit/openapi@23.0.2';
/** Not a dependency of the workspace: it unpacks to 400 MB, of which one file is needed, and only these tests need it. */
const FOLDER = 'prism-5.14.2-github-23.0.2';
const DESCRIPTION = 'api.github.com.json';
const INSTALL_MS = 480_000;
const READY_MS = 120_000;
const RETRY_AFTER_MS = 10 * 60_000;

type Json = Record<string, unknown>;

/**
 * GitHub's own OpenAPI description behind Prism: it answers each route with GitHub's example and refuses (422) a request
 * that the description does not allow. It keeps no state. Reading the whole description takes Prism a minute, so it is
 * given the named routes only (`/repos/{owner}/{repo}`). Undefined, with the reason printed, where it cannot be had.
 */
export async function startGithubOpenApi(routes: readonly string[]): Promise<Peer | undefined> {
  const place = await installed(testingConfig().peers);
  if ('reason' in place) return absent(place.reason);
  const folder = await mkdtemp(join(tmpdir(), 'throughline-github-'));
  const description = join(folder, DESCRIPTION);
  await writeFile(description, JSON.stringify(onlyRoutes(JSON.parse(await readFile(join(place.folder, DESCRIPTION), 'utf8')) as Json, routes)));
  const port = await freePort();
  // It ends with our end of its stdin, however the test process dies.
  const watch = 'data:text/javascript,process.stdin.resume();process.stdin.on("end",()=>process.exit(0))';
  const child = spawn(process.execPath, ['--import', watch, join(place.folder, 'node_modules/@stoplight/prism-cli/dist/index.js'), 'mock', '--multiprocess', 'false', '--host', '127.0.0.1', '--port', String(port), description], {
    stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: testingConfig().path, HOME: tmpdir() },
  });
  const stop = async (): Promise<void> => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  if (await ready(child, url)) return { url, stop };
  await stop();
  return absent('it did not start');
}

function absent(reason: string): undefined {
  process.stderr.write(`The tests against GitHub's OpenAPI description do not run here: ${reason}\n`);
  return undefined;
}

/** Any answer will do: Prism answers 404 to a route that it does not know. */
async function ready(child: ChildProcess, url: string): Promise<boolean> {
  for (const deadline = performance.now() + READY_MS; performance.now() < deadline && child.exitCode === null; await sleep(200)) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer !== undefined) return true;
  }
  return false;
}

/** Fetched on first use and kept in the cache; built beside its place and moved there, as two processes may need it at once. */
async function installed(peers: string): Promise<{ readonly folder: string } | { readonly reason: string }> {
  const folder = join(peers, FOLDER);
  const description = join(folder, DESCRIPTION);
  if (existsSync(description)) return { folder };
  const note = `${folder}.failed`;
  if (existsSync(note) && statSync(note).mtimeMs > performance.timeOrigin + performance.now() - RETRY_AFTER_MS) return { reason: readFileSync(note, 'utf8') };
  const draft = `${folder}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    await exec('npm', ['install', '--prefix', draft, '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error', PRISM, OPENAPI], { timeout: INSTALL_MS });
    await rename(join(draft, 'node_modules/@octokit/openapi/generated', DESCRIPTION), join(draft, DESCRIPTION));
    await rm(join(draft, 'node_modules/@octokit/openapi'), { recursive: true });
    await rename(draft, folder).catch((error: unknown) => { if (!existsSync(description)) throw error; });
    return { folder };
  } catch (error) {
    const reason = `${PRISM} and ${OPENAPI} cannot be had: ${String((error as { message?: unknown }).message).trim().split('\n').at(-1)?.slice(0, 300) ?? ''}`;
    await writeFile(note, reason);
    return { reason };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The description with these paths and what they refer to. */
export function onlyRoutes(description: Json, routes: readonly string[]): Json {
  const all = description['paths'] as Json;
  const missing = routes.filter((route) => !Object.hasOwn(all, route));
  if (missing.length > 0) throw new TypeError(`GitHub's description has no ${missing.join(', ')}`);
  const paths = Object.fromEntries(routes.map((route) => [route, all[route]]));
  const components: Record<string, Json> = {};
  const waiting: unknown[] = [paths];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    for (const [, kind = '', name = ''] of JSON.stringify(value).matchAll(/"\$ref":"#\/components\/([\w-]+)\/([\w.-]+)"/g)) {
      const known = (components[kind] ??= {});
      if (Object.hasOwn(known, name)) continue;
      known[name] = ((description['components'] as Json)[kind] as Json)[name];
      waiting.push(known[name]);
    }
  }
  return { openapi: description['openapi'], info: description['info'], paths, components };
}
