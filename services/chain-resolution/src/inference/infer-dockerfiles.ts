import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { text } from '../domain/assets.js';
import type { Asset } from '../domain/assets.js';
import { DOCKERFILE_SOURCE, dockerfileClaims, dockerfilesOf, historyOf } from '../domain/inference/dockerfiles.js';
import { historyInstructions } from '../domain/inference/instructions.js';
import type { Instruction } from '../domain/inference/instructions.js';
import { isTelling } from '../domain/inference/similarity.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { imagesLike, producedBy, repositoriesLike, saveDockerfileHashes, saveImageHashes } from '../persistence/hints.repository.js';
import type { Change } from '../resolution/apply-facts.js';
import { restate } from '../resolution/restate.js';
import type { Touched } from './touched.js';

/** Repositories that are compared with one image, and images that a changed Dockerfile is compared with. */
const MAX_REPOSITORIES = 20;
const MAX_IMAGES = 200;

/** Links of images to the repositories whose Dockerfile they were made by: for new histories, and for images that waited for a Dockerfile. */
export async function inferFromDockerfiles(unit: Unit, tenant: TenantId, touched: Touched, now: Date): Promise<Change> {
  const fresh = await noteHistories(unit, tenant, touched.images);
  const waiting = await noteDockerfiles(unit, tenant, touched.repositories);
  const images = [...new Set([...fresh, ...waiting])];
  if (images.length === 0) return { links: [], nodes: [] };
  const graph = postgresGraph(unit, tenant, null);
  const facts = await graph.assets(images);
  const claims = [];
  for (const image of images) {
    const asset = facts.get(image);
    if (!asset) continue;
    const history = historyInstructions(historyOf(asset.attributes));
    const repositories = await graph.assets(await repositoriesLike(unit, tenant, hashesOf(history), MAX_REPOSITORIES));
    const dockerfiles = [...repositories].flatMap(([repository, found]) => dockerfilesOf(repository, found.attributes));
    claims.push(...dockerfileClaims(image, history, dockerfiles, pushedAt(asset)));
  }
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
  const stored = described.flatMap(([repository, asset]) => dockerfilesOf(repository, asset.attributes)).map(({ repository, path, instructions }) => ({ repository, path, hashes: hashesOf(instructions) }));
  await saveDockerfileHashes(unit, tenant, described.map(([repository]) => repository), stored);
  return [...await producedBy(unit, tenant, 'dockerfile', described.map(([repository]) => repository)), ...await imagesLike(unit, tenant, stored.flatMap((item) => item.hashes), MAX_IMAGES)];
}

const hashesOf = (instructions: readonly Instruction[]): string[] =>
  [...new Set(instructions.filter(isTelling).map((item) => createHash('sha256').update(`${item.word} ${item.text}`).digest('hex').slice(0, 16)))];

function pushedAt(asset: Asset): number {
  const at = Date.parse(text(asset.attributes['pushedAt']));
  return Number.isFinite(at) && at > 0 ? at : asset.firstSeen;
}
