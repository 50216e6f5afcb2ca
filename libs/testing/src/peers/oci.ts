import { createHash } from 'node:crypto';
import { send } from './aws-call.js';

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

export interface OciBlob { readonly digest: string; readonly mediaType: string; readonly bytes: Buffer }

/** A manifest (or an index) with all that it needs, ready to be pushed. */
export interface OciImage {
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: Buffer;
  readonly blobs: readonly OciBlob[];
  /** Images of an index, one a platform. */
  readonly parts: readonly OciImage[];
}

export interface OciImageContent {
  /** What makes its layer, and so its digest, its own. */
  readonly seed: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly created?: string;
  readonly architecture?: string;
  /** `created_by` lines; those of empty layers begin with their instruction (`ENV`, `CMD`, …). */
  readonly history?: readonly string[];
}

export const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const blob = (mediaType: string, bytes: Buffer): OciBlob => ({ digest: sha256(bytes), mediaType, bytes });
const describe = ({ digest, mediaType, bytes }: OciBlob): object => ({ mediaType, digest, size: bytes.length });
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** An image of one platform. The layer's bytes stand for a file system that nobody opens. */
export const ociImage = (content: OciImageContent): OciImage => {
  const layer = blob(LAYER_TYPE, Buffer.from(`layer of ${content.seed} for ${content.architecture ?? 'amd64'}`));
  const created = content.created ?? '2026-01-01T00:00:00Z';
  const config = blob(CONFIG_TYPE, json({
    created, architecture: content.architecture ?? 'amd64', os: 'linux', config: { Labels: content.labels ?? null },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: (content.history ?? ['COPY . /app # buildkit']).map((line, i, all) => ({ created, created_by: line, ...(i < all.length - 1 && { empty_layer: true }) })),
  }));
  const manifest = json({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: describe(config), layers: [describe(layer)] });
  return { digest: sha256(manifest), mediaType: MANIFEST_TYPE, manifest, blobs: [config, layer], parts: [] };
};

/** One logical image of several platforms. */
export const ociIndex = (parts: readonly { readonly image: OciImage; readonly architecture: string }[]): OciImage => {
  const manifest = json({
    schemaVersion: 2, mediaType: INDEX_TYPE,
    manifests: parts.map(({ image, architecture }) => ({ mediaType: image.mediaType, digest: image.digest, size: image.manifest.length, platform: { architecture, os: 'linux' } })),
  });
  return { digest: sha256(manifest), mediaType: INDEX_TYPE, manifest, blobs: [], parts: parts.map(({ image }) => image) };
};

/** An artifact of another image: what `cosign attest` pushes, with the fallback tag of its subject as the tag to push it under. */
export const ociArtifact = (subject: OciImage, mediaType: string, layers: readonly Buffer[]): { readonly image: OciImage; readonly tag: string } => {
  const config = blob('application/vnd.oci.empty.v1+json', Buffer.from('{}'));
  const blobs = layers.map((bytes) => blob(mediaType, bytes));
  const manifest = json({
    schemaVersion: 2, mediaType: MANIFEST_TYPE, artifactType: mediaType, config: describe(config), layers: blobs.map(describe),
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.manifest.length },
  });
  return { image: { digest: sha256(manifest), mediaType: MANIFEST_TYPE, manifest, blobs: [config, ...blobs], parts: [] }, tag: subject.digest.replace(':', '-') };
};

/** Where an image goes: the endpoint that answers /v2/, and the registry's own name that the requests keep. */
export interface Repository { readonly endpoint: string; readonly host: string; readonly name: string }

/** Pushes it with all its parts; the tag goes onto the whole. */
export const pushImage = async (repository: Repository, image: OciImage, tag?: string): Promise<void> => {
  for (const part of image.parts) await pushImage(repository, part);
  const base = `/v2/${repository.name}`;
  for (const { digest, bytes } of image.blobs) await put(repository, 'POST', `${base}/blobs/uploads/?digest=${encodeURIComponent(digest)}`, 'application/octet-stream', bytes);
  await put(repository, 'PUT', `${base}/manifests/${tag ?? image.digest}`, image.mediaType, image.manifest);
};

const put = async ({ endpoint, host }: Repository, method: string, path: string, type: string, body: Buffer): Promise<void> => {
  const answer = await send(endpoint, { method, path, headers: { host, 'content-type': type }, body });
  if (answer.status >= 300) throw new Error(`${host}${path} was answered ${answer.status}: ${answer.body.toString('utf8').slice(0, 300)}`);
};
