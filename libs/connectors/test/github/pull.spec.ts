import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACME_DIGEST, ACME_OTHER_DIGEST, ACME_SHA, acmeBundle, acmeRepository, fillAcme, GithubStandIn } from '@throughline/testing';
import { githubPull } from '../../src/github/pull.js';
import { attributesOf, edgesOf, NOW, pullAll } from './world.js';

let github: GithubStandIn;
beforeEach(async () => {
  github = await new GithubStandIn().start();
  fillAcme(github);
  github.routes.set('GET /users/Acme', () => ({ body: { login: 'Acme', type: 'Organization' } }));
});
afterEach(() => github.stop());

const config = (over: object = {}) => ({ baseUrl: github.url, token: 'ghp_0123456789', organizations: ['Acme'], ...over });
const pull = (options: Parameters<typeof pullAll>[2] = {}, over: object = {}) => pullAll(githubPull, config(over), options);
const image = `image:ghcr.io/acme/pay@${ACME_DIGEST}`;
const build = (id: number) => `build:github.com/acme/pay/actions/runs/${id}`;
const commit = `commit:github.com/acme/pay@${ACME_SHA}`;

describe('a whole pull', () => {
  it('says of a repository what its settings and files say', async () => {
    const { facts, pages } = await pull();
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).toEqual({
      id: '42', defaultBranch: 'main', visibility: 'private', archived: false, topics: ['payments'], url: 'https://github.com/Acme/pay',
      codeowners: { path: '.github/CODEOWNERS', text: '\n* @acme/payments' }, backstageOwner: 'group:payments', backstageName: 'pay', backstageSystem: 'checkout',
      dockerfiles: [{ path: 'Dockerfile', text: 'FROM node:24\nCOPY . .\n' }, { path: 'services/api/Dockerfile', text: 'FROM scratch\n' }],
    });
    expect(attributesOf(facts, 'repo:github.com/acme/attic')).toMatchObject({ id: '43', archived: true });
    expect(attributesOf(facts, 'repo:github.com/acme/empty')).toMatchObject({ id: '44' });
    expect(pages.flatMap(({ defaultBranches = [] }) => defaultBranches)).toContainEqual({ repository: 'github.com/acme/pay', branch: 'main' });
    expect(new Set(pages.map(({ source }) => source))).toEqual(new Set(['github:acme', 'github:acme/artifacts']));
  });

  it('ties commits, builds, images and where they run', async () => {
    const { facts } = await pull();
    const edges = edgesOf(facts);
    for (const edge of [`${commit} built-by ${build(3)}`, `${image} runs-as service:prod/default/pay`, `${commit} produced ${image}`, `repo:github.com/acme/pay produced ${image}`, `${image} tagged tag:ghcr.io/acme/pay:latest`, `${image} runs-as service:moda-1/pay`]) expect(edges).toContain(edge);
    expect(attributesOf(facts, build(1))).toEqual({ artifacts: [{ name: 'dist', size: 5, digest: ACME_DIGEST }] });
    expect(facts).toContainEqual({ naturalKey: expect.stringContaining(`attestation|${ACME_DIGEST}|`), timeless: true, attestation: { subject: image, bundle: JSON.stringify(acmeBundle), mediaType: acmeBundle.mediaType, origin: 'github-attestations', observedAt: NOW.toISOString() } });
  });

  it('takes attestations of digests that were asked for only', async () => {
    const { facts } = await pull();
    expect(new Set(facts.flatMap((fact) => ('attestation' in fact ? [fact.attestation.subject] : [])))).toEqual(new Set([image]));
  });

  it('tells of attestations that GitHub keeps apart from its answer', async () => {
    github.routes.set('POST /orgs/Acme/attestations/bulk-list', () => ({ body: { attestations_subject_digests: { [ACME_DIGEST]: [{ bundle: null, bundle_url: 'https://example.test/x' }] }, page_info: {} } }));
    expect((await pull()).gaps).toContainEqual(expect.objectContaining({ code: 'unsupported', remedy: expect.stringContaining('push-to-registry') }));
  });

  it('ends a deployment that a later state ends, and believes a success', async () => {
    const runs = (await pull()).facts.flatMap((fact) => ('link' in fact && fact.link.to === 'service:prod/default/pay' ? [[fact.link.evidence['state'], fact.link.confidence]] : []));
    expect(runs).toEqual([['created', 0.6], ['in_progress', 0.6], ['success', undefined]]);
  });

  it('names teams with members, and as owners those that may write', async () => {
    const { facts, pages } = await pull();
    expect(attributesOf(facts, 'team:payments')).toMatchObject({ name: 'Payments', handles: ['@acme/payments'], members: ['ann', 'bob', 'cid'], active: true });
    expect(attributesOf(facts, 'team:readers')).toMatchObject({ parent: 'payments', members: ['dan'] });
    expect(edgesOf(facts).filter((edge) => edge.includes('owned-by'))).toEqual(['repo:github.com/acme/pay owned-by team:payments']);
    const parts = pages.flatMap(({ snapshot }) => (snapshot?.scope === 'teams:acme' ? [snapshot] : []));
    expect(parts.at(-1)).toEqual({ scope: 'teams:acme', complete: true, last: true });
    expect(parts.slice(0, -1).every(({ complete, last }) => complete && !last)).toBe(true);
  });

  it('gives the tags of a package as an inventory, so that one that moved ends', async () => {
    const tags = (await pull()).pages.filter(({ snapshot }) => snapshot?.scope === 'package:acme/pay');
    expect(tags.map(({ snapshot, facts }) => [snapshot?.complete, snapshot?.last, facts.length])).toEqual([[true, false, 2], [true, true, 0]]);
  });

  it('gives alerts as one scan a repository and kind, whole, in an order of their own, without values and people', async () => {
    const scans = (await pull()).scans.filter(({ key }) => key.startsWith('github.com/acme/pay|'));
    expect(scans.map(({ key, format, target }) => [key, format, target['coverage'], target['branch']])).toEqual([
      ['github.com/acme/pay|code-scanning', 'github-code-scanning', 'complete', 'main'], ['github.com/acme/pay|dependabot', 'github-dependabot', 'complete', 'main'], ['github.com/acme/pay|secret-scanning', 'github-secret-scanning', 'complete', 'main'],
    ]);
    const [code] = scans.map(({ body }) => JSON.parse(String(body)) as { number: number; state: string }[]);
    expect(code?.map(({ number, state }) => [number, state])).toEqual([[1, 'open'], [2, 'open'], [3, 'dismissed']]);
    expect(JSON.stringify(scans)).not.toMatch(/AKIAVERYSECRETVALUE1|mallory/);
    for (const call of github.asked(/secret-scanning/)) expect(call.query.get('hide_secret')).toBe('true');
  });

  it('says the same when every page is asked for twice', async () => {
    const once = await pull();
    const again = await pull();
    expect(again.facts).toEqual(once.facts);
    const middle = once.pages[7];
    const resumed = await pull({ cursor: middle?.cursor ?? null });
    expect(resumed.facts).toEqual(once.pages.slice(8).flatMap(({ facts }) => facts));
  });

  it('begins anew with a cursor that it does not know', async () => {
    expect((await pull({ cursor: { v: 0, anything: true } })).facts.length).toBe((await pull()).facts.length);
  });

  it('keeps each cursor small', async () => {
    const { pages } = await pull();
    for (const { cursor } of pages) expect(JSON.stringify(cursor).length).toBeLessThan(16_000);
  });
});

describe('what cannot be read', () => {
  it('is named with the permission that would mend it, and keeps nothing else back', async () => {
    github.routes.set('GET /repos/Acme/pay/dependabot/alerts', () => ({ status: 403, headers: { 'x-accepted-github-permissions': 'vulnerability_alerts=read' }, body: { message: 'Dependabot alerts are disabled for this repository.' } }));
    github.routes.delete('GET /repos/Acme/pay/code-scanning/alerts');
    github.routes.delete('GET /orgs/Acme/packages');
    const { gaps, scans, facts } = await pull();
    expect(gaps).toContainEqual(expect.objectContaining({ scope: 'github:acme/pay', code: 'access_denied', remedy: 'Grant *Repository permissions: Dependabot alerts: read* (GitHub names vulnerability_alerts=read), or enable Dependabot alerts for the repository.' }));
    expect(gaps).toContainEqual(expect.objectContaining({ scope: 'github:acme/pay', code: 'not_found', remedy: expect.stringContaining('Code scanning alerts: read') }));
    expect(gaps).toContainEqual(expect.objectContaining({ scope: 'github:acme', code: 'not_found', remedy: expect.stringContaining('read:packages') }));
    expect(scans.filter(({ key }) => key.startsWith('github.com/acme/pay|')).map(({ format }) => format)).toEqual(['github-secret-scanning']);
    expect(edgesOf(facts)).toContain(`${commit} built-by ${build(1)}`);
  });

  it('is stale and not gone when a team cannot be read', async () => {
    github.routes.delete('GET /orgs/Acme/teams/readers/members');
    const { pages } = await pull();
    expect(pages.flatMap(({ snapshot }) => (snapshot?.scope === 'teams:acme' && snapshot.last ? [snapshot.complete] : []))).toEqual([false]);
  });

  it('is asked for again when GitHub fails for a moment, and told when it lasts', async () => {
    const broken = () => ({ status: 502, body: {} });
    github.next.push(broken, broken);
    expect((await pull({ pages: 1 })).gaps).toEqual([]);
    github.routes.set('GET /repos/Acme/pay/actions/runs', () => ({ status: 500, body: {} }));
    const { gaps, facts } = await pull();
    expect(gaps).toContainEqual(expect.objectContaining({ scope: 'github:acme/pay', code: 'unreachable' }));
    expect(attributesOf(facts, 'team:payments')).toBeDefined();
  });

  it('throws when GitHub does not answer at all, so that the page is asked for again', async () => {
    await github.stop();
    await expect(pull({ pages: 1 })).rejects.toThrow();
  });

  it('is no empty list when an answer breaks off', async () => {
    github.routes.set('GET /repos/Acme/pay/dependabot/alerts', () => ({ headers: { 'content-length': '5' }, body: [{ number: 1 }] }));
    await expect(pull({ focus: 'dependabot:acme/pay' })).resolves.toMatchObject({ scans: [], gaps: [expect.objectContaining({ code: 'unreachable' })] });
  });

  it('an owner that does not exist does not end the others', async () => {
    const { gaps, facts } = await pull({}, { organizations: ['nobody', 'Acme'] });
    expect(gaps.some(({ scope, code }) => scope === 'github:nobody' && code === 'not_found')).toBe(true);
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).toBeDefined();
  });

  it('a token that is refused ends the pull with a gap', async () => {
    for (let calls = 0; calls < 3; calls += 1) github.next.push(() => ({ status: 401, body: { message: 'Bad credentials' } }));
    const { gaps, pages } = await pull();
    expect(pages).toHaveLength(1);
    expect(gaps).toEqual([expect.objectContaining({ code: 'access_denied', remedy: expect.stringContaining('token') })]);
  });

  it('without a credential is everything but events', async () => {
    const { gaps, pages } = await pullAll(githubPull, { webhookSecret: '0123456789abcdef' });
    expect([pages.length, pages[0]?.more, gaps[0]?.code]).toEqual([1, false, 'unsupported']);
  });
});

describe('limits', () => {
  const limited = (headers: Record<string, string>, status = 403) => () => ({ status, headers, body: { message: 'limited' } });
  const reset = String(NOW.getTime() / 1000 + 900);
  it.each([
    ['primary, by its reset', limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }), 900],
    ['secondary, by Retry-After', limited({ 'retry-after': '120' }), 120],
    ['secondary without a time, a minute', limited({}, 429), 60],
    ['of a clock far ahead, an hour at most', limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999999999' }), 3660],
  ])('%s', async (_name, reply, seconds) => {
    const { pages: [first] } = await pull({ pages: 1 });
    github.next.push(reply);
    const { pages: [page] } = await pull({ cursor: first?.cursor ?? null, pages: 1 });
    expect(page).toMatchObject({ facts: [], more: true, cursor: first?.cursor });
    expect(page?.waitUntil).toEqual(new Date(NOW.getTime() + seconds * 1000));
  });

  it('lose nothing: after the wait the pull says what it would have said', async () => {
    const whole = await pull();
    const facts = [];
    let cursor: Parameters<typeof pullAll>[2] = {};
    for (let index = 0; ; index += 1) {
      if (index % 3 === 0) github.next.push(limited({ 'retry-after': '1' }));
      const part = await pull({ ...cursor, pages: 1 });
      facts.push(...part.facts);
      cursor = { cursor: part.cursor };
      if (part.pages[0]?.more === false) break;
    }
    expect(facts).toEqual(whole.facts);
  });
});

describe('a pull after another', () => {
  const later = new Date(NOW.getTime() + 3_600_000);
  it('asks for little when nothing changed, and for the lists of alerts with an ETag', async () => {
    const { cursor } = await pull();
    github.calls.length = 0;
    const second = await pull({ cursor, now: later });
    expect(github.asked(/teams|git\/|(?<!orgs\/Acme)\/(dependabot|code-scanning|secret-scanning)/)).toEqual([]);
    expect(second.scans).toEqual([]);
    github.calls.length = 0;
    await pull({ cursor: second.cursor, now: new Date(later.getTime() + 60_000) });
    expect(github.calls.length).toBeLessThan(20);
  });

  it('reads a repository that was pushed to, and lists whose alerts changed', async () => {
    const { cursor } = await pull();
    github.routes.set('GET /orgs/Acme/repos', [acmeRepository('pay'), acmeRepository('empty', { pushed_at: '2026-03-01T12:30:00Z' })]);
    github.routes.set('GET /orgs/Acme/dependabot/alerts', [{ number: 2, updated_at: '2026-03-01T12:40:00Z', repository: { full_name: 'Acme/pay' } }]);
    github.calls.length = 0;
    const { scans, facts } = await pull({ cursor, now: later });
    expect(scans.map(({ key }) => key)).toEqual(['github.com/acme/pay|dependabot', 'github.com/acme/empty|code-scanning', 'github.com/acme/empty|dependabot', 'github.com/acme/empty|secret-scanning']);
    expect(attributesOf(facts, 'repo:github.com/acme/empty')).toBeDefined();
    expect(github.asked(/Acme\/pay\/git/)).toEqual([]);
  });

  it('reads everything when there is an owner that the last pull did not know', async () => {
    const { cursor } = await pull();
    github.calls.length = 0;
    await pull({ cursor, now: later }, { organizations: ['Acme', 'beta'] });
    expect(github.asked(/git\/trees/).length).toBeGreaterThan(0);
  });

  it('asks every repository where the organization has no lists of alerts', async () => {
    const { cursor } = await pull();
    for (const kind of ['code-scanning', 'dependabot', 'secret-scanning']) github.routes.delete(`GET /orgs/Acme/${kind}/alerts`);
    expect((await pull({ cursor, now: later })).scans.filter(({ key }) => key.startsWith('github.com/acme/pay|'))).toHaveLength(3);
  });

  it('keeps the gaps of the pull that read everything, and reads teams once a day and everything once a week', async () => {
    github.routes.delete('GET /repos/Acme/pay/dependabot/alerts');
    const { cursor, gaps } = await pull();
    const second = await pull({ cursor, now: later });
    expect(second.gaps).toEqual(gaps.filter(({ scope }) => scope.includes('/')));
    github.calls.length = 0;
    const third = await pull({ cursor: second.cursor, now: new Date(NOW.getTime() + 25 * 3_600_000) });
    expect(github.asked(/teams$/).length).toBeGreaterThan(0);
    expect(github.asked(/git\/trees/)).toEqual([]);
    github.calls.length = 0;
    await pull({ cursor: third.cursor, now: new Date(NOW.getTime() + 26 * 3_600_000) });
    expect(github.asked(/teams$/)).toEqual([]);
    await pull({ cursor: third.cursor, now: new Date(NOW.getTime() + 8 * 24 * 3_600_000) });
    expect(github.asked(/git\/trees/).length).toBeGreaterThan(0);
  });
});

describe('one scope, because of an event', () => {
  it.each([
    ['repository:acme/pay', [], /^GET \/(users\/Acme|repos\/acme\/pay($|\/git\/))/i],
    ['whole:acme/pay', ['github-code-scanning', 'github-dependabot', 'github-secret-scanning'], /^(GET|POST) \/(users\/Acme|repos\/acme\/pay|orgs\/Acme\/attestations)/i],
    ['code-scanning:acme/pay', ['github-code-scanning'], /^GET \/(users\/Acme|repos\/acme\/pay($|\/code-scanning))/i],
    ['secret-scanning:acme/pay', ['github-secret-scanning'], /^GET \/(users\/Acme|repos\/acme\/pay($|\/secret-scanning))/i],
    ['package:acme/pay', [], /packages|attestations|artifacts|users\/Acme/],
    ['teams:acme', [], /teams|users\/Acme/],
    ['nonsense', [], /users\/Acme/],
    ['repository:other/pay', [], /users\/Acme/],
  ])('%s', async (focus, formats, only) => {
    const { scans, pages } = await pull({ focus });
    expect(scans.map(({ format }) => format)).toEqual(formats);
    expect(github.calls.filter(({ method, path }) => !only.test(`${method} ${path}`)).map(({ path }) => path)).toEqual([]);
    expect(pages.at(-1)).toMatchObject({ more: false, cursor: null });
  });

  it('ends the right of a team that is gone', async () => {
    const { pages } = await pull({ focus: 'teams:acme' });
    expect(pages.at(-1)?.snapshot).toEqual({ scope: 'teams:acme', complete: true, last: true });
  });
});

describe('names', () => {
  it('a repository that was renamed since the list is known by its new one', async () => {
    github.routes.set('GET /repos/Acme/pay', () => ({ status: 301, headers: { location: '/repositories/42' }, body: { message: 'Moved Permanently' } }));
    github.routes.set('GET /repositories/42', () => ({ body: acmeRepository('wallet') }));
    const { facts } = await pull();
    expect(attributesOf(facts, 'repo:github.com/acme/wallet')).toMatchObject({ id: '42' });
    expect(github.asked(/repositories\/42/)[0]?.authorization).toBe('token ghp_0123456789');
  });

  it('a redirect to another host gets no credential', async () => {
    const other = await new GithubStandIn().start();
    other.routes.set('GET /x', () => ({ body: acmeRepository('pay') }));
    github.routes.set('GET /repos/Acme/pay', () => ({ status: 302, headers: { location: `${other.url}/x` }, body: {} }));
    await pull({ pages: 60 });
    expect(other.calls.map(({ authorization }) => authorization)).toContain('');
    expect(other.calls.some(({ authorization }) => authorization !== '')).toBe(false);
    await other.stop();
  });

  it('a digest without a tag is an image all the same', async () => {
    expect(attributesOf((await pull()).facts, `image:ghcr.io/acme/pay@${ACME_OTHER_DIGEST}`)).toEqual({ tags: [], pushedAt: '2026-02-19T00:00:00.000Z' });
  });
});
