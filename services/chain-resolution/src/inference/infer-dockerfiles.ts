import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { text } from '../domain/assets.js';
import type { Asset } from '../domain/assets.js';
import { DOCKERFILE_SOURCE, dockerfileClaims, dockerfilesOf, historyOf } from '../domain/inference/dockerfiles.js';
import type { Dockerfile } from '../domain/inference/dockerfiles.js';
import { historyInstructions } from '../domain/inference/instructions.js';
import type { Instruction } from '../domain/inference/instructions.js';
import { isTelling } from '../domain/inference/similarity.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { imagesLike, loadDockerfileHashes, producedBy, repositoriesLike, saveDockerfileHashes, saveImageHashes } from '../persistence/hints.repository.js';
import type { StoredDockerfile } from '../persistence/hints.repository.js';
import type { Change } from '../resolution/apply-facts.js';
import { restate } from '../resolution/restate.js';
import { inSlices } from './touched.js';
import type { Touched } from './touched.js';

/** Repositories that are compared with one image, and images that a changed Dockerfile is compared with. */
const MAX_REPOSITORIES = 20;
const MAX_IMAGES = 200;

/** Links of images to the repositories whose Dockerfile they were made by: for new histories, and for images that waited for a Dockerfile. */
export async function inferFromDockerfiles(unit: Unit, tenant: TenantId, touched: Touched, now: Date): Promise<Change[]> {
  const fresh = await noteHistories(unit, tenant, touched.images);
  const waiting = await noteDockerfiles(unit, tenant, touched.repositories);
  return inSlices([...new Set([...fresh, ...waiting])], (images) => inferSlice(unit, tenant, images, now));
}

async function inferSlice(unit: Unit, tenant: TenantId, images: readonly Urn[], now: Date): Promise<Change> {
  const graph = postgresGraph(unit, tenant, null);
  const facts = await graph.assets(images);
  const histories = new Map([...facts].map(([image, asset]) => [image, historyInstructions(historyOf(asset.attributes))]));
  const like = await repositoriesLike(unit, tenant, new Map([...histories].map(([image, history]) => [image, hashesOf(history)])), MAX_REPOSITORIES);
  const repositories = await graph.assets([...new Set([...like.values()].flat())]);
  const dockerfiles = new Map([...repositories].map(([repository, found]) => [repository, dockerfilesOf(repository, found.attributes)]));
  const claims = [...facts].flatMap(([image, asset]) =>
    dockerfileClaims(image, histories.get(image) ?? [], (like.get(image) ?? []).flatMap((repository) => dockerfiles.get(repository) ?? []), pushedAt(asset)));
  return restate(unit, tenant, images.map((image) => ({ source: DOCKERFILE_SOURCE, scope: image })), claims, now);
}

async function noteHistories(unit: Unit, tenant: TenantId, images: ReadonlyMap<Urn, Asset>): Promise<Urn[]> {
  const hashes = new Map([...images].map(([image, asset]) => [image, hashesOf(historyInstructions(historyOf(asset.attributes)))] as const).filter(([, own]) => own.length > 0));
  await saveImageHashes(unit, tenant, hashes);
  return [...hashes.keys()];
}

/** Returns the images that the new Dockerfiles may have made, and those that we held to be made by the old ones. */
async function noteDockerfiles(unit: Unit, tenant: TenantId, repositories: ReadonlyMap<Urn, Asset>): Promise<Urn[]> {
  const described = [...repositories].filter(([, asset]) => Array.isArray(asset.attributes['dockerfiles']));
  if (described.length === 0) return [];
  const known = await loadDockerfileHashes(unit, tenant, described.map(([repository]) => repository));
  const changed = described.map(([repository, asset]) => ({ repository, files: dockerfilesOf(repository, asset.attributes).map(hashed) }))
    .filter(({ repository, files }) => !sameMembers(known.get(repository) ?? [], files.flatMap(({ path, hashes }) => hashes.map((hash) => `${hash}|${path}`))));
  if (changed.length === 0) return [];
  const stored = changed.flatMap(({ files }) => files);
  await saveDockerfileHashes(unit, tenant, changed.map(({ repository }) => repository), stored);
  return [...await producedBy(unit, tenant, 'dockerfile', changed.map(({ repository }) => repository)), ...await imagesLike(unit, tenant, stored.flatMap((item) => item.hashes), MAX_IMAGES)];
}

/** With a hash of the whole beside those of its instructions, so that any change of it is seen. */
const hashed = ({ repository, path, instructions }: Dockerfile): StoredDockerfile =>
  ({ repository, path, hashes: [...hashesOf(instructions), hashOf(instructions.map(lineOf).join('\n'))] });

const sameMembers = (a: readonly string[], b: readonly string[]): boolean => {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
};

const lineOf = (item: Instruction): string => `${item.word} ${item.text}`;
const hashOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 16);

const hashesOf = (instructions: readonly Instruction[]): string[] => [...new Set(instructions.filter(isTelling).map((item) => hashOf(lineOf(item))))];

function pushedAt(asset: Asset): number {
  const at = Date.parse(text(asset.attributes['pushedAt']));
  return Number.isFinite(at) && at > 0 ? at : asset.firstSeen;
}
