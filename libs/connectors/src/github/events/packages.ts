import { assetFact, linkFact, objectOf, textOf, timeOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { commitUrn, parseUrn, repositoryUrn, urn, type LinkMethod, type Urn } from '@throughline/domain';
import { packageScope } from '../scopes.js';
import { DIGEST, FULL_NAME, hostOf, repositoryOf, SHA, shortOf, type EventInput, type Outcome } from './common.js';

/** The package is connected to a repository, which need not have built this version: less than a build's own output. */
const CONNECTED_CONFIDENCE = 0.7;
const LABEL_SOURCE = 'org.opencontainers.image.source';
const LABEL_REVISION = 'org.opencontainers.image.revision';
const TAG = /^[\w][\w.-]{0,127}$/;
const MAX_LABELS = 40;

/** A version of a container package: what GitHub says of one image. */
export interface ImageVersion {
  /** Registry and name, e.g. `ghcr.io/acme/pay`. */
  readonly name: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** Absent: not told here. */
  readonly labels?: JsonObject;
  readonly mediaType: string;
  /** RFC 3339: when it was pushed. */
  readonly pushedAt: string;
  /** host/owner/name that the package is connected to; empty: none. */
  readonly repository: string;
  readonly evidence: JsonObject;
}

/** Registry of a GitHub host (https://docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-container-registry). */
export const registryOf = (host: string): string => (host === 'github.com' ? 'ghcr.io' : `containers.${host}`);

/**
 * The image with its tags, and where its labels or its package say that it comes from. No link to a tag: an event does not
 * say which image the tag was taken from, so that link would never end. The inventory of the package has them.
 */
export function imageFacts(version: ImageVersion): Fact[] {
  const image = urn(`image:${version.name}@${version.digest}`);
  const { pushedAt, labels } = version;
  const tags = version.tags.filter((tag) => TAG.test(tag));
  const attributes = { tags, ...(labels && { labels }), pushedAt, ...(version.mediaType !== '' && { mediaType: version.mediaType }) };
  return [assetFact(`package|${image}|${tags.join(',')}`, { urn: image, kind: 'image', attributes, observedAt: pushedAt }), ...originFacts(version, image)];
}

function originFacts(version: ImageVersion, image: Urn): Fact[] {
  const produced = (from: Urn, method: LinkMethod, evidence: JsonObject, confidence?: number): Fact => linkFact(`package|${image}|produced|${from}|${method}`, {
    from, to: image, kind: 'produced', method, evidence, validFrom: version.pushedAt, observedAt: version.pushedAt, ...(confidence !== undefined && { confidence }),
  });
  const { labels = {} } = version;
  const labelled = labelOrigin(labels);
  return [
    ...(labelled === undefined ? [] : [produced(labelled, 'oci-label', { labels: { [LABEL_SOURCE]: labels[LABEL_SOURCE], [LABEL_REVISION]: labels[LABEL_REVISION] ?? '' } })]),
    ...(version.repository === '' ? [] : [produced(repositoryUrn(version.repository), 'build-output', { ...version.evidence, connected: true }, CONNECTED_CONFIDENCE)]),
  ];
}

/** The commit that the labels name, else the repository; labels are anybody's text. */
function labelOrigin(labels: JsonObject): Urn | undefined {
  const source = /^(?:https?:\/\/|git@|ssh:\/\/git@)?([\w.-]+(?::\d+)?)[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?(?:[/?#].*)?$/.exec(textOf(labels[LABEL_SOURCE]));
  if (source === null || !FULL_NAME.test(source[2] ?? '')) return undefined;
  const repository = `${source[1]}/${source[2]}`.toLowerCase();
  const revision = textOf(labels[LABEL_REVISION]).toLowerCase();
  return SHA.test(revision) ? commitUrn(repository, revision) : parseUrn(`repo:${repository}`);
}

/** `registry_package` and `package`: a container image was published. */
export function published({ payload, repository, owner, receivedAt }: EventInput): Outcome {
  const given = objectOf(payload['registry_package'] ?? payload['package']);
  const name = textOf(given['name']);
  if (textOf(given['package_type']).toLowerCase() !== 'container') return 'the package is no container image';
  const version = objectOf(given['package_version']);
  const container = objectOf(version['container_metadata']);
  const tag = objectOf(container['tag']);
  const digest = [textOf(objectOf(container['manifest'])['digest']), textOf(version['version']), textOf(version['name']), textOf(tag['digest'])].find((one) => DIGEST.test(one));
  if (digest === undefined || !/^[\w][\w./-]*$/.test(name) || owner === '') return 'the package has no name or digest';
  const pushedAt = timeOf(version['created_at'] ?? given['updated_at'], receivedAt);
  const facts = imageFacts({
    name: `${registryOf(hostOf(given))}/${owner}/${name}`.toLowerCase(), digest, tags: [textOf(tag['name'])].filter((one) => one !== ''), labels: labelsOf(container['labels']),
    mediaType: textOf(objectOf(container['manifest'])['media_type']), pushedAt, repository: repositoryOf(payload['repository']) ?? '',
    evidence: { event: 'package', package: `${owner}/${name}`, repository: shortOf(repository) },
  });
  // A tag that moved leaves another version behind, which only the whole list of versions shows.
  return { facts, refresh: [packageScope(owner, name)] };
}

/** All labels, or the few that GitHub names in words of its own. */
function labelsOf(value: unknown): JsonObject {
  const given = objectOf(value);
  const all = Object.entries(objectOf(given['all_labels'])).filter(([key, text]) => key.length <= 200 && typeof text === 'string' && text !== '');
  const named = [[LABEL_SOURCE, textOf(given['source'])], [LABEL_REVISION, textOf(given['revision'])]].filter(([, text]) => text !== '') as [string, string][];
  return Object.fromEntries([...all.slice(0, MAX_LABELS).map(([key, text]) => [key, textOf(text)] as const), ...named]);
}
