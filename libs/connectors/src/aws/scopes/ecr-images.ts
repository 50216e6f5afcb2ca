import type { ECR, Image, ImageDetail } from '@aws-sdk/client-ecr';
import { fallbackTag, readManifest, type Manifest } from '../map/image.js';
import type { ScopeContext } from '../scope.js';

/** Walk over the images of all repositories, resumable at each page. */
export interface Walk {
  readonly repositories?: readonly Repository[];
  /** Token of the page of repositories after these. */
  readonly token?: string | undefined;
  readonly images?: string | undefined;
}

export interface Repository {
  readonly name: string;
  /** `<registry>/<name>`. */
  readonly uri: string;
}

export interface ImagePage {
  readonly opened: readonly Repository[];
  readonly repository?: Repository;
  readonly images: readonly ImageDetail[];
  readonly next: Walk | undefined;
}

const REPOSITORIES = 50;
const IMAGES = 100;

/** The next page of images; repositories are told when they are first met. */
export async function nextImages(ecr: ECR, walk: Walk): Promise<ImagePage> {
  if (walk.repositories === undefined) {
    const page = await ecr.describeRepositories({ maxResults: REPOSITORIES, ...(walk.token !== undefined && { nextToken: walk.token }) });
    const opened = (page.repositories ?? []).flatMap(({ repositoryName, repositoryUri }) => (repositoryName && repositoryUri ? [{ name: repositoryName, uri: repositoryUri.toLowerCase() }] : []));
    return { opened, images: [], next: { repositories: opened, token: page.nextToken || undefined } };
  }
  const [repository, ...left] = walk.repositories;
  if (repository === undefined) return { opened: [], images: [], next: walk.token === undefined ? undefined : { token: walk.token } };
  const page = await ecr.describeImages({ repositoryName: repository.name, maxResults: IMAGES, ...(walk.images !== undefined && { nextToken: walk.images }) });
  const next: Walk = page.nextToken ? { ...walk, images: page.nextToken } : { repositories: left, token: walk.token };
  return { opened: [], repository, images: page.imageDetails ?? [], next };
}

/** Manifests of digests, as the registry stores them. */
export async function manifestsOf(ecr: ECR, repository: Repository, digests: readonly string[]): Promise<Map<string, Manifest>> {
  const found = new Map<string, Manifest>();
  for (let at = 0; at < digests.length; at += IMAGES) {
    const answer = await ecr.batchGetImage({
      repositoryName: repository.name, imageIds: digests.slice(at, at + IMAGES).map((imageDigest) => ({ imageDigest })),
      acceptedMediaTypes: MANIFEST_TYPES,
    });
    for (const { imageId, imageManifest } of (answer.images ?? []) as Image[]) {
      const manifest = readManifest(imageManifest ?? '');
      if (imageId?.imageDigest !== undefined && manifest !== undefined) found.set(imageId.imageDigest, manifest);
    }
  }
  return found;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json',
];

const CONFIG = /^application\/vnd\.(oci\.image\.config|docker\.container\.image)\.v1\+json$/;

/** Whether the listing alone shows that this is no image; undefined: only its manifest can tell. */
export function isArtifact(image: ImageDetail): boolean | undefined {
  if ((image.imageTags ?? []).some((tag) => fallbackTag(tag) !== undefined)) return true;
  const { artifactMediaType } = image;
  return artifactMediaType === undefined || CONFIG.test(artifactMediaType) || MANIFEST_TYPES.includes(artifactMediaType) ? undefined : true;
}

export const pushedAt = (context: ScopeContext, image: ImageDetail): Date => image.imagePushedAt ?? context.clock.now();
