import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import { bundled, dsse, idOf, signed, slsaStatement, testKey } from './support/attestations.js';
import type { SlsaSpec, TestKey } from './support/attestations.js';
import { minute, OTHER, part, startHarness, TENANT } from './support/harness.js';
import type { Harness } from './support/harness.js';
import { IMAGE, SHA } from './support/memory-world.js';

let h: Harness;
beforeAll(async () => { h = await startHarness(); });
afterAll(async () => { await h?.close(); });
beforeEach(async () => { await h.clear(); h.clock.set(new Date(minute(0))); });

const release = testKey();
const image = IMAGE('1');
const build = 'build:github.com/acme/pay/actions/runs/7';
const commit = `commit:github.com/acme/pay@${SHA('a')}`;
const BUILDERS = ['https://github.com/acme/*'];

interface Link { from: string; to: string; kind: string; method: string; verified: boolean; confidence: number; evidence: Record<string, unknown>; validFrom: string }
interface Trace { links: Link[]; gaps: { hop: string; reason: string; asset: string; remedy: string }[]; nodes: { urn: string }[] }
interface Listed { items: { id: string; image: string | null; status: string; reason: string; keyId?: string; repository: string; commit: string; policyVersion: number }[]; next: string | null }

const put = (keys: readonly TestKey[], over: object = {}, tenant = TENANT): Promise<{ status: number; body: never }> =>
  h.call('PUT', '/v1/policies/provenance', { keys: keys.map(({ keyId, pem }) => ({ keyId, pem })), builders: BUILDERS, ...over }, tenant);
const send = (bundle: string, subject = image): ReturnType<Harness['apply']> => h.apply([part({ source: 'ecr', attestations: [{ bundle, subject }] })]);
const backward = async (from = image): Promise<Trace> => (await h.call('GET', `/v1/trace?direction=backward&from=${encodeURIComponent(from)}`)).body as Trace;
const produced = async (from = image): Promise<unknown[][]> => {
  const response = await h.call('GET', `/v1/trace?direction=backward&from=${encodeURIComponent(from)}`);
  return response.status === 404 ? [] : (response.body as Trace).links.filter((link) => link.kind === 'produced').map((link) => [link.from, link.verified, link.confidence]);
};
const listed = async (query = ''): Promise<Listed> => (await h.call('GET', `/v1/assets/attestations${query}`)).body as Listed;

describe('E5: attestations on a real Postgres', () => {
  it('a verified one proves the way from image to commit', async () => {
    expect((await put([release])).status).toBe(200);
    const bundle = signed({ finishedOn: minute(-5) }, release);
    const { changed } = await send(bundle);
    const { links } = await backward();
    expect(links.find((link) => link.kind === 'produced')).toMatchObject({
      from: build, to: image, method: 'attestation', verified: true, confidence: 1, validFrom: minute(-5),
      evidence: { attestation: idOf(bundle), keyId: 'release', predicateType: 'https://slsa.dev/provenance/v1', workflow: '.github/workflows/release.yml', source: 'throughline:provenance' },
    });
    expect(links.find((link) => link.kind === 'built-by')).toMatchObject({ from: commit, to: build, verified: true });
    expect(changed.find((one) => one.asset === 'repo:github.com/acme/pay')).toMatchObject({ lineage: ['image-name:registry.example/acme/pay'] });
    expect((await listed(`?image=image:sha256:${'1'.repeat(64)}`)).items).toHaveLength(1);
    expect((await listed(`?image=image:sha256:${'2'.repeat(64)}`)).items).toEqual([]);
    expect((await listed(`?image=${encodeURIComponent(image)}`)).items).toMatchObject([{ id: idOf(bundle), image, status: 'verified', reason: '', keyId: 'release', repository: 'github.com/acme/pay', commit: SHA('a'), policyVersion: 1 }]);
  });

  it.each<[string, () => string, string]>([
    ['a bad signature', () => signed({}, testKey('release')), 'bad_signature'],
    ['a wrong builder', () => signed({ builder: 'https://github.com/evil/x/.github/workflows/a.yml@main' }, release), 'builder_not_trusted'],
    ['a wrong subject', () => signed({ digests: [{ sha256: '2'.repeat(64) }] }, release), 'subject_mismatch'],
    ['garbage', () => 'nonsense', 'malformed'],
  ])('%s is refused and reported, and makes no link', async (_, bundle, reason) => {
    await put([release]);
    await h.apply([part({ links: [[image, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]);
    await send(bundle());
    expect(await produced()).toEqual([]);
    expect((await listed('?status=refused')).items).toMatchObject([{ image, status: 'refused', reason }]);
    const gaps = (await backward('service:pay')).gaps.filter((item) => item.hop === 'provenance');
    expect(gaps).toMatchObject([{ asset: image, reason: expect.stringContaining(reason), remedy: expect.stringMatching(/./) }]);
  });

  it('one that was moved to another image is refused there, and proves where it belongs', async () => {
    await put([release]);
    const bundle = signed({}, release);
    await send(bundle, IMAGE('9'));
    await send(bundle, image);
    expect(await produced()).toEqual([[build, true, 1]]);
    expect(await produced(IMAGE('9'))).toEqual([]);
    expect((await listed('?status=refused')).items).toMatchObject([{ image: IMAGE('9'), reason: 'subject_mismatch' }]);
  });

  it('a name in the subject means nothing: the digest decides, in whatever case, among several', async () => {
    await put([release]);
    await send(signed({ digests: [{ sha256: 'F'.repeat(64) }, { sha256: '1'.repeat(64) }] }, release));
    await h.apply([part({ assets: [[IMAGE('f', 'registry.example/elsewhere'), {}]] })]);
    expect(await produced()).toEqual([[build, true, 1]]);
    expect(await produced(IMAGE('f', 'registry.example/elsewhere'))).toEqual([[build, true, 1]]);
  });

  it('a key that is added later verifies what is stored, one that is removed ends it: in recorded time, not in the world', async () => {
    await put([]);
    await send(signed({}, release));
    expect(await produced()).toEqual([[build, false, 0.8]]);
    await put([release]);
    h.clock.set(new Date(minute(10)));
    await h.drain();
    expect(await produced()).toEqual([[build, true, 1]]);
    expect((await listed()).items).toMatchObject([{ status: 'verified', policyVersion: 2 }]);
    await put([testKey('other')]);
    h.clock.set(new Date(minute(20)));
    await h.drain();
    expect(await produced()).toEqual([[build, false, 0.8]]);
    await put([release], { builders: ['https://gitlab.com/*'] });
    await h.drain();
    expect(await produced()).toEqual([]);
    await put([release]);
    await h.drain();
    expect(await produced()).toEqual([[build, true, 1]]);
    const beliefs = await h.run((unit) => unit.query<{ verified: boolean; valid_to: Date | null }>(`select verified, valid_to from links where kind = 'produced' order by recorded_from, recorded_to`));
    expect(beliefs.map((row) => row.valid_to)).toEqual(beliefs.map(() => null));
    expect(beliefs.map((row) => row.verified).sort()).toEqual([false, false, true, true]);
  });

  it('a policy change that turns an origin announces the contexts that differ', async () => {
    await put([testKey('other')]);
    await h.apply([part({ links: [[`commit:github.com/acme/fork@${SHA('b')}`, 'produced', image, { method: 'oci-label' }], [image, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]);
    await send(signed({}, release));
    await put([release]);
    const changed = await h.drain();
    expect(changed.findLast((one) => one.asset === 'service:pay')?.running).toMatchObject([{ commit }]);
  });

  it('the order of arrival does not matter: attestation, image, index and key in any order', async () => {
    const index = IMAGE('8');
    const bundle = signed({ digests: [{ sha256: '8'.repeat(64) }] }, release);
    const steps: Record<string, () => Promise<unknown>> = {
      policy: async () => { await put([release]); await h.drain(); },
      attestation: () => send(bundle, image),
      index: () => h.apply([part({ links: [[index, 'contains', image, { data: { platform: 'linux/amd64' } }]] })]),
      runs: () => h.apply([part({ source: 'deployments', links: [[image, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]),
    };
    for (const order of [['policy', 'index', 'attestation', 'runs'], ['attestation', 'policy', 'runs', 'index'], ['runs', 'attestation', 'index', 'policy'], ['index', 'runs', 'policy', 'attestation']]) {
      await h.clear();
      for (const step of order) await steps[step]?.();
      const { links, gaps } = await backward('service:pay');
      expect([order, links.filter((link) => link.kind === 'produced').map((link) => [link.from, link.to, link.verified])]).toEqual([order, [[build, index, true]]]);
      expect(gaps.map((item) => item.hop)).not.toContain('provenance');
      expect((await listed('?status=refused')).items).toEqual([]);
    }
  });

  it('the same attestation again, and a batch that dies at any statement, leave one', async () => {
    await put([release]);
    const records = [part({ source: 'ecr', attestations: [{ bundle: signed({}, release), subject: image }] })];
    for (let statement = 0; statement < 40; statement += 5) {
      await h.apply(records, statement).catch((error: unknown) => { expect(error).toMatchObject({ message: 'killed' }); });
    }
    await h.apply(records);
    expect((await h.apply(records)).changed).toEqual([]);
    expect((await listed()).items).toHaveLength(1);
    expect(await produced()).toEqual([[build, true, 1]]);
  });

  it('a verified one decides among rivals, two that contradict each other are both shown', async () => {
    await put([release]);
    const link = `commit:github.com/acme/fork@${SHA('b')}`;
    await h.apply([part({ links: [[link, 'produced', image, { method: 'oci-label' }]] })]);
    await send(signed({}, release));
    expect((await produced()).sort()).toEqual([[build, true, 1], [link, false, 0.49]]);
    await send(signed({ repository: 'acme/other', run: '8' }, release));
    expect((await produced()).map(([from, , confidence]) => [from, confidence]).sort()).toEqual([['build:github.com/acme/other/actions/runs/8', 0.49], [build, 0.49], [link, 0.49]]);
  });

  it('E13: a monorepo build of one path is that path\'s; without a run the commit made the image', async () => {
    await put([release]);
    await send(signed({ repository: 'acme/mono', inputs: { 'working-directory': 'services/pay' }, builder: 'https://github.com/acme/mono/.github/workflows/x.yml' }, release));
    expect((await backward()).links.map((link) => `${link.from} ${link.kind}`)).toContain('repo:github.com/acme/mono#services/pay built-by');
    await h.clear();
    await put([release]);
    await send(signed({ run: '' }, release));
    expect(await produced()).toEqual([[commit, true, 1]]);
  });

  it('no source can say that a link is verified, nor speak under our own name', async () => {
    await h.apply([part({ source: 'throughline:provenance/x', links: [[build, 'produced', image, { method: 'attestation', verified: true }]] })]);
    expect(await produced()).toEqual([[build, false, 0.8]]);
  });

  it('hostile bundles cost themselves only', async () => {
    await put([release]);
    const nul = signed({ builder: 'https://github.com/acme/\u0000\ud800' }, release);
    const bundles = ['', '\u0000', '{"a":"\u0000"}', '['.repeat(9999), nul, JSON.stringify(bundled(dsse('{"_type":1}', release))), `"${'x'.repeat(300_000)}"`];
    const { outcomes } = await h.apply([part({ attestations: [...bundles.map((bundle) => ({ bundle, subject: image })), { bundle: signed({}, release), subject: image }, { bundle: signed({}, release, { keyId: 'x' }), subject: 'nonsense' }] })]);
    expect(outcomes).toMatchObject([{ kind: 'done' }]);
    expect((await produced()).filter(([from]) => from === build)).toEqual([[build, true, 1]]);
  });
});

describe('the provenance policy', () => {
  it('is versioned, audited, and refuses what is no public key', async () => {
    expect((await h.call('GET', '/v1/policies/provenance')).body).toMatchObject({ version: 0, keys: [], builders: [] });
    expect((await put([release], { reason: 'first' })).body).toMatchObject({ version: 1, author: 'tester', reason: 'first', builders: BUILDERS });
    expect((await put([release], { builders: [] })).body).toMatchObject({ version: 2 });
    expect((await h.call('GET', '/v1/policies/provenance')).body).toMatchObject({ version: 2, keys: [{ keyId: 'release', pem: release.pem }], builders: [] });
    const secret = release.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const body of [{ keys: [{ keyId: 'a', pem: 'nonsense' }] }, { keys: [{ keyId: 'a', pem: secret }] }, { keys: [{ ...release, privateKey: undefined, hash: undefined, extra: 1 }] }, { sigstore: { issuers: [], identities: [], trustedRoot: { certificateAuthorities: [] } } }, { keys: [{ keyId: 'a', pem: release.pem }, { keyId: 'a', pem: release.pem }] }]) {
      expect((await h.call('PUT', '/v1/policies/provenance', body)).status).toBe(400);
    }
    const audits = h.announced.filter((one) => one.topic === TOPICS.auditRecorded).map((one) => (one.value as { action: string }).action);
    expect(audits).toEqual(['put.policy', 'put.policy']);
    expect(await h.run((unit) => unit.query(`select version from definition_versions where kind = 'policies' order by version`))).toHaveLength(2);
  });

  it('is the tenant\'s own: the key of another verifies nothing here', async () => {
    await put([release], {}, OTHER);
    await send(signed({}, release));
    await h.drain();
    expect(await produced()).toEqual([[build, false, 0.8]]);
    expect(((await h.call('GET', '/v1/assets/attestations', undefined, OTHER)).body as Listed).items).toEqual([]);
  });

  it('attestations of another team\'s images and repositories are not listed to a reader of one team', async () => {
    await put([release]);
    await h.apply([part({ source: 'github:acme', assets: [['repo:github.com/acme/pay', { codeowners: { path: 'CODEOWNERS', text: '* @acme/payments' } }]] })]);
    await send(signed({}, release));
    const seenBy = async (team: string): Promise<number> => ((await h.call('GET', '/v1/assets/attestations', undefined, TENANT, [`team:${team}`])).body as Listed).items.length;
    expect([await seenBy('payments'), await seenBy('search')]).toEqual([1, 0]);
  });

  it('an empty list of builders trusts none', async () => {
    await put([release], { builders: [] });
    await send(signed({}, release));
    expect((await listed()).items).toMatchObject([{ status: 'unverified', reason: 'no_builder_trusted' }]);
  });

  it('lists in pages that neither skip nor repeat, and refuses what it does not know', async () => {
    await put([release]);
    const bundles = Array.from({ length: 7 }, (_, i): SlsaSpec => ({ run: String(i) })).map((spec) => JSON.stringify(bundled(dsse(slsaStatement(spec), release))));
    for (const bundle of bundles) await send(bundle);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await listed(`?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(bundles.map(idOf).sort());
    for (const query of ['?image=repo:x/y', '?status=good', '?x=1']) expect((await h.call('GET', `/v1/assets/attestations${query}`)).status).toBe(400);
  });
});
