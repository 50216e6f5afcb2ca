import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import { saying } from '../say.js';
import { readStatement } from './attestation.js';
import { configFacts, fallbackTag, indexFacts, readManifest } from './image.js';

const D = (letter: string): string => `sha256:${letter.repeat(64)}`;
const NAME = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/acme/pay';
const IMAGE = urn(`image:${NAME}@${D('a')}`);
const say = saying(new Date('2026-01-02T03:04:05Z'));
const SHA = '0123456789abcdef0123456789abcdef01234567';
const config = (mediaType: string): object => ({ mediaType, digest: D('c') });
const OCI = 'application/vnd.oci.image.config.v1+json';
const manifest = (over: object): ReturnType<typeof readManifest> => readManifest(JSON.stringify({ schemaVersion: 2, config: config(OCI), layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: D('d') }], ...over }));

describe('what a manifest is', () => {
  it.each([
    ['an image of OCI', {}, 'image'],
    ['an image of Docker', { config: config('application/vnd.docker.container.image.v1+json') }, 'image'],
    ['an artifact by its type', { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json', config: config('application/vnd.oci.empty.v1+json') }, 'artifact'],
    ['a referrer that says it has an image\'s config', { subject: { digest: D('b') } }, 'artifact'],
    ['what cosign attests, under an image\'s config', { layers: [{ mediaType: 'application/vnd.dsse.envelope.v1+json', digest: D('d') }] }, 'artifact'],
    ['a chart of Helm', { config: config('application/vnd.cncf.helm.config.v1+json') }, 'artifact'],
    ['an index', { manifests: [] }, 'index'],
  ])('%s', (_name, over, kind) => {
    expect(manifest(over)?.kind).toBe(kind);
  });

  it.each(['', 'null', '[]', '{}', '{"config":1}', '<html>', '{"manifests":"x"}'])('%j is none', (text) => {
    expect(readManifest(text)).toBeUndefined();
  });

  it('tags that file something about an image', () => {
    expect([`sha256-${'b'.repeat(64)}`, `sha256-${'b'.repeat(64)}.att`].map(fallbackTag)).toEqual([{ subject: D('b'), suffix: '' }, { subject: D('b'), suffix: '.att' }]);
    expect(['v1', 'sha256-abc', `sha256-${'B'.repeat(64)}`, `x-sha256-${'b'.repeat(64)}`].map(fallbackTag)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('what an image says of itself', () => {
  const links = (labels: object, annotations = {}): unknown => configFacts(say, IMAGE, { config: { Labels: labels } }, annotations).flatMap((fact) => ('link' in fact ? [[fact.link.from, fact.link.kind, fact.link.method, fact.link.evidence['where']]] : []));
  const SOURCE = 'org.opencontainers.image.source';
  const REVISION = 'org.opencontainers.image.revision';

  it('source and revision name the commit', () => {
    expect(links({ [SOURCE]: 'git@github.com:Acme/Pay.git', [REVISION]: SHA.toUpperCase() })).toEqual([[`commit:github.com/acme/pay@${SHA}`, 'produced', 'oci-label', 'label']]);
  });
  it('a short revision names no commit for certain, so that only the repository is said', () => {
    expect(links({ [SOURCE]: 'https://github.com/acme/pay', [REVISION]: SHA.slice(0, 7) })).toEqual([['repo:github.com/acme/pay', 'produced', 'oci-label', 'label']]);
  });
  it('a path of a larger repository, as a label or in the address', () => {
    const both = [[`commit:github.com/acme/mono@${SHA}`, 'produced', 'oci-label', 'label'], ['repo:github.com/acme/mono#services/pay', 'produced', 'oci-label', 'label']];
    expect(links({ [SOURCE]: 'https://github.com/acme/mono', [REVISION]: SHA, 'org.opencontainers.image.source.path': '/services/pay/' })).toEqual(both);
    expect(links({ [SOURCE]: `https://github.com/acme/mono/tree/${SHA}/services/pay` })).toEqual(both);
  });
  it('config and manifest that contradict each other are both told', () => {
    expect(links({ [SOURCE]: 'https://github.com/acme/pay', [REVISION]: SHA }, { [SOURCE]: 'https://github.com/acme/other' })).toEqual([
      [`commit:github.com/acme/pay@${SHA}`, 'produced', 'oci-label', 'label'], ['repo:github.com/acme/other', 'produced', 'oci-label', 'annotation'],
    ]);
    expect(links({}, { [SOURCE]: 'https://github.com/acme/pay' })).toEqual([['repo:github.com/acme/pay', 'produced', 'oci-label', 'annotation']]);
  });
  it('a revision without a source says nothing', () => {
    expect(links({ [REVISION]: SHA })).toEqual([]);
  });
  it('history and labels are cut to what a fact holds, the last layers first', () => {
    const [fact] = configFacts(say, IMAGE, { config: { Labels: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`label-${index}`, 'x'.repeat(400)])) }, history: Array.from({ length: 100 }, (_, index) => ({ created_by: `RUN step-${index} ${'y'.repeat(300)}` })) }, {});
    const attributes = fact && 'asset' in fact ? fact.asset.attributes : {};
    expect(JSON.stringify(attributes).length).toBeLessThan(16_384);
    expect((attributes['history'] as string[]).at(-1)).toMatch(/^RUN step-99 /);
  });

  it('an index contains its platforms, and not the unsigned statements of buildx', () => {
    const index = readManifest(JSON.stringify({ manifests: [
      { digest: D('1'), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      { digest: D('2'), platform: { os: 'unknown', architecture: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
      { digest: 'sha256:short', platform: { os: 'linux', architecture: 'amd64' } },
    ] }));
    if (index?.kind !== 'index') throw new Error('no index');
    const facts = indexFacts(say, IMAGE, NAME, index);
    expect(facts.flatMap((fact) => ('link' in fact ? [[fact.link.kind, fact.link.to, fact.link.evidence]] : []))).toEqual([['contains', `image:${NAME}@${D('1')}`, { platform: 'linux/arm64/v8' }]]);
    expect(facts[0]).toMatchObject({ asset: { attributes: { platforms: ['linux/arm64/v8'], unsignedAttestation: true } } });
  });
});

describe('what a statement is', () => {
  const dsse = { payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures: [{ sig: 'c2ln', keyid: '' }] };
  it.each([
    ['a DSSE envelope', dsse, 'attestation'],
    ['a Sigstore bundle', { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: {}, dsseEnvelope: dsse }, 'attestation'],
    ['a bundle that signs an image', { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: {}, messageSignature: {} }, 'signature'],
    ['a statement that nobody signed', { _type: 'https://in-toto.io/Statement/v1', subject: [] }, 'unsigned'],
    ['an envelope without signatures', { ...dsse, signatures: [] }, 'unsigned'],
    ['an envelope with an empty signature', { ...dsse, signatures: [{ sig: '' }] }, 'unsigned'],
    ['cosign\'s simple signing', { critical: { image: {} } }, 'signature'],
    ['an SBOM', { spdxVersion: 'SPDX-2.3' }, 'other'],
  ])('%s', (_name, content, kind) => {
    expect(readStatement(JSON.stringify(content))).toEqual({ kind });
  });
  it('no JSON', () => { expect(readStatement('\u0000')).toEqual({ kind: 'other' }); });
});
