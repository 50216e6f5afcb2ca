import type { ECR, ImageDetail } from '@aws-sdk/client-ecr';
import type { Fact } from '@throughline/connectors/api';
import { urn } from '@throughline/domain';
import type { Say } from '../say.js';
import { attempt, type Scope, type ScopeContext } from '../scope.js';
import { isArtifact, manifestsOf, nextImages, type Repository, type Walk } from './ecr-images.js';

const MAX_TAGS = 100;

/** Which images there are, by digest, and which tags point to them now. */
export const ecrScope: Scope = {
  name: 'ecr',
  async step(context, state) {
    const ecr = await context.client('ecr');
    const { opened, repository, images, next } = await nextImages(ecr, state as Walk);
    const say = context.say();
    const names = opened.map(({ uri, name }) => say.asset(`image-name:${uri}`, { name }));
    const real = repository === undefined ? [] : await onlyImages(context, ecr, repository, images);
    return { facts: [...names, ...real.flatMap((image) => imageFacts(say, repository as Repository, image))], next: next as Record<string, unknown> | undefined };
  },
};

/** Attestations and signatures lie beside the images that they are about, and are none. */
async function onlyImages(context: ScopeContext, ecr: ECR, repository: Repository, images: readonly ImageDetail[]): Promise<readonly ImageDetail[]> {
  const open = images.filter((image) => isArtifact(image) === undefined);
  const digests = open.flatMap(({ imageDigest }) => imageDigest ?? []);
  const manifests = digests.length === 0 ? undefined : await attempt(context, 'refines', undefined, () => manifestsOf(ecr, repository, digests));
  return open.filter(({ imageDigest = '' }) => manifests?.get(imageDigest)?.kind !== 'artifact');
}

export function imageFacts(say: Say, repository: Repository, image: ImageDetail): Fact[] {
  if (image.imageDigest === undefined) return [];
  const node = urn(`image:${repository.uri}@${image.imageDigest}`);
  const tags = (image.imageTags ?? []).slice(0, MAX_TAGS);
  return [
    say.asset(node, { pushedAt: image.imagePushedAt?.toISOString(), tags, mediaType: image.imageManifestMediaType }),
    // ECR does not say since when a tag points here, only when the image was pushed: it is known from now on
    ...tags.map((tag) => say.link(node, 'tagged', `tag:${repository.uri}:${tag}`)),
  ];
}
