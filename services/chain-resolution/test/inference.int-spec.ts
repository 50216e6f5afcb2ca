import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signed, testKey } from './support/attestations.js';
import { minute, part, startHarness } from './support/harness.js';
import type { Harness, PartSpec } from './support/harness.js';
import { IMAGE } from './support/memory-world.js';

let h: Harness;
beforeAll(async () => { h = await startHarness(); });
afterAll(async () => { await h?.close(); });
beforeEach(async () => { await h.clear(); h.clock.set(new Date(minute(0))); });

const SHA = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
const commit = (repository = 'acme/pay', sha = SHA): string => `commit:github.com/${repository}@${sha}`;
const image = IMAGE('1');

interface Link { from: string; to: string; kind: string; method: string; verified: boolean; confidence: number; evidence: Record<string, unknown> }
const produced = async (node = image): Promise<unknown[][]> => {
  const body = (await h.call('GET', `/v1/trace?direction=backward&from=${encodeURIComponent(node)}`)).body as { links: Link[] };
  return body.links.filter((link) => link.kind === 'produced').map((link) => [link.from, link.method, link.confidence, link.verified]).sort();
};
const commitFact = (repository = 'acme/pay', sha = SHA, extra: object = {}): PartSpec => ({ source: 'github:acme', assets: [[commit(repository, sha), extra]] });
const taggedFact = (tag: string, node = image, extra: object = {}): PartSpec => ({ source: 'ecr', assets: [[node, { tags: [tag], ...extra }]] });

describe('the tag equal to a commit', () => {
  it('links image and commit, in whichever order they come', async () => {
    for (const order of [[commitFact(), taggedFact('main-1a2b3c4')], [taggedFact('main-1a2b3c4'), commitFact()]]) {
      await h.clear();
      for (const fact of order) await h.apply([part(fact)]);
      expect(await produced()).toEqual([[commit(), 'tag', 0.55, false]]);
    }
  });
  it('is read from the tag\'s own edge, too, and a commit that only an attestation or a label names counts', async () => {
    await h.apply([part({ source: 'ecr', links: [[image, 'tagged', `tag:registry.example/acme/pay:${SHA}`]] })]);
    await h.apply([part({ source: 'github:acme', links: [[commit(), 'built-by', 'build:github.com/acme/pay/actions/runs/7']] })]);
    expect(await produced()).toEqual([[commit(), 'tag', 0.55, false]]);
  });
  it('E7: a second repository with that commit makes both candidates, and both are said', async () => {
    await h.apply([part(commitFact()), part(taggedFact(SHA))]);
    const { changed } = await h.apply([part(commitFact('fork/pay'))]);
    expect(await produced()).toEqual([[commit(), 'tag', 0.4, false], [commit('fork/pay'), 'tag', 0.4, false]]);
    expect(changed.find((one) => one.asset === 'repo:github.com/acme/pay')?.lineage).toEqual([]);
  });
  it('E3: a tag that moved says of each digest what it said of it', async () => {
    const next = IMAGE('2');
    await h.apply([part(commitFact()), part({ source: 'ecr', scope: 'images', sequence: 1, assets: [[image, { tags: ['1a2b3c4'] }]] }), part({ source: 'ecr', scope: 'images', sequence: 1, parts: 1, ordinal: 1, complete: true })]);
    await h.apply([
      part({ source: 'ecr', scope: 'images', sequence: 2, receivedAt: minute(5), assets: [[image, { tags: [] }], [next, { tags: ['1a2b3c4'] }]] }),
      part({ source: 'ecr', scope: 'images', sequence: 2, receivedAt: minute(5), parts: 1, ordinal: 1, complete: true }),
    ]);
    expect([await produced(), await produced(next)]).toEqual([[[commit(), 'tag', 0.55, false]], [[commit(), 'tag', 0.55, false]]]);
  });
  it('E4: a tag of the index says what the platform image was built from', async () => {
    const index = IMAGE('8');
    await h.apply([part({ links: [[index, 'contains', image]] }), part(commitFact()), part(taggedFact(SHA, index)), part({ source: 'deployments', links: [[image, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]);
    const body = (await h.call('GET', '/v1/assets/service:pay')).body as { context: { running: unknown[] } };
    expect(body.context.running).toMatchObject([{ version: image, commit: commit() }]);
  });
  it('a guess never contests what a source states; what it adds is taken', async () => {
    const labelled = part({ source: 'ecr', links: [[commit('acme/other', 'b'.repeat(40)), 'produced', image, { method: 'oci-label' }]] });
    await h.apply([part(commitFact()), part(taggedFact(SHA.slice(0, 7))), labelled]);
    expect(await produced()).toEqual([[commit('acme/other', 'b'.repeat(40)), 'oci-label', 0.85, false], [commit(), 'tag', 0.49, false]]);
    await h.clear();
    await h.apply([part(commitFact()), part(taggedFact(SHA)), part({ source: 'ecr', links: [['repo:github.com/acme/pay', 'produced', image, { method: 'oci-label' }]] })]);
    expect(await produced()).toEqual([[commit(), 'tag', 0.55, false], ['repo:github.com/acme/pay', 'oci-label', 0.85, false]]);
  });
  it('E7: a label and a tag that name whole commits of two repositories: both are shown, none is picked', async () => {
    await h.apply([part(commitFact()), part(taggedFact(SHA)), part({ source: 'ecr', links: [[commit('acme/other', 'b'.repeat(40)), 'produced', image, { method: 'oci-label' }]] })]);
    expect(await produced()).toEqual([[commit('acme/other', 'b'.repeat(40)), 'oci-label', 0.49, false], [commit(), 'tag', 0.49, false]]);
  });
  it('an attestation that is verified decides against it', async () => {
    const key = testKey();
    await h.call('PUT', '/v1/policies/provenance', { keys: [{ keyId: key.keyId, pem: key.pem }], builders: ['*'] });
    await h.apply([part(commitFact()), part(taggedFact(SHA)), part({ attestations: [{ bundle: signed({ repository: 'acme/other' }, key), subject: image }] })]);
    expect(await produced()).toEqual([['build:github.com/acme/other/actions/runs/7', 'attestation', 1, true], [commit(), 'tag', 0.49, false]]);
  });
  it('words, dates and numbers link nothing that is not named alike', async () => {
    const facts = ['20240131', '1234567', 'deadbeef'].flatMap((tag, i) => [part(commitFact('acme/unlike', tag.padEnd(40, '0'))), part(taggedFact(tag, IMAGE(String(i + 1))))]);
    await h.apply(facts);
    for (const letter of ['1', '2', '3']) expect(await produced(IMAGE(letter))).toEqual([]);
  });
  it('a commit of a later day did not make the image', async () => {
    await h.apply([part(commitFact('acme/pay', SHA, { committedAt: minute(60 * 48) })), part(taggedFact(SHA, image, { pushedAt: minute(0) }))]);
    expect(await produced()).toEqual([]);
  });
  it('many commits at once find the images that waited for them, in a bounded number of statements', async () => {
    const ids = Array.from({ length: 400 }, (_, i) => (i * 7919 + 0xa1b2c3).toString(16).padEnd(40, '5'));
    await h.apply([part({ source: 'ecr', assets: ids.map((id, i) => [`image:registry.example/acme/pay@sha256:${i.toString(16).padStart(64, '0')}`, { tags: [id] }] as const) })]);
    await h.apply([part({ source: 'github:acme', assets: ids.map((id) => [commit('acme/pay', id), {}] as const) })]);
    const rows = await h.run((unit) => unit.query(`select 1 from links where kind = 'produced' and method = 'tag' and recorded_to is null`));
    expect(rows).toHaveLength(400);
  });
});

describe('E4: an index and its platforms', () => {
  const [index, arm] = [IMAGE('8'), IMAGE('9')];
  const contains: PartSpec = { source: 'ecr', links: [[index, 'contains', image], [index, 'contains', arm]] };
  const label = (node: string, repository = 'acme/pay'): PartSpec => ({ source: 'ecr', links: [[commit(repository), 'produced', node, { method: 'oci-label', data: { labels: {} } }]] });
  const runs: PartSpec = { source: 'deployments', links: [[index, 'runs-as', 'service:pay', { method: 'deployment-record' }]] };
  it('are one image: a label of a platform tells of the index that runs, in whichever order', async () => {
    for (const order of [[contains, label(image), runs], [runs, label(image), contains]]) {
      await h.clear();
      for (const fact of order) await h.apply([part(fact)]);
      expect(await produced(index)).toEqual([[commit(), 'oci-label', 0.85, false]]);
      const forward = (await h.call('GET', '/v1/trace?from=repo:github.com/acme/pay')).body as { nodes: { urn: string }[] };
      expect(forward.nodes.map((node) => node.urn)).toContain('service:pay');
      expect(((await h.call('GET', '/v1/assets/service:pay')).body as { context: { running: unknown[] } }).context.running).toMatchObject([{ commit: commit() }]);
    }
  });
  it('platforms that contradict each other make candidates', async () => {
    await h.apply([part(contains), part(label(image)), part(label(arm, 'acme/other'))]);
    expect(await produced(index)).toEqual([[commit('acme/other'), 'oci-label', 0.49, false], [commit(), 'oci-label', 0.49, false]]);
  });
  it('proof of one platform is no proof of the other: the index is not verified by it', async () => {
    const key = testKey();
    await h.call('PUT', '/v1/policies/provenance', { keys: [{ keyId: key.keyId, pem: key.pem }], builders: ['*'] });
    await h.apply([part(contains), part({ attestations: [{ bundle: signed({}, key), subject: image }] })]);
    expect(await produced(image)).toContainEqual(['build:github.com/acme/pay/actions/runs/7', 'attestation', 1, true]);
    expect(await produced(index)).toEqual([['build:github.com/acme/pay/actions/runs/7', 'attestation', 0.8, false]]);
  });
});

const DOCKERFILE = 'FROM node:22\nRUN apt-get update && apt-get install -y tini libpq5\nWORKDIR /app\nCOPY dist/payments ./dist\nUSER node\nCMD ["node", "dist/payments.js"]\n';
const HISTORY = ['/bin/sh -c #(nop) ADD file:aaaa in /', 'RUN /bin/sh -c apt-get update && apt-get install -y tini libpq5 # buildkit', 'WORKDIR /app', 'COPY dist/payments ./dist # buildkit', 'USER node', 'CMD ["node" "dist/payments.js"]'];
const files = (repository: string, text = DOCKERFILE, receivedAt = minute(0)): PartSpec => ({ source: 'github:acme', receivedAt, assets: [[`repo:github.com/${repository}`, { dockerfiles: [{ path: 'Dockerfile', text }] }]] });
const history: PartSpec = { source: 'ecr', assets: [[image, { history: HISTORY }]] };

describe('the Dockerfile', () => {
  it('links image and repository, in whichever order they come', async () => {
    for (const order of [[files('acme/pay'), history], [history, files('acme/pay')]]) {
      await h.clear();
      for (const fact of order) await h.apply([part(fact)]);
      expect(await produced()).toEqual([['repo:github.com/acme/pay', 'dockerfile', 0.6, false]]);
    }
  });
  it('E7: of two that are the same none is picked; when one changes, the other is', async () => {
    await h.apply([part(history), part(files('acme/pay')), part(files('acme/fork'))]);
    expect(await produced()).toEqual([['repo:github.com/acme/fork', 'dockerfile', 0.4, false], ['repo:github.com/acme/pay', 'dockerfile', 0.4, false]]);
    await h.apply([part(files('acme/fork', 'FROM scratch\nCOPY other/things /there\nCMD ["/there/run"]', minute(5)))]);
    expect(await produced()).toEqual([['repo:github.com/acme/pay', 'dockerfile', 0.6, false]]);
  });
  it('a tag and a Dockerfile that name one repository do not contradict each other', async () => {
    await h.apply([part(files('acme/pay')), part(commitFact()), part({ source: 'ecr', assets: [[image, { history: HISTORY, tags: [SHA] }]] })]);
    expect(await produced()).toEqual([[commit(), 'tag', 0.55, false], ['repo:github.com/acme/pay', 'dockerfile', 0.6, false]]);
  });
});
