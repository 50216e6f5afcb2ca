import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { minute, OTHER, part, startHarness } from './support/harness.js';
import type { Harness } from './support/harness.js';
import { IMAGE } from './support/memory-world.js';
import { codeFacts, marker, NAMES as N, runtimeFacts } from './support/sample.js';

let h: Harness;
beforeAll(async () => { h = await startHarness(); });
afterAll(async () => { await h?.close(); });
beforeEach(async () => { await h.clear(); h.clock.set(new Date(minute(0))); });

const sample = [part(codeFacts), part(runtimeFacts()), part(marker())];
interface Period { readonly service: string; readonly exposure: string; readonly from: string; readonly to: string | null }
interface Hop { readonly hop: string; readonly assets: number; readonly known: number; readonly verified: number; readonly missing: number; readonly byMethod: Record<string, number>; readonly remedy: string }
const historyOf = async (asset: string): Promise<Period[]> => (await h.call('GET', `/v1/trace/exposure-history?asset=${encodeURIComponent(asset)}`)).body as Period[];
const coverage = async (): Promise<Map<string, Hop>> => new Map(((await h.call('GET', '/v1/trace/coverage')).body as { hops: Hop[] }).hops.map((hop) => [hop.hop, hop]));
const webGroup = (cidr: string, at: number): ReturnType<typeof part> => part({
  source: 'aws:111122223333/eu-central-1', receivedAt: minute(at),
  assets: [[N.webGroup, { type: 'security-group', ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: [cidr] }] }]],
});

describe('what the internet reaches', () => {
  it('lists the service with its path, what runs there, whose it is and since when', async () => {
    await h.apply(sample);
    const { items } = (await h.call('GET', '/v1/trace/exposed')).body as { items: Record<string, unknown>[] };
    expect(items).toMatchObject([{
      service: N.service, name: 'pay', exposure: 'internet', since: minute(0), endpoints: [N.endpoint], image: N.image, commit: N.commit, repository: N.repository, team: 'payments', application: null,
    }]);
    expect(items[0]?.['path']).toEqual([N.service, N.group, N.rule, N.listener, N.balancer, N.endpoint]);
    for (const [query, count] of [['exposure=limited', 0], ['team=payments', 1], ['team=other', 0], ['environment=prod', 0], ['application=x', 0]] as const) {
      expect(((await h.call('GET', `/v1/trace/exposed?${query}`)).body as { items: unknown[] }).items).toHaveLength(count);
    }
    expect((await h.call('GET', '/v1/trace/exposed?exposure=none')).status).toBe(400);
    expect(((await h.call('GET', '/v1/trace/exposed', undefined, OTHER)).body as { items: unknown[] }).items).toEqual([]);
  });

  it('says from when to when, by the time of the facts and not of their arrival', async () => {
    await h.apply(sample);
    h.clock.set(new Date(minute(60)));
    await h.apply([webGroup('10.0.0.0/8', 10)]);
    const closed: Period[] = [
      { service: N.service, exposure: 'internet', from: minute(0), to: minute(10) }, { service: N.service, exposure: 'internal', from: minute(10), to: null },
    ];
    expect(await historyOf(N.service)).toEqual(closed);
    expect(await historyOf(N.repository)).toEqual(closed);
    await h.apply([webGroup('198.51.100.0/24', 20)]);
    expect((await historyOf(N.imageName)).map((period) => [period.exposure, period.to])).toEqual([['internet', minute(10)], ['internal', minute(20)], ['limited', null]]);
    expect((await h.call('GET', '/v1/trace/exposure-history?asset=repo:github.com/no/body')).status).toBe(404);
  });

  it('E11: answers as it was, and as it was believed then', async () => {
    await h.apply(sample);
    h.clock.set(new Date(minute(60)));
    await h.apply([webGroup('10.0.0.0/8', 10)]);
    await h.apply([part({ source: 'aws:111122223333/eu-central-1', receivedAt: minute(60), links: [[N.service, 'routes-to', N.group, { validFrom: minute(0), validTo: minute(50) }]] })]);
    const at = async (query: string): Promise<string> => ((await h.call('GET', `/v1/trace?from=${encodeURIComponent(N.repository)}&${query}`)).body as { exposure: string }).exposure;
    expect(await at(`at=${minute(5)}`)).toBe('internet');
    expect(await at(`at=${minute(20)}`)).toBe('internal');
    expect(await at(`at=${minute(55)}`)).toBe('unknown');
    // of minute 20 it was believed at minute 30 that nothing had changed: the closing of the group was heard of at minute 60
    expect(await at(`at=${minute(20)}&recordedAt=${minute(30)}`)).toBe('internet');
    expect(await at(`recordedAt=${minute(30)}`)).toBe('internet');
    expect(await at(`at=${minute(55)}&recordedAt=${minute(30)}`)).toBe('internet');
    expect((await h.call('GET', `/v1/trace?from=${encodeURIComponent(N.repository)}&recordedAt=yesterday`)).status).toBe(400);
  });

  it('27: a flaw was exposed while a service ran it: a roll-back makes the older version exposed again', async () => {
    await h.apply(sample);
    h.clock.set(new Date(minute(100)));
    const deploy = (letter: string, at: number): ReturnType<typeof part> => part({
      source: 'deployments', receivedAt: minute(at),
      links: [[IMAGE(letter), 'runs-as', 'service:shop', { method: 'deployment-record', validFrom: minute(at), observedAt: minute(at), data: { environment: 'prod' } }], ['service:shop', 'routes-to', N.group, { validFrom: minute(5) }]],
    });
    await h.apply([deploy('2', 20), deploy('3', 30)]);
    const back = await h.apply([deploy('2', 40)]);
    expect(back.changed.find((one) => one.asset === 'service:shop')?.running).toMatchObject([{ version: IMAGE('2'), exposure: 'internet' }]);
    expect(await historyOf(IMAGE('2'))).toEqual([
      { service: 'service:shop', exposure: 'internet', from: minute(20), to: minute(30) }, { service: 'service:shop', exposure: 'internet', from: minute(40), to: null },
    ]);
    expect(await historyOf(IMAGE('3'))).toEqual([{ service: 'service:shop', exposure: 'internet', from: minute(30), to: minute(40) }]);
  });

  it('25: a late fact becomes history and leaves the present, its contexts included, as it is', async () => {
    await h.apply(sample);
    h.clock.set(new Date(minute(60)));
    await h.apply([webGroup('10.0.0.0/8', 30)]);
    const late = await h.apply([webGroup('198.51.100.0/24', 10)]);
    expect(late.changed).toEqual([]);
    expect((await historyOf(N.service)).map((period) => [period.exposure, period.from, period.to])).toEqual([
      ['internet', minute(0), minute(10)], ['limited', minute(10), minute(30)], ['internal', minute(30), null],
    ]);
  });
});

describe('blast radius', () => {
  const blast = async (...from: string[]): Promise<{ status: number; body: { counts: Record<string, unknown>; images: { image: string; running: boolean }[]; services: { service: string }[]; teams: string[]; endpoints: string[]; partial: boolean } }> =>
    h.call('GET', `/v1/trace/blast-radius?${from.map((urn) => `from=${encodeURIComponent(urn)}`).join('&')}`);

  it('of a commit, build, image, digest, image name and repository: what runs it, and who is reached by it', async () => {
    await h.apply(sample);
    for (const from of [N.commit, N.build, N.image, `image:sha256:${'1'.repeat(64)}`, N.imageName, N.repository]) {
      const { body } = await blast(from);
      expect(body).toMatchObject({
        counts: { images: 1, runningImages: 1, services: 1, endpoints: 1, byExposure: { internet: 1 } },
        images: [{ image: N.image, running: true }], services: [{ service: N.service }], teams: ['payments'], endpoints: [N.endpoint], partial: false,
      });
    }
    expect((await blast('commit:github.com/acme/pay@ffff')).status).toBe(404);
  });

  it('of a base image: the images that name it, through an index and another base, and only services that run them', async () => {
    const [base, middle, index] = [IMAGE('a', 'registry.example/base'), IMAGE('b', 'registry.example/middle'), IMAGE('c', 'registry.example/middle')];
    const based = (digest: string): object => ({ labels: { 'org.opencontainers.image.base.digest': `sha256:${digest.repeat(64)}` } });
    await h.apply([...sample, part({ source: 'ecr', assets: [[base, {}], [middle, based('a')], [N.image, based('c')]], links: [[index, 'contains', middle]] })]);
    await h.apply([part({ source: 'deployments', links: [[IMAGE('e', 'registry.example/middle'), 'runs-as', 'service:other', { method: 'deployment-record' }]] })]);
    const { body } = await blast(base);
    expect(body.images.map((item) => item.image).sort()).toEqual([base, middle, index, N.image].sort());
    expect(body.services.map((item) => item.service)).toEqual([N.service]);
    expect((await blast(base, 'service:other')).body.services.map((item) => item.service).sort()).toEqual(['service:other', N.service].sort());
  });
});

describe('coverage', () => {
  it('counts each hop by method, and lists what misses it with reason and remedy', async () => {
    const other = IMAGE('5', 'registry.example/acme/other');
    await h.apply([...sample, part({ source: 'deployments', links: [[other, 'runs-as', 'service:other', { method: 'deployment-record', data: { environment: 'prod' } }]] })]);
    const hops = await coverage();
    expect([...hops.keys()]).toEqual(['repository-of-image', 'build', 'commit', 'runtime', 'exposure', 'owner', 'environment', 'application']);
    expect(hops.get('build')).toMatchObject({ assets: 2, known: 1, verified: 0, missing: 1, byMethod: { attestation: 1 }, remedy: expect.stringContaining('attest-build-provenance') });
    expect(hops.get('runtime')).toMatchObject({ assets: 2, known: 2, byMethod: { api: 1, 'deployment-record': 1 } });
    expect(hops.get('exposure')).toMatchObject({ assets: 2, known: 1, byMethod: { internet: 1 } });
    expect(hops.get('environment')).toMatchObject({ assets: 2, known: 1, byMethod: { 'deployment-record': 1 } });
    expect(hops.get('owner')).toMatchObject({ assets: 6, known: 4, byMethod: { codeowners: 4 } });
    const unowned = (await h.call('GET', '/v1/trace/coverage/owner')).body as { items: { asset: string; reason: string; remedy: string }[]; next: string | null };
    expect(unowned).toMatchObject({ items: [{ asset: 'image-name:registry.example/acme/other' }, { asset: 'service:other', remedy: expect.stringContaining('ownership-rules') }], next: null });
    expect((await h.call('GET', '/v1/trace/coverage/nonsense')).status).toBe(404);
  });

  it('G4: the unowned queue empties when a rule names an owner', async () => {
    await h.apply([part({ source: 'deployments', links: [[IMAGE('5', 'registry.example/acme/other'), 'runs-as', 'service:other', { method: 'deployment-record' }]] })]);
    const unowned = async (): Promise<string[]> => ((await h.call('GET', '/v1/trace/coverage/owner')).body as { items: { asset: string }[] }).items.map((item) => item.asset);
    expect(await unowned()).toContain('service:other');
    await h.call('PUT', '/v1/ownership-rules/other', { match: { service: 'other' }, team: 'platform' });
    await h.drain();
    expect(await unowned()).toEqual([]);
  });
});
