import { objectOf, textOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { commitUrn, repositoryUrn, type Urn } from '@throughline/domain';
import type { Say } from '../say.js';
import { cleanPath, isCommit, sourceAddress } from './git-url.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const CONFIGS = new Set(['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']);

export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string;
  readonly platform: string;
  readonly annotations: JsonObject;
}

/** What a manifest is: an index of platforms, an image, or an artifact that is about an image and none itself. */
export type Manifest =
  | { readonly kind: 'index'; readonly children: readonly Descriptor[]; readonly annotations: JsonObject; readonly subject: string }
  | { readonly kind: 'image'; readonly config: string; readonly annotations: JsonObject }
  | { readonly kind: 'artifact'; readonly subject: string; readonly layers: readonly Descriptor[] };

/** Reads a manifest of OCI or Docker; undefined when it is none. */
export function readManifest(text: string): Manifest | undefined {
  const manifest = jsonOf(text);
  const annotations = objectOf(manifest['annotations']);
  const subject = digestOf(objectOf(manifest['subject'])['digest']);
  if (Array.isArray(manifest['manifests'])) return { kind: 'index', children: manifest['manifests'].map(descriptorOf), annotations, subject };
  const config = descriptorOf(manifest['config']);
  const layers = Array.isArray(manifest['layers']) ? manifest['layers'].map(descriptorOf) : [];
  if (subject !== '' || textOf(manifest['artifactType']) !== '' || !CONFIGS.has(config.mediaType) || layers.some(isStatement)) {
    return config.mediaType === '' && layers.length === 0 ? undefined : { kind: 'artifact', subject, layers };
  }
  return { kind: 'image', config: config.digest, annotations };
}

/** cosign's artifacts and BuildKit's attestation manifests have an image's config and layers that are none. */
const isStatement = ({ mediaType }: Descriptor): boolean => /in-toto|dsse|sigstore|cosign/.test(mediaType);

function descriptorOf(value: unknown): Descriptor {
  const found = objectOf(value);
  const { os, architecture, variant } = objectOf(found['platform']) as { os?: unknown; architecture?: unknown; variant?: unknown };
  return {
    digest: digestOf(found['digest']), mediaType: textOf(found['mediaType']), artifactType: textOf(found['artifactType']),
    platform: [textOf(os), textOf(architecture), textOf(variant)].filter((part) => part !== '').join('/'), annotations: objectOf(found['annotations']),
  };
}

const digestOf = (value: unknown): string => (typeof value === 'string' && DIGEST.test(value) ? value : '');

export function jsonOf(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

const FALLBACK = /^sha256-([0-9a-f]{64})(\.\w+)?$/;

/** Tags by which registries without referrers file what is about an image: OCI's fallback, and cosign's with a suffix. */
export function fallbackTag(tag: string): { readonly subject: string; readonly suffix: string } | undefined {
  const [, hex, suffix = ''] = FALLBACK.exec(tag) ?? [];
  return hex === undefined ? undefined : { subject: `sha256:${hex}`, suffix };
}

/** Platforms of an index. Buildx files its unsigned statements under the platform unknown/unknown. */
export function indexFacts(say: Say, image: Urn, name: string, index: Extract<Manifest, { kind: 'index' }>): Fact[] {
  const platforms = index.children.filter((child) => child.digest !== '' && isPlatform(child));
  const labels = labelsOf(index.annotations);
  return [
    say.asset(image, {
      platforms: platforms.map(({ platform }) => platform), labels: Object.keys(labels).length > 0 ? labels : undefined,
      unsignedAttestation: index.children.some((child) => child.annotations['vnd.docker.reference.type'] === 'attestation-manifest') || undefined,
    }),
    ...platforms.map((child) => say.link(image, 'contains', `image:${name}@${child.digest}`, { since: undefined, evidence: { platform: child.platform } })),
    ...sourceFacts(say, image, labels, 'annotation'),
  ];
}

const isPlatform = (child: Descriptor): boolean => !child.platform.startsWith('unknown') && child.annotations['vnd.docker.reference.type'] === undefined && child.artifactType === '';

/** What the config of an image says of itself: labels and how each layer came to be. */
export function configFacts(say: Say, image: Urn, config: JsonObject, annotations: JsonObject): Fact[] {
  const own = labelsOf(objectOf(objectOf(config['config'])['Labels']));
  const noted = labelsOf(annotations);
  const history = (Array.isArray(config['history']) ? config['history'] : []).map((step: unknown) => textOf(objectOf(step)['created_by'], STEP)).filter((step) => step !== '');
  return [
    say.asset(image, {
      labels: { ...noted, ...own }, history: lastOf(history, MAX_HISTORY), created: textOf(config['created']) || undefined,
      platform: [textOf(config['os']), textOf(config['architecture'])].filter((part) => part !== '').join('/') || undefined,
    }),
    ...sourceFacts(say, image, own, 'label'),
    // the manifest may say something else than the config: both are told, neither is chosen here
    ...(differs(own, noted) ? sourceFacts(say, image, noted, 'annotation') : []),
  ];
}

const STEP = 2000;
const MAX_HISTORY = 8000;
const MAX_LABELS = 4000;
const SOURCE = 'org.opencontainers.image.source';
const REVISION = 'org.opencontainers.image.revision';
/** Labels by which a build of one path in a larger repository is known; none is standardised. */
const PATHS = ['org.opencontainers.image.source.path', 'org.opencontainers.image.source.subpath', 'dev.throughline.path', 'com.github.repository.path'];

const differs = (own: JsonObject, noted: JsonObject): boolean => [SOURCE, REVISION].some((key) => noted[key] !== undefined && noted[key] !== own[key]);

/** Labels that are text, those of OCI first, as many as fit. */
function labelsOf(labels: JsonObject): Readonly<Record<string, string>> {
  const entries = Object.entries(labels).flatMap(([key, value]) => (typeof value === 'string' && key !== '__proto__' ? [[key.slice(0, 200), value.slice(0, 500)] as const] : []));
  const ordered = entries.sort(([a], [b]) => Number(b.startsWith('org.opencontainers.')) - Number(a.startsWith('org.opencontainers.')) || (a < b ? -1 : 1));
  let room = MAX_LABELS;
  return Object.fromEntries(ordered.filter(([key, value]) => (room -= key.length + value.length + 6) >= 0));
}

/** As many of the last as fit: the first are the base image's. */
function lastOf(lines: readonly string[], max: number): readonly string[] {
  let room = max;
  return lines.toReversed().filter((line) => (room -= line.length + 3) >= 0).reverse();
}

/** Links from what the labels name to the image. A short revision names no commit for certain. */
function sourceFacts(say: Say, image: Urn, labels: JsonObject, where: 'label' | 'annotation'): Fact[] {
  const source = sourceAddress(textOf(labels[SOURCE]));
  if (source === undefined) return [];
  const revision = [textOf(labels[REVISION]).trim(), source.ref].find(isCommit);
  const path = source.path || PATHS.map((key) => cleanPath(textOf(labels[key]))).find((found) => found !== '') || '';
  const evidence = { labels: { source: textOf(labels[SOURCE]), ...(labels[REVISION] !== undefined && { revision: textOf(labels[REVISION]) }) }, where };
  const from = [
    ...(revision === undefined ? [] : [commitUrn(source.repository, revision)]),
    ...(path === '' ? [] : [repositoryUrn(source.repository, path)]),
  ];
  return (from.length > 0 ? from : [repositoryUrn(source.repository)]).map((node) => say.link(node, 'produced', image, { method: 'oci-label', evidence }));
}
