import type { ECR, ImageDetail } from '@aws-sdk/client-ecr';
import { timeless, type Fact } from '@throughline/connectors/api';
import { urn, type Urn } from '@throughline/domain';
import { readStatement } from '../map/attestation.js';
import { configFacts, fallbackTag, indexFacts, jsonOf, readManifest, type Descriptor, type Manifest } from '../map/image.js';
import type { Registry } from '../registry.js';
import { saying } from '../say.js';
import { attempt, type Scope, type ScopeContext } from '../scope.js';
import { isArtifact, manifestsOf, nextImages, pushedAt, type Repository, type Walk } from './ecr-images.js';

type State = Walk & { /** The registry has no referrers API: it is not asked for each image. */ readonly noReferrers?: boolean };

/**
 * What images say of themselves: platforms, labels, layer history, attestations. A digest's content never changes, so
 * that it is read once and its facts are no inventory.
 */
export const ecrContentScope: Scope = {
  name: 'ecr-content',
  lasting: true,
  async step(context, given) {
    const state = given as State;
    const ecr = await context.client('ecr');
    const { repository, images, next } = await nextImages(ecr, state);
    const fresh = images.filter((image) => image.imageDigest !== undefined && (context.contentSince === undefined || pushedAt(context, image) >= context.contentSince));
    if (repository === undefined || fresh.length === 0) return { facts: [], next: carry(next, state.noReferrers) };
    const reader = new ContentReader(context, ecr, repository, state.noReferrers === true);
    const facts = await reader.read(fresh);
    return { facts, next: carry(next, reader.noReferrers) };
  },
};

const carry = (next: Walk | undefined, noReferrers: boolean | undefined): Record<string, unknown> | undefined => next && { ...next, ...(noReferrers === true && { noReferrers }) };

/** Reads the new images of one page of a repository. */
class ContentReader {
  private readonly registry: Registry;

  constructor(private readonly context: ScopeContext, private readonly ecr: ECR, private readonly repository: Repository, public noReferrers: boolean) {
    this.registry = context.registry(repository.uri.slice(0, repository.uri.indexOf('/')));
  }

  async read(images: readonly ImageDetail[]): Promise<Fact[]> {
    const digests = images.flatMap(({ imageDigest }) => imageDigest ?? []);
    const manifests = await attempt(this.context, 'needed', new Map<string, Manifest>(), () => manifestsOf(this.ecr, this.repository, digests));
    const facts: Fact[] = [];
    for (const image of images) {
      const manifest = manifests.get(image.imageDigest ?? '');
      if (manifest !== undefined) facts.push(...await this.readOne(image, manifest));
    }
    return facts;
  }

  private async readOne(image: ImageDetail, manifest: Manifest): Promise<Fact[]> {
    const at = pushedAt(this.context, image);
    const filed = (image.imageTags ?? []).map(fallbackTag).find((found) => found !== undefined);
    const node = urn(`image:${this.repository.uri}@${image.imageDigest ?? ''}`);
    if (filed !== undefined) return this.filedUnderTag(filed, manifest, at);
    if (manifest.kind === 'artifact') return manifest.subject === '' ? [] : this.statements(manifest.subject, manifest.layers, at, this.noReferrers ? 'oci-fallback-tag' : 'oci-referrers');
    if (isArtifact(image) === true) return [];
    const referred = await this.referrers(image.imageDigest ?? '', at);
    const say = saying(at);
    const own = manifest.kind === 'index' ? indexFacts(say, node, this.repository.uri, manifest) : await this.config(node, manifest, at);
    return [...own, ...referred];
  }

  private async config(node: Urn, manifest: Extract<Manifest, { kind: 'image' }>, at: Date): Promise<Fact[]> {
    const answer = await attempt(this.context, 'needed', undefined, () => this.registry.blob(this.repository.name, manifest.config));
    return answer?.status === 200 ? configFacts(saying(at), node, jsonOf(answer.body.toString('utf8')), manifest.annotations) : [];
  }

  /** OCI's fallback tag is an index of what is about the image; cosign's `.att` tag is the artifact itself. */
  private async filedUnderTag({ subject, suffix }: { subject: string; suffix: string }, manifest: Manifest, at: Date): Promise<Fact[]> {
    if (manifest.kind === 'artifact') return suffix === '' || suffix === '.att' ? this.statements(subject, manifest.layers, at, 'oci-fallback-tag') : [];
    return manifest.kind === 'index' && suffix === '' ? this.children(subject, manifest.children, at, 'oci-fallback-tag') : [];
  }

  private async referrers(digest: string, at: Date): Promise<Fact[]> {
    if (this.noReferrers) return [];
    const answer = await attempt(this.context, 'refines', undefined, () => this.registry.referrers(this.repository.name, digest));
    if (answer?.status !== 200) {
      this.noReferrers = true;
      return [];
    }
    const index = readManifest(answer.body.toString('utf8'));
    return index?.kind === 'index' ? this.children(digest, index.children, at, 'oci-referrers') : [];
  }

  private async children(subject: string, children: readonly Descriptor[], at: Date, origin: string): Promise<Fact[]> {
    const digests = children.flatMap(({ digest }) => (digest === '' ? [] : [digest])).slice(0, MAX_REFERRERS);
    if (digests.length === 0) return [];
    if (children.length > digests.length) this.context.gap({ code: 'too_many', reason: `${children.length} artifacts are attached to ${subject}`, remedy: 'Remove superseded attestations of the image.' });
    const manifests = await attempt(this.context, 'needed', new Map<string, Manifest>(), () => manifestsOf(this.ecr, this.repository, digests));
    const facts: Fact[] = [];
    for (const manifest of manifests.values()) {
      if (manifest.kind === 'artifact') facts.push(...await this.statements(subject, manifest.layers, at, origin));
    }
    return facts;
  }

  private async statements(subject: string, layers: readonly Descriptor[], at: Date, origin: string): Promise<Fact[]> {
    const facts: Fact[] = [];
    for (const { digest, mediaType } of layers.filter((layer) => layer.digest !== '')) {
      const answer = await attempt(this.context, 'needed', undefined, () => this.registry.blob(this.repository.name, digest));
      if (answer?.status !== 200) continue;
      const bundle = answer.body.toString('utf8');
      const { kind } = readStatement(bundle);
      if (kind === 'unsigned') this.unsigned(subject);
      if (kind !== 'attestation') continue;
      if (bundle.length > MAX_BUNDLE) this.context.gap({ code: 'too_many', reason: `the attestation ${digest} of ${subject} has ${bundle.length} characters`, remedy: 'Attest fewer subjects at a time.' });
      else facts.push(timeless(saying(at).attestation({ subject: urn(`image:${this.repository.uri}@${subject}`), bundle, mediaType, origin }, `${subject}|${digest}`)));
    }
    return facts;
  }

  private unsigned(subject: string): void {
    this.context.gap({
      code: 'unsigned_attestation', reason: `a statement about ${this.repository.uri}@${subject.slice(0, 19)} is not signed, so that it proves nothing`,
      remedy: 'Sign it: actions/attest-build-provenance with push-to-registry, or cosign attest.',
    });
  }
}

const MAX_REFERRERS = 50;
/** A record of facts takes 400 kB at most. */
const MAX_BUNDLE = 300_000;
