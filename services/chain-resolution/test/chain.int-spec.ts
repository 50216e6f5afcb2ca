import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import type { ChainChanged } from '@throughline/contracts';
import { minute, OTHER, part, startHarness, TENANT } from './support/harness.js';
import type { Harness } from './support/harness.js';
import { IMAGE } from './support/memory-world.js';
import { codeFacts, marker, NAMES as N, runtimeFacts } from './support/sample.js';

let h: Harness;
beforeAll(async () => { h = await startHarness(); });
afterAll(async () => { await h?.close(); });
beforeEach(async () => { await h.clear(); h.clock.set(new Date(minute(0))); });

interface TraceBody { nodes: { urn: string; attributes: Record<string, unknown> }[]; links: { from: string; to: string; kind: string; confidence: number; verified: boolean; validTo: string | null }[]; paths: string[][]; gaps: { hop: string }[]; exposure: string; owner: string | null; partial: boolean }
const traceOf = async (from: string, direction = 'forward', at?: string): Promise<TraceBody> =>
  (await h.call('GET', `/v1/trace?from=${encodeURIComponent(from)}&direction=${direction}${at ? `&at=${encodeURIComponent(at)}` : ''}`)).body as TraceBody;
const urnsOf = (trace: TraceBody): string[] => trace.nodes.map((node) => node.urn);
const latest = (changed: readonly ChainChanged[], asset: string): ChainChanged | undefined => changed.findLast((one) => one.asset === asset);
const sample = [part(codeFacts), part(runtimeFacts()), part(marker())];

describe('the chain on a real Postgres', () => {
  it('traces from the repository to the internet and back, with owner and without gaps', async () => {
    await h.apply(sample);
    const forward = await traceOf(N.repository);
    expect(forward).toMatchObject({ exposure: 'internet', owner: 'payments', partial: false, gaps: [] });
    expect(urnsOf(forward)).toEqual(expect.arrayContaining([N.image, N.service, N.endpoint, 'team:payments']));
    const backward = await traceOf(N.endpoint, 'backward');
    expect(urnsOf(backward)).toEqual(expect.arrayContaining([N.repository, N.build, N.commit, 'team:payments']));
    expect(backward.links.find((link) => link.kind === 'produced')).toMatchObject({ verified: false, confidence: 0.8, validTo: null });
    expect(urnsOf(await traceOf(N.service.slice('service:'.length), 'backward'))).toContain(N.repository);
    expect(urnsOf(await traceOf(`image:sha256:${'1'.repeat(64)}`))).toContain(N.endpoint);
    expect((await h.call('GET', '/v1/trace?from=repo:github.com/none/none')).status).toBe(404);
    expect((await h.call('GET', '/v1/trace?from=nonsense')).status).toBe(400);
    expect((await h.call('GET', `/v1/trace?from=${encodeURIComponent(N.repository)}&depth=9`)).status).toBe(400);
  });

  it('announces the whole context of each asset that can hold findings', async () => {
    const { changed } = await h.apply(sample);
    expect([...new Set(changed.map((one) => one.kind))].sort()).toEqual(['endpoint', 'image-name', 'repository', 'service']);
    expect(latest(changed, N.repository)).toMatchObject({
      version: 1, deployed: 'yes', exposure: 'internet', services: [N.service], lineage: [N.endpoint, N.imageName, N.service].sort(),
      running: [{ version: N.image, service: N.service, commit: N.commit, exposure: 'internet' }],
      owners: [{ pathPrefix: '/docs/', team: 'writers', source: 'codeowners' }, { pathPrefix: '*', team: 'payments', source: 'codeowners' }], gaps: [],
    });
    expect(latest(changed, N.imageName)).toMatchObject({ deployed: 'yes', exposure: 'internet', owners: [{ team: 'payments' }] });
    expect(latest(changed, N.endpoint)).toMatchObject({ exposure: 'internet', services: [N.service] });
    expect(latest(changed, N.service)?.exposurePath.at(-1)).toBe(N.endpoint);
  });

  it('says nothing when nothing changed: the same facts, the same inventory again', async () => {
    await h.apply(sample);
    const rows = await snapshot();
    const again = await h.apply([part({ ...codeFacts, sequence: 2, receivedAt: minute(5) }), part(runtimeFacts(N.image, { sequence: 2, receivedAt: minute(5) })), part(marker({ sequence: 2, receivedAt: minute(5) }))]);
    expect(again.changed).toEqual([]);
    expect(await snapshot()).toEqual(rows);
  });

  it('F3: a security-group change changes exposure everywhere behind it, and raises the version', async () => {
    await h.apply(sample);
    const { changed } = await h.apply([part({ assets: [[N.webGroup, { type: 'security-group', ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['10.0.0.0/8'] }] }]], source: 'aws:111122223333/eu-central-1', receivedAt: minute(10) })]);
    expect(changed.map((one) => [one.kind, one.exposure, one.version]).sort()).toEqual([['endpoint', 'internal', 2], ['image-name', 'internal', 2], ['repository', 'internal', 2], ['service', 'internal', 2]]);
    expect((await traceOf(N.repository, 'forward', minute(5))).exposure).toBe('internet');
    expect((await traceOf(N.repository)).exposure).toBe('internal');
  });

  it('25, 27: deployments out of order, then a roll-back', async () => {
    const deploy = (letter: string, at: number): Parameters<typeof part>[0] => ({
      source: 'deployments', receivedAt: minute(100),
      links: [[IMAGE(letter), 'runs-as', 'service:pay', { method: 'deployment-record', validFrom: minute(at), observedAt: minute(at), data: { environment: 'prod' } }]],
    });
    h.clock.set(new Date(minute(100)));
    const third = await h.apply([part(deploy('3', 30))]);
    expect(latest(third.changed, 'service:pay')?.running.map((one) => one.version)).toEqual([IMAGE('3')]);
    const second = await h.apply([part(deploy('2', 20))]);
    expect(second.changed.filter((one) => one.asset === 'service:pay')).toEqual([]);
    expect(urnsOf(await traceOf('service:pay', 'backward')).filter((urn) => urn.startsWith('image:'))).toEqual([IMAGE('3')]);
    const past = await traceOf('service:pay', 'backward', minute(25));
    expect(past.links.find((link) => link.kind === 'runs-as')).toMatchObject({ from: IMAGE('2'), validTo: minute(30) });
    const back = await h.apply([part(deploy('2', 40))]);
    expect(latest(back.changed, 'service:pay')?.running.map((one) => [one.version, one.environment])).toEqual([[IMAGE('2'), 'prod']]);
  });

  it('26: a deployment before its build is held as unresolved, listed as an orphan after 24 h, and resolved by the build', async () => {
    const first = await h.apply([part({ source: 'deployments', links: [[N.image, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]);
    expect(latest(first.changed, 'service:pay')?.running).toMatchObject([{ version: N.image, commit: '' }]);
    expect((await traceOf('service:pay', 'backward')).gaps.map((gap) => gap.hop)).toContain('build');
    h.clock.set(new Date(minute(25 * 60)));
    const orphans = (await h.call('GET', '/v1/assets?unresolved=true&kind=image')).body as { items: { urn: string; attributes: { orphan: boolean } }[] };
    expect(orphans.items).toMatchObject([{ urn: N.image, attributes: { orphan: true } }]);
    const { changed } = await h.apply([part({ ...codeFacts, receivedAt: minute(25 * 60) })]);
    expect(latest(changed, 'service:pay')?.running).toMatchObject([{ commit: N.commit }]);
    expect(latest(changed, N.repository)).toMatchObject({ deployed: 'yes', services: ['service:pay'] });
    expect((await h.call('GET', '/v1/assets?unresolved=true&kind=image')).body).toMatchObject({ items: [] });
  });

  it('E8: a gap names the share of assets that it affects, and the step that closes it', async () => {
    h.clock.set(new Date(minute(60 * 24 * 30)));
    await h.apply([part(codeFacts), part({ source: 'deployments', links: [[IMAGE('5', 'registry.example/other'), 'runs-as', 'service:other', { method: 'deployment-record' }], [N.image, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]);
    const gaps = (await traceOf('service:other', 'backward')).gaps as { hop: string; remedy: string; share: number; asset: string }[];
    expect(gaps.find((gap) => gap.hop === 'build')).toMatchObject({ share: 0.5, asset: IMAGE('5', 'registry.example/other'), remedy: expect.stringContaining('attest-build-provenance') });
    expect(gaps.find((gap) => gap.hop === 'owner')).toMatchObject({ share: 0.5 });
    expect(gaps.find((gap) => gap.hop === 'exposure')).toMatchObject({ share: 1 });
  });

  it('28: a cycle and 10,000 links terminate, and the answer says that it is partial', async () => {
    await h.apply([part({ links: [['service:x', 'routes-to', 'service:y'], ['service:y', 'routes-to', 'service:x']] })]);
    expect((await traceOf('service:x')).partial).toBe(false);
    await h.apply([part({ links: Array.from({ length: 10_000 }, (_, i) => ['repo:github.com/acme/mono', 'contains', `commit:github.com/acme/mono@${i.toString(16).padStart(40, '0')}`] as const) })]);
    const trace = await traceOf('repo:github.com/acme/mono');
    expect(trace.partial).toBe(true);
    expect(trace.nodes.length).toBeLessThan(200);
  });

  it('an incomplete inventory ends nothing, a complete one what it does not hold; "not deployed" is said only then', async () => {
    await h.apply([part(codeFacts), part(runtimeFacts())]);
    const other = IMAGE('2');
    await h.apply([part({ source: 'github:acme', links: [[N.build, 'produced', IMAGE('7', 'registry.example/acme/batch'), { method: 'build-output' }]] })]);
    const batch = async (): Promise<string> => ((await h.call('GET', '/v1/assets/image-name:registry.example/acme/batch')).body as { context: { deployed: string } }).context.deployed;
    expect(await batch()).toBe('unknown');
    await h.apply([part(marker())]);
    await h.drain();
    expect(await batch()).toBe('no');
    const partial = await h.apply([part(runtimeFacts(other, { sequence: 2, receivedAt: minute(5), links: [] })), part(marker({ sequence: 2, complete: false, receivedAt: minute(5) }))]);
    expect(partial.changed.filter((one) => one.asset === N.service)).toEqual([]);
    await h.drain();
    expect(await batch()).toBe('unknown');
    // a role that was revoked, a page that failed: stale, not gone
    expect((await traceOf(N.service)).nodes.find((node) => node.urn === N.service)?.attributes['stale']).toBe(true);
    await h.apply([part(runtimeFacts(other, { sequence: 3, receivedAt: minute(6) })), part(marker({ sequence: 3, receivedAt: minute(6) }))]);
    const images = urnsOf(await traceOf(N.service, 'backward')).filter((urn) => urn.startsWith('image:'));
    expect(images).toEqual([other]);
    expect((await traceOf(N.service, 'backward', minute(4))).links.find((link) => link.from === N.image && link.kind === 'runs-as')).toMatchObject({ validTo: minute(6) });
  });

  it('parts and marker of an inventory may come in any order, and one that is older than the last ends nothing', async () => {
    await h.apply(sample);
    await h.apply([part(marker({ sequence: 3, parts: 2, receivedAt: minute(9) }))]);
    await h.apply([part(runtimeFacts(IMAGE('2'), { sequence: 3, ordinal: 1, receivedAt: minute(9) }))]);
    expect(urnsOf(await traceOf(N.service, 'backward'))).toContain(N.image);
    await h.apply([part({ source: 'aws:111122223333/eu-central-1', scope: 'runtime', sequence: 3, ordinal: 0, receivedAt: minute(9) })]);
    expect(urnsOf(await traceOf(N.service, 'backward'))).not.toContain(N.image);
    await h.apply([part(marker({ sequence: 2, parts: 0, receivedAt: minute(8) }))]);
    expect(urnsOf(await traceOf(N.service, 'backward'))).toContain(IMAGE('2'));
  });

  it('3: a batch that dies at any statement leaves nothing, and its redelivery gives the same as one that lived', async () => {
    await h.apply(sample);
    const lived = await snapshot();
    for (let statement = 0; statement < 60; statement += 7) {
      await h.clear();
      await expect(h.apply(sample, statement)).rejects.toThrow('killed');
      expect((await snapshot()).links).toEqual([]);
      await h.apply(sample);
      expect(await snapshot()).toEqual(lived);
    }
  });

  it('16: a replayed older record changes nothing', async () => {
    await h.apply(sample);
    await h.apply([part(runtimeFacts(IMAGE('2'), { sequence: 2, receivedAt: minute(5) })), part(marker({ sequence: 2, receivedAt: minute(5) }))]);
    const before = await snapshot();
    const replay = await h.apply([part(marker())]);
    expect(replay.changed).toEqual([]);
    expect(await snapshot()).toEqual(before);
  });

  it('20: a time far in the future is taken as the time of receipt, and flagged', async () => {
    await h.apply([part({ source: 'deployments', links: [[N.image, 'runs-as', 'service:pay', { method: 'deployment-record', validFrom: minute(600), observedAt: minute(600) }]] })]);
    const trace = await traceOf('service:pay', 'backward');
    expect(trace.links.find((link) => link.kind === 'runs-as')).toMatchObject({ validFrom: minute(0), evidence: { clockSkew: true } });
  });

  it('one unreadable fact costs itself only', async () => {
    const { outcomes } = await h.apply([part({ assets: [['nonsense', {}], [N.repository, { name: 'pay\u0000' }]], links: [['x', 'contains', N.commit], [N.repository, 'eats', N.commit], [N.commit, 'built-by', N.build]] })]);
    expect(outcomes).toMatchObject([{ kind: 'done' }]);
    expect(urnsOf(await traceOf(N.repository))).toContain(N.build);
  });

  it('the order of facts does not matter (A12)', async () => {
    const links = [...(codeFacts.links ?? []), ...(runtimeFacts().links ?? [])].map((link) => part({ links: [link], source: 'any' }));
    const assets = [...(codeFacts.assets ?? []), ...(runtimeFacts().assets ?? [])].map((asset) => part({ assets: [asset], source: 'any' }));
    const all = [...links, ...assets];
    await h.apply(all);
    const expected = await snapshot();
    for (const seed of [3, 7, 11]) {
      await h.clear();
      const shuffled = all.map((value, index) => ({ value, rank: (index * 7919 * seed) % 101 })).sort((a, b) => a.rank - b.rank).map(({ value }) => value);
      for (const value of shuffled) await h.apply([value]);
      const got = await snapshot();
      expect(got.links).toEqual(expected.links);
      expect(got.contexts.map(({ version: _version, ...rest }) => rest)).toEqual(expected.contexts.map(({ version: _version, ...rest }) => rest));
    }
  });

  it('an image that was copied to another registry is the same image', async () => {
    const copy = IMAGE('1', '999.dkr.ecr.eu-central-1.amazonaws.com/prod/pay');
    await h.apply([part({ source: 'deployments', links: [[copy, 'runs-as', 'service:pay', { method: 'deployment-record' }]] })]);
    const { changed } = await h.apply([part(codeFacts)]);
    expect(latest(changed, N.repository)).toMatchObject({ deployed: 'yes', services: ['service:pay'], running: [{ version: copy, commit: N.commit }] });
    expect(urnsOf(await traceOf(N.repository))).toContain('service:pay');
    const back = await traceOf('service:pay', 'backward');
    expect(urnsOf(back)).toContain(N.repository);
    expect(back.gaps.map((gap) => gap.hop)).not.toContain('build');
  });

  it('a wide change is worked off in batches by due work', async () => {
    const services = Array.from({ length: 450 }, (_, i) => `service:shop/s${i}`);
    await h.apply([part({ links: services.map((service) => [N.image, 'runs-as', service, { method: 'deployment-record' }] as const) })]);
    await h.drain();
    h.announced.length = 0;
    await h.apply([part(codeFacts)]);
    await h.drain();
    const changed = h.announced.filter((one) => one.topic === TOPICS.chainChanged).map((one) => one.value as ChainChanged);
    const withCommit = new Set(changed.filter((one) => one.kind === 'service' && one.running[0]?.commit === N.commit).map((one) => one.asset));
    expect(withCommit.size).toBe(450);
    expect(latest(changed, N.repository)?.services).toHaveLength(450);
    expect(await h.run((unit) => unit.query('select 1 from pending'))).toEqual([]);
  });
});

describe('the durable model over HTTP', () => {
  it('PUT creates and replaces with version, author and reason, and changes contexts', async () => {
    await h.apply(sample);
    const put = await h.call('PUT', '/v1/applications/payments', { name: 'Payments', criticality: 'critical', services: ['pay'], repositories: ['github.com/acme/pay'], reason: 'first' });
    expect(put).toMatchObject({ status: 200, body: { slug: 'payments', version: 1, author: 'tester', reason: 'first', criticality: 'critical' } });
    await h.call('PUT', '/v1/services/pay', { application: 'payments', runtimes: [N.service], environment: 'prod', team: 'core' });
    const context = async (urn: string): Promise<ChainChanged> => ((await h.call('GET', `/v1/assets/${encodeURIComponent(urn)}`)).body as { context: ChainChanged }).context;
    expect(await context(N.service)).toMatchObject({ applications: ['payments'], criticality: 'critical', environments: ['prod'], owners: [{ team: 'core', source: 'manual' }, { team: 'payments', source: 'codeowners' }] });
    expect(await context('service:pay')).toMatchObject({ exposure: 'internet', deployed: 'yes', running: [{ version: N.image, environment: 'prod' }] });
    expect(await context(N.repository)).toMatchObject({ applications: ['payments'], criticality: 'critical' });
    expect(await context('application:payments')).toMatchObject({ exposure: 'internet', deployed: 'yes' });
    expect((await h.call('PUT', '/v1/applications/payments', { name: 'Payments', criticality: 'low', repositories: ['github.com/acme/pay'] })).body).toMatchObject({ version: 2 });
    expect(await context(N.repository)).toMatchObject({ criticality: 'low' });
    expect((await h.call('DELETE', '/v1/applications/payments?reason=gone')).status).toBe(204);
    expect((await h.call('GET', '/v1/applications/payments')).status).toBe(404);
    expect(await context(N.repository)).toMatchObject({ criticality: '' });
    const audits = h.announced.filter((one) => one.topic === TOPICS.auditRecorded).map((one) => (one.value as { action: string }).action);
    expect(audits).toEqual(['put.application', 'put.service', 'put.application', 'delete.application']);
  });

  it('ownership rules and teams reach what they concern', async () => {
    await h.apply(sample);
    await h.call('PUT', '/v1/teams/money', { name: 'Money', handles: ['@acme/payments'] });
    await h.drain();
    expect((await traceOf(N.service, 'backward')).owner).toBe('money');
    await h.call('PUT', '/v1/ownership-rules/pay', { match: { service: '*service/prod/pay' }, team: 'platform' });
    const changed = await h.drain();
    expect(latest(changed, N.service)?.owners[0]).toMatchObject({ team: 'platform', source: 'ownership-rule' });
    await h.call('PUT', '/v1/teams/platform', { active: false, successor: 'money' });
    await h.drain();
    expect((await traceOf(N.service, 'backward')).owner).toBe('money');
  });

  it('G3: a team that its host no longer has gives its work to its parent; who left stands for the team', async () => {
    await h.apply(sample);
    const team = (slug: string, attributes: object, at: number): ReturnType<typeof part> => part({ source: 'github:acme', receivedAt: minute(at), assets: [[`team:${slug}`, attributes]] });
    await h.apply([team('payments', { handles: ['@acme/payments'], members: ['alice', 'bob'], parent: 'money', active: true }, 1)]);
    await h.drain();
    expect((await traceOf(N.service, 'backward')).owner).toBe('payments');
    await h.apply([team('payments', { handles: ['@acme/payments'], members: [], parent: 'money', active: false }, 2)]);
    expect(latest(await h.drain(), N.service)?.owners[0]).toMatchObject({ team: 'money', source: 'codeowners' });
    await h.apply([team('payments', { handles: ['@acme/payments'], members: ['bob'], active: true }, 3), part({ source: 'github:acme', receivedAt: minute(3), assets: [[N.repository, { codeowners: { path: 'CODEOWNERS', text: '* @alice\n' } }]] })]);
    await h.drain();
    expect((await traceOf(N.service, 'backward')).owner).toBe('payments');
  });

  it('G5: versions with author, time and reason', async () => {
    await h.call('PUT', '/v1/applications/shop', { criticality: 'high', businessUnit: 'Retail', reason: 'audit' });
    h.clock.set(new Date(minute(5)));
    await h.call('PUT', '/v1/applications/shop', { criticality: 'critical' });
    await h.call('DELETE', '/v1/applications/shop?reason=sold');
    const first = (await h.call('GET', '/v1/applications/shop/history?limit=2')).body as { items: Record<string, unknown>[]; next: string };
    expect(first.items).toMatchObject([{ version: 3, deleted: true, reason: 'sold' }, { version: 2, criticality: 'critical', author: 'tester', updatedAt: minute(5) }]);
    expect((await h.call('GET', `/v1/applications/shop/history?limit=2&cursor=${first.next}`)).body).toMatchObject({ items: [{ version: 1, criticality: 'high', businessUnit: 'Retail', reason: 'audit', updatedAt: minute(0) }], next: null });
    expect((await h.call('GET', '/v1/applications/never/history')).status).toBe(404);
  });

  it('environments by rule: a glob over names, cluster and account, or globs that must all hold, the branch among them', async () => {
    await h.apply([...sample, part({ source: 'github:acme', receivedAt: minute(1), links: [[N.repository, 'contains', N.commit, { data: { branch: 'release/7' } }], [N.cluster, 'part-of', 'account:aws/111122223333']] })]);
    const environments = async (): Promise<readonly string[]> => { await h.drain(); return ((await h.call('GET', `/v1/assets/${encodeURIComponent(N.service)}`)).body as { context: { environments: string[] } }).context.environments; };
    await h.call('PUT', '/v1/environments/by-name', { match: ['*/prod/pay'] });
    await h.call('PUT', '/v1/environments/all-hold', { match: [{ account: '111122223333', cluster: 'prod', branch: 'release/*' }] });
    await h.call('PUT', '/v1/environments/not-all', { match: [{ account: '111122223333', branch: 'main' }] });
    expect(await environments()).toEqual(['all-hold', 'by-name']);
    expect((await h.call('PUT', '/v1/environments/bad', { match: [{}] })).status).toBe(400);
  });

  it('a definition may be written while a wide change is worked off: neither waits for the other in a circle', async () => {
    await h.apply([part({ links: Array.from({ length: 60 }, (_, i) => [IMAGE('1'), 'runs-as', `service:shop/s${i}`, { method: 'deployment-record' }] as const) })]);
    const put = (i: number): Promise<{ status: number }> => h.call('PUT', `/v1/teams/t${i}`, { name: `T${i}` });
    await put(0);
    const [first, second, third] = await Promise.all([put(1), put(2), put(3), h.drain(), h.drain()]);
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
  });

  it('refuses what it would not keep', async () => {
    expect((await h.call('PUT', '/v1/applications/x', { tenantId: TENANT })).status).toBe(400);
    expect((await h.call('PUT', '/v1/applications/BAD SLUG', {})).status).toBe(400);
    expect((await h.call('PUT', '/v1/ownership-rules/x', { team: 'a', match: { path: 'docs' } })).status).toBe(400);
    expect((await h.call('GET', '/v1/assets?cursor=nonsense')).status).toBe(400);
    expect((await h.call('GET', '/v1/assets?limit=5000')).status).toBe(400);
  });

  it('lists in pages that neither skip nor repeat', async () => {
    await h.apply(sample);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { urn: string }[]; next: string | null } = (await h.call('GET', `/v1/assets?limit=4${cursor ? `&cursor=${cursor}` : ''}`)).body;
      seen.push(...page.items.map((item) => item.urn));
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(Object.values(N)));
  });
});

describe('FAULTS 55: tenants', () => {
  it('see nothing of each other over HTTP, nor in SQL with the check in the application removed', async () => {
    await h.apply(sample);
    await h.call('PUT', '/v1/applications/payments', { name: 'Payments' });
    expect((await h.call('GET', `/v1/trace?from=${encodeURIComponent(N.repository)}`, undefined, OTHER)).status).toBe(404);
    expect((await h.call('GET', `/v1/assets/${encodeURIComponent(N.repository)}`, undefined, OTHER)).status).toBe(404);
    expect((await h.call('DELETE', '/v1/applications/payments', undefined, OTHER)).status).toBe(404);
    const tables = await h.run((unit) => unit.query<{ name: string }>(
      `select table_name as name from information_schema.columns where table_schema = 'chain_resolution' and column_name = 'tenant_id' and is_nullable = 'NO'`));
    expect(tables.length).toBeGreaterThanOrEqual(15);
    for (const { name } of tables) {
      expect(await h.run((unit) => unit.query(`select 1 from ${name}`), [OTHER])).toEqual([]);
      expect(await h.run((unit) => unit.query(`delete from ${name} returning 1`), [OTHER])).toEqual([]);
    }
    await expect(h.run((unit) => unit.query('insert into contexts (tenant_id, asset, kind, version, body, changed_at) values ($1, $2, $2, 1, $3, now())', [TENANT, 'x', '{}']), [OTHER])).rejects.toThrow(/row-level security/);
  });
});

/** What a user or a subscriber could see, without times of recording and ids of rows. */
async function snapshot(): Promise<{ links: Record<string, unknown>[]; contexts: Record<string, unknown>[] }> {
  return h.run(async (unit) => ({
    links: [...await unit.query('select from_urn, kind, to_urn, method, verified, confidence, evidence, valid_from, valid_to from links where recorded_to is null order by from_urn, kind, to_urn, valid_from')],
    contexts: [...await unit.query('select asset, version, body from contexts order by asset')],
  }));
}
