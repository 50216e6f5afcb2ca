import { parseImageReference } from '@throughline/domain';

const DIGEST = /sha256:[0-9a-f]{64}$/i;

/**
 * The image that a container runs. `imageID` comes as `docker-pullable://name@sha256:…` (dockershim) or `name@sha256:…`
 * (containerd, CRI-O). A bare `sha256:…` or `docker://sha256:…` is the id of the unpacked configuration, which no registry
 * knows: it is no digest. The name is the one that the container asked for: runtimes give one name of several that a digest has.
 */
export function runningImage(asked: string, imageId: string): string | undefined {
  const id = imageId.replace(/^[a-z-]+:\/\//, '');
  const reference = parseImageReference(asked) ?? parseImageReference(id);
  const digest = id.includes('@') ? DIGEST.exec(id)?.[0] : undefined;
  if (reference === undefined) return undefined;
  if (digest !== undefined) return `image:${nameOf(asked, id) ?? reference.name}@${digest.toLowerCase()}`;
  return pinnedImage(asked);
}

/** The image of a reference that holds its digest. */
export function pinnedImage(asked: string): string | undefined {
  const reference = parseImageReference(asked);
  return reference?.digest.startsWith('sha256:') ? `image:${reference.name}@${reference.digest}` : undefined;
}

/** A container can ask by a bare id of an image on the node; then only the runtime knows a name. */
function nameOf(asked: string, id: string): string | undefined {
  return /^(sha256:)?[0-9a-f]{64}$/i.test(asked) ? parseImageReference(id)?.name : parseImageReference(asked)?.name;
}
