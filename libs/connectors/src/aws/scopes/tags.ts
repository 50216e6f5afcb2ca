import { parseImageReference } from '@throughline/domain';
import { ecrRegistry } from '../arn.js';
import type { ResolvedTag } from '../map/ecs.js';
import { attempt, type ScopeContext } from '../scope.js';

/** What the tags of references in private registries of ECR name now; references by digest and other registries are passed over. */
export async function resolveTags(context: ScopeContext, references: readonly string[]): Promise<ReadonlyMap<string, ResolvedTag>> {
  const found = new Map<string, ResolvedTag>();
  for (const reference of new Set(references)) {
    const parsed = parseImageReference(reference);
    if (parsed === undefined || parsed.digest !== '') continue;
    const slash = parsed.name.indexOf('/');
    const registry = ecrRegistry(parsed.name.slice(0, slash));
    if (registry === undefined) continue;
    const ecr = await context.client('ecr', registry.region);
    const answer = await attempt(context, 'refines', undefined, () => ecr.describeImages({
      registryId: registry.account, repositoryName: parsed.name.slice(slash + 1), imageIds: [{ imageTag: parsed.tag === '' ? 'latest' : parsed.tag }],
    }));
    const [image] = answer?.imageDetails ?? [];
    if (image?.imageDigest !== undefined) found.set(reference, { digest: image.imageDigest, pushedAt: image.imagePushedAt });
  }
  return found;
}
