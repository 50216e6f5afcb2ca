import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { api, type Platform } from './browser.js';

/** A chain of known truth beside the sample world: one image is proven, one guessed, one of unknown origin, and a roll-out took place. */
const REGISTRY = 'registry.example/e2e';
const COMMIT = 'e2'.repeat(20);
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const image = (name: string, letter: string): string => `image:${REGISTRY}/${name}@${digest(letter)}`;

export const WORLD = {
  repository: 'repo:github.com/e2e/story', commit: `commit:github.com/e2e/story@${COMMIT}`, build: 'build:github.com/e2e/story/actions/runs/7',
  proven: image('story', '1'), platforms: [image('story', '2'), image('story', '3')], before: image('story', '4'), guessed: image('story-batch', '5'), unknown: image('story-cron', '6'),
  services: { web: 'service:e2e/web/story', batch: 'service:e2e/web/story-batch', cron: 'service:e2e/web/story-cron' },
  rolledOut: new Date(Date.now() - 10 * 86_400_000).toISOString(),
} as const;

/** A key of this run: what an earlier one signed stays signed. */
const KEY = `e2e-story-${randomUUID().slice(0, 8)}`;
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const BUILDER = 'https://github.com/e2e/story/.github/workflows/release.yml@refs/heads/main';

interface Policy { readonly keys?: readonly { readonly keyId: string; readonly pem: string }[]; readonly builders?: readonly string[]; readonly sigstore?: object }

/** Says it all through the open door, signs the provenance of one image, and waits until the trace holds the proof. */
export async function tellStory(platform: Platform): Promise<void> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await trust(platform, keys.publicKey.export({ format: 'pem', type: 'spki' }).toString());
  await post(platform, '/v1/observations/assets', { source: 'e2e:story', facts: [...assets(), ...links(), { attestation: { subject: WORLD.proven, bundle: envelope(keys.privateKey), mediaType: PAYLOAD_TYPE }, observedAt: at(5) }] });
  for (let tries = 0; tries < 60; tries += 1) {
    const trace = await api<{ links: { verified: boolean }[] }>(platform, `/v1/trace?from=${encodeURIComponent(WORLD.repository)}`).catch(() => undefined);
    if (trace?.links.some((link) => link.verified)) return;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  throw new Error('The proof was not linked within 30 s.');
}

/** Adds the key and the builder to whatever the policy holds. */
async function trust(platform: Platform, pem: string): Promise<void> {
  const now = await api<Policy>(platform, '/v1/policies/provenance');
  const keys = [...now.keys ?? [], { keyId: KEY, pem }];
  const builders = [...new Set([...now.builders ?? [], 'https://github.com/e2e/story/*'])];
  await post(platform, '/v1/policies/provenance', { keys, builders, ...(now.sigstore && { sigstore: now.sigstore }), reason: 'browser specs' }, 'PUT');
}

const at = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString();
const asset = (urn: string, kind: string, attributes: object = {}): object => ({ asset: { urn, kind, attributes }, observedAt: at(1) });
const link = (from: string, to: string, kind: string, method: string, daysAgo: number, over: { readonly validTo?: string; readonly evidence?: object } = {}): object =>
  ({ link: { from, to, kind, method, evidence: over.evidence ?? {} }, validFrom: at(daysAgo), ...(over.validTo !== undefined && { validTo: over.validTo }), observedAt: at(1) });

function assets(): object[] {
  const { proven, platforms, before, guessed, unknown, services } = WORLD;
  return [
    asset(WORLD.repository, 'repository', { defaultBranch: 'main' }), asset(WORLD.build, 'build', { workflow: '.github/workflows/release.yml', runNumber: 7 }),
    ...[proven, ...platforms, before, guessed, unknown].map((urn) => asset(urn, 'image')), ...Object.values(services).map((urn) => asset(urn, 'service', { name: urn.split('/').at(-1) })),
  ];
}

function links(): object[] {
  const { repository, commit, build, proven, platforms, before, guessed, unknown, services, rolledOut } = WORLD;
  return [
    link(repository, commit, 'contains', 'api', 30), link(commit, build, 'built-by', 'api', 30), link(build, before, 'produced', 'build-output', 40),
    ...platforms.map((platform, index) => link(proven, platform, 'contains', 'api', 12, { evidence: { platform: ['linux/amd64', 'linux/arm64'][index] } })),
    link(before, services.web, 'runs-as', 'api', 40, { validTo: rolledOut }), link(platforms[0] ?? '', services.web, 'runs-as', 'api', 10),
    link(commit, guessed, 'produced', 'tag', 20, { evidence: { tag: COMMIT.slice(0, 7) } }), link(guessed, services.batch, 'runs-as', 'api', 20),
    link(repository, services.cron, 'member-of', 'manual', 20), link(unknown, services.cron, 'runs-as', 'api', 20),
  ];
}

function envelope(key: KeyObject): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1', subject: [{ name: `${REGISTRY}/story`, digest: { sha256: '1'.repeat(64) } }],
    predicate: {
      buildDefinition: { buildType: 'https://actions.github.io/buildtypes/workflow/v1', externalParameters: { workflow: { ref: 'refs/heads/main', repository: 'https://github.com/e2e/story', path: '.github/workflows/release.yml' } }, resolvedDependencies: [{ uri: 'git+https://github.com/e2e/story@refs/heads/main', digest: { gitCommit: COMMIT } }] },
      runDetails: { builder: { id: BUILDER }, metadata: { invocationId: 'https://github.com/e2e/story/actions/runs/7/attempts/1' } },
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);
  return JSON.stringify({ payload: payload.toString('base64'), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: KEY, sig: sign('sha256', signed, key).toString('base64') }] });
}

function post(platform: Platform, path: string, body: object, method = 'POST'): Promise<unknown> {
  return api(platform, path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
}
