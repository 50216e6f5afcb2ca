import { assetFact, numberOf, objectOf, textOf, timeless, type JsonObject, type PullGap } from '@throughline/connectors/api';
import { repositoryUrn } from '@throughline/domain';
import type { Answer } from '../client.js';
import { objectsOf, repositoryAttributes, repositoryOf } from '../events/common.js';
import { CATALOG_PATHS, CODEOWNERS_PATHS, isDockerfile } from '../files.js';
import { catalogAttributes } from './catalog.js';
import { refusalGap } from './permissions.js';
import { route } from './route.js';
import { ask, isRefusal, type Session, type Step } from './session.js';
import { nextPart, type Item, type State } from './state.js';

/** Attributes of a node may have 16 KiB as JSON; a margin for the rest of them. */
const MAX_ATTRIBUTES = 15_500;
/** A CODEOWNERS that is cut would name wrong owners (the last line that matches wins), so a longer one is left out. */
const MAX_CODEOWNERS = 9000;
const MAX_DOCKERFILE = 4096;
const MAX_DOCKERFILES = 20;
const MAX_TREE = 200_000;
const MAX_BLOB = 128 * 1024;

interface File { readonly path: string; readonly sha: string; readonly size: number }

/** What a repository is: its settings, and the files that say who owns it and how its images are made; in one fact, since attributes of a source replace each other. */
export async function profileStep(session: Session, state: State, item: Item): Promise<Step> {
  const given = objectOf((await ask(session, state, 'GET /repos/{owner}/{repo}', { parameters: route(item) })).data);
  // The answer may be of another name: the repository was renamed or moved since the list.
  const repository = repositoryOf(given) ?? item.repository;
  const branch = textOf(given['default_branch']);
  const { attributes, gaps } = state.off.includes('profile') || branch === '' ? NOTHING : await filesOf(session, state, item, branch);
  const node = repositoryUrn(repository);
  const fact = timeless(assetFact(`repository|${node}`, { urn: node, kind: 'repository', attributes: { ...repositoryAttributes(given), ...attributes }, observedAt: session.now.toISOString() }));
  return { state: nextPart(state), facts: [fact], gaps, defaultBranches: branch === '' ? [] : [{ repository, branch }] };
}

interface Files { readonly attributes: JsonObject; readonly gaps: readonly PullGap[] }
const NOTHING: Files = { attributes: {}, gaps: [] };

async function filesOf(session: Session, state: State, item: Item, branch: string): Promise<Files> {
  let tree: Answer;
  try {
    tree = await ask(session, state, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { parameters: { ...route(item), tree_sha: branch, recursive: '1' } });
  } catch (error) {
    // 409: the repository is empty.
    if (!isRefusal(error)) throw error;
    return error.status === 409 ? NOTHING : { attributes: {}, gaps: [refusalGap(scopeOf(item), 'profile', error)] };
  }
  const files = objectsOf(objectOf(tree.data)['tree'], MAX_TREE).flatMap(fileOf);
  const gaps: PullGap[] = objectOf(tree.data)['truncated'] === true
    ? [gapOf(item, 'too_many', 'the repository has more files than GitHub lists at once: some Dockerfiles may be missing', 'Nothing, if CODEOWNERS and Dockerfiles stand near the root.')] : [];
  const read = (file: File): Promise<string> => blobOf(session, state, item, file);
  const owners = await codeownersOf(item, files, read);
  const catalog = files.find(({ path }) => (CATALOG_PATHS as readonly string[]).includes(path));
  const known = { ...owners.attributes, ...(catalog && catalogAttributes(await read(catalog))) };
  return { attributes: { ...known, ...await dockerfilesOf(files, read, MAX_ATTRIBUTES - JSON.stringify(known).length - 2000) }, gaps: [...gaps, ...owners.gaps] };
}

function fileOf(entry: JsonObject): File[] {
  const path = textOf(entry['path'], 1000);
  const sha = textOf(entry['sha']);
  return textOf(entry['type']) === 'blob' && /^[0-9a-f]{40,64}$/.test(sha) ? [{ path, sha, size: numberOf(entry['size']) ?? 0 }] : [];
}

async function codeownersOf(item: Item, files: readonly File[], read: (file: File) => Promise<string>): Promise<Files> {
  const file = CODEOWNERS_PATHS.map((path) => files.find((one) => one.path === path)).find((one) => one !== undefined);
  if (file === undefined) return NOTHING;
  // Comments take room and decide nothing; their lines stay, so that the numbers of the others do.
  const text = (await read(file)).split(/\r?\n/).map((line) => (line.trimStart().startsWith('#') ? '' : line.trimEnd())).join('\n').trimEnd();
  if (JSON.stringify(text).length <= MAX_CODEOWNERS) return { attributes: { codeowners: { path: file.path, text } }, gaps: [] };
  return { attributes: {}, gaps: [gapOf(item, 'too_large', `${file.path} is longer than ${MAX_CODEOWNERS} characters: its owners are not known`, 'Shorten it with patterns of directories, or enter owners as ownership rules.')] };
}

/** Dockerfiles, those near the root first, each cut and all within what is left of the room. */
async function dockerfilesOf(files: readonly File[], read: (file: File) => Promise<string>, room: number): Promise<JsonObject> {
  const depth = (path: string): number => path.split('/').length;
  const found = files.filter(({ path }) => isDockerfile(path)).sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
  const dockerfiles: JsonObject[] = [];
  let left = room;
  for (const file of found.slice(0, MAX_DOCKERFILES)) {
    const text = (await read(file)).slice(0, MAX_DOCKERFILE);
    const one = { path: file.path, text, ...(file.size > MAX_DOCKERFILE && { cut: true }) };
    left -= JSON.stringify(one).length + 1;
    if (left < 0) break;
    dockerfiles.push(one);
  }
  const missing = found.length - dockerfiles.length;
  return dockerfiles.length === 0 ? {} : { dockerfiles, ...(missing > 0 && { dockerfilesLeftOut: missing }) };
}

/** Text of a file; what is no text, too large or gone meanwhile is empty. */
async function blobOf(session: Session, state: State, item: Item, file: File): Promise<string> {
  if (file.size > MAX_BLOB) return '';
  try {
    const blob = objectOf((await ask(session, state, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', { parameters: { ...route(item), file_sha: file.sha } })).data);
    const bytes = Buffer.from(textOf(blob['content'], 2 * MAX_BLOB), textOf(blob['encoding']) === 'base64' ? 'base64' : 'utf8');
    return bytes.includes(0) ? '' : bytes.toString('utf8');
  } catch (error) {
    if (isRefusal(error)) return '';
    throw error;
  }
}

const scopeOf = (item: Item): string => `github:${item.name.toLowerCase()}`;
const gapOf = (item: Item, code: string, reason: string, remedy: string): PullGap => ({ scope: scopeOf(item), code, reason, remedy });
