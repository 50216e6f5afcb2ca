import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { plainContext, type Cursor, type Fact, type PullPage } from '@throughline/connectors/api';
import { gitlabConfig } from './config.js';
import { gitlabConnector } from './connector.js';

const now = new Date('2026-03-01T12:00:00Z');
const sha = 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7';
const digest = (character: string): string => `sha256:${character.repeat(64)}`;
const projectJson = (id: number, name: string): object => ({ id, path_with_namespace: `acme/shop/${name}`, web_url: `https://gitlab.example/acme/shop/${name}`, default_branch: 'main', visibility: 'private', archived: false, container_registry_access_level: 'enabled' });

type Answer = { readonly status?: number; readonly body: unknown; readonly next?: string; readonly headers?: Readonly<Record<string, string>> };
/** Answers of the REST API by path, as https://docs.gitlab.com/api/ shows them. */
const WORLD: Readonly<Record<string, Answer>> = {
  'projects?membership=true&pagination=keyset': { body: [projectJson(1, 'pay')], next: 'projects?id_after=1' }, 'projects?id_after=1': { body: [projectJson(2, 'web'), { id: 3 }] },
  'projects/1/repository/files/CODEOWNERS/raw': { status: 404, body: { message: '404 File Not Found' } }, 'projects/1/repository/files/docs%2FCODEOWNERS/raw': { body: '[Pay]\n* @acme/payments\n' },
  'projects/1/pipelines?': { body: [{ id: 47, iid: 12, project_id: 1, sha, ref: 'main', status: 'success', source: 'push', created_at: '2026-02-28T11:28:34.085Z', updated_at: '2026-02-28T11:32:35.169Z', web_url: 'https://gitlab.example/acme/shop/pay/-/pipelines/47' }], next: 'projects/1/pipelines-2' },
  'projects/1/pipelines-2': { body: [{ id: 48, sha: 'not-a-commit', created_at: 'x' }] },
  'projects/1/deployments?': { body: [{ id: 41, iid: 1, ref: 'main', sha, status: 'success', created_at: '2026-02-28T12:00:00Z', updated_at: '2026-02-28T12:00:10Z', environment: { id: 9, name: 'production', tier: 'production' }, deployable: { id: 664, name: 'deploy', pipeline: { id: 47, ref: 'main', sha, status: 'success', created_at: '2026-02-28T11:28:34.085Z', updated_at: '2026-02-28T11:32:35.169Z' } } }] },
  'projects/1/registry/repositories?': { body: [{ id: 5, name: '', path: 'acme/shop/pay', project_id: 1, location: 'registry.gitlab.example/acme/shop/pay', created_at: '2026-01-01T00:00:00Z' }] },
  'projects/1/registry/repositories/5/tags?': { body: [{ name: 'latest', path: 'acme/shop/pay:latest', location: 'registry.gitlab.example/acme/shop/pay:latest' }, { name: sha }, { name: 'gone' }] },
  'projects/1/registry/repositories/5/tags/latest': { body: { name: 'latest', path: 'acme/shop/pay:latest', location: 'registry.gitlab.example/acme/shop/pay:latest', revision: 'e9ed9d', short_revision: 'e9ed9d87c', digest: digest('a'), created_at: '2026-02-28T11:30:00.000+00:00', total_size: 350224384 } },
  [`projects/1/registry/repositories/5/tags/${sha}`]: { body: { name: sha, digest: digest('a'), created_at: '2026-02-28T11:30:00.000+00:00' } },
  'projects/1/registry/repositories/5/tags/gone': { status: 404, body: {} },
  'projects/2/repository/files/CODEOWNERS/raw': { body: '* @acme/web\n' }, 'projects/2/pipelines?': { status: 403, body: { message: '403 Forbidden' } }, 'projects/2/deployments?': { body: [] }, 'projects/2/registry/repositories?': { status: 404, body: {} },
};

let server: Server | undefined;
afterEach(() => new Promise<void>((done) => { server?.closeAllConnections(); server === undefined ? done() : server.close(() => done()); server = undefined; }));

async function gitlab(over: Readonly<Record<string, Answer>>): Promise<{ readonly url: string; readonly asked: string[]; readonly tokens: Set<string> }> {
  const asked: string[] = [];
  const tokens = new Set<string>();
  const used = new Map<string, number>();
  server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/api/v4/', '');
    asked.push(path);
    tokens.add(String(request.headers['private-token']));
    const world = { ...WORLD, ...over };
    const key = Object.keys(world).filter((prefix) => path === prefix || (path.startsWith(prefix) && /[?&/]/.test(path.slice(prefix.length - 1, prefix.length + 1)))).sort((a, b) => b.length - a.length)[0] ?? '';
    const answer = world[key] ?? { status: 404, body: {} };
    used.set(key, (used.get(key) ?? 0) + 1);
    // A refusal that passes: only the first time.
    const passing = answer.headers?.['retry-after'] !== undefined || answer.headers?.['ratelimit-reset'] !== undefined;
    const shown: Answer = passing && (used.get(key) ?? 0) > 1 ? WORLD[key] ?? answer : answer;
    const link = shown.next === undefined ? {} : { link: `<https://gitlab.example/api/v4/${shown.next}>; rel="next", <https://gitlab.example/api/v4/x>; rel="first"` };
    response.writeHead(shown.status ?? 200, { 'content-type': 'application/json', ...link, ...shown.headers });
    response.end(typeof shown.body === 'string' ? shown.body : JSON.stringify(shown.body));
  });
  await new Promise<void>((done) => { server?.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, tokens };
}

async function pullAll(over: Readonly<Record<string, Answer>> = {}, more: Readonly<Record<string, unknown>> = {}, memory: Cursor = null): Promise<{ readonly pages: PullPage[]; readonly asked: string[]; readonly tokens: Set<string> }> {
  const { url, asked, tokens } = await gitlab(over);
  const config = gitlabConfig.parse({ baseUrl: url, token: 'glpat-0123456789', ...more });
  const pages: PullPage[] = [];
  let cursor: Cursor = null;
  do {
    const page: PullPage = await gitlabConnector.pull(config, cursor, plainContext({ clock: { now: () => now }, memory }));
    pages.push(page);
    cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
    if (pages.length > 50) throw new Error('the pull does not end');
  } while (pages.at(-1)?.more);
  return { pages, asked, tokens };
}

const nodes = (facts: readonly Fact[]): string[] => facts.flatMap((fact) => ('asset' in fact ? [fact.asset.urn] : []));
const edges = (facts: readonly Fact[]): string[][] => facts.flatMap((fact) => ('link' in fact ? [[fact.link.from, fact.link.kind, fact.link.to]] : []));
const repository = 'gitlab.example/acme/shop/pay';

describe('a GitLab instance', () => {
  it('gives projects in pages, their owners, pipelines, deployments and the digests of their tags', async () => {
    const { pages, tokens } = await pullAll();
    const facts = pages.flatMap((page) => page.facts);
    expect([...new Set(nodes(facts))]).toEqual(expect.arrayContaining([`repo:${repository}`, `commit:${repository}@${sha}`, `build:${repository}/-/pipelines/47`, 'environment:production', `image:registry.gitlab.example/acme/shop/pay@${digest('a')}`]));
    expect(edges(facts)).toEqual(expect.arrayContaining([
      [`commit:${repository}@${sha}`, 'built-by', `build:${repository}/-/pipelines/47`],
      [`image:registry.gitlab.example/acme/shop/pay@${digest('a')}`, 'tagged', 'tag:registry.gitlab.example/acme/shop/pay:latest'], [`image:registry.gitlab.example/acme/shop/pay@${digest('a')}`, 'tagged', `tag:registry.gitlab.example/acme/shop/pay:${sha}`],
    ]));
    expect(facts).toContainEqual(expect.objectContaining({ asset: expect.objectContaining({ urn: `repo:${repository}`, attributes: expect.objectContaining({ defaultBranch: 'main', visibility: 'private', archived: false, codeowners: { path: 'docs/CODEOWNERS', text: '[Pay]\n* @acme/payments\n' } }) }) }));
    expect(pages.flatMap((page) => page.defaultBranches ?? [])).toContainEqual({ repository, branch: 'main' });
    expect(tokens).toEqual(new Set(['glpat-0123456789']));
    expect(pages.at(-1)).toMatchObject({ more: false, cursor: null, memory: { since: now.toISOString() } });
  });

  it('tags of a repository of the registry are an inventory of their own, whole only when all were read', async () => {
    const whole = await pullAll();
    expect(whole.pages.flatMap(({ snapshot }) => snapshot ?? [])).toEqual([{ scope: 'registry/registry.gitlab.example/acme/shop/pay', complete: true, last: true }]);
    await new Promise<void>((done) => { server?.closeAllConnections(); server?.close(() => done()); });
    const cut = await pullAll({}, { maxTags: 1 });
    expect(cut.pages.flatMap(({ snapshot }) => snapshot ?? [])).toEqual([expect.objectContaining({ complete: false })]);
    expect(cut.pages.flatMap(({ gaps }) => gaps)).toContainEqual(expect.objectContaining({ code: 'too_many', remedy: expect.stringContaining('maxTags') }));
  });

  it('what is refused is a gap with what mends it, and the rest goes on', async () => {
    const { pages } = await pullAll();
    expect(pages.flatMap(({ gaps }) => gaps)).toEqual([expect.objectContaining({ scope: 'gitlab.example/acme/shop/web', code: 'access_denied', remedy: expect.stringContaining('Reporter') })]);
    expect(nodes(pages.flatMap(({ facts }) => facts))).toContain('repo:gitlab.example/acme/shop/web');
  });

  it('asks the groups that it is told with their subgroups; a group that is not there is a gap', async () => {
    const { pages, asked } = await pullAll({ 'groups/acme%2Fshop/projects?': { body: [projectJson(2, 'web'), { ...projectJson(4, 'x'), path_with_namespace: 'elsewhere/x' }] } }, { groups: ['acme/shop', 'gone'] });
    expect(asked.filter((path) => path.startsWith('projects?'))).toEqual([]);
    expect(asked[0]).toContain('include_subgroups=true');
    expect(nodes(pages.flatMap(({ facts }) => facts))).toEqual(['repo:gitlab.example/acme/shop/web']);
    expect(pages.flatMap(({ gaps }) => gaps)).toContainEqual(expect.objectContaining({ scope: 'gone', code: 'not_found' }));
  });

  it('reads only what changed since the last whole pull', async () => {
    const { asked } = await pullAll({}, {}, { since: '2026-03-01T11:00:00.000Z' });
    expect(asked.find((path) => path.startsWith('projects/1/pipelines?'))).toContain(`updated_after=${encodeURIComponent('2026-03-01T10:50:00.000Z')}`);
    await new Promise<void>((done) => { server?.closeAllConnections(); server?.close(() => done()); });
    expect((await pullAll({}, { lookbackDays: 1 })).asked.find((path) => path.startsWith('projects/1/pipelines?'))).toContain(encodeURIComponent('2026-02-28T12:00:00.000Z'));
  });

  it.each<readonly [string, Readonly<Record<string, string>>, number]>([['Retry-After', { 'retry-after': '30' }, 30_000], ['RateLimit-Reset', { 'ratelimit-reset': String(now.getTime() / 1000 + 45), 'ratelimit-remaining': '0' }, 45_000]])('waits as %s says, and goes on where it was', async (_name, headers, ms) => {
    const { pages } = await pullAll({ 'projects/1/deployments?': { status: 429, body: {}, headers } });
    const waited = pages.filter(({ waitUntil }) => waitUntil !== undefined);
    expect(waited).toEqual([expect.objectContaining({ facts: [], more: true, waitUntil: new Date(now.getTime() + ms) })]);
    expect(pages.flatMap(({ facts }) => nodes(facts))).toContain('environment:production');
  });

  it('a next page is asked for at the configured address, wherever the link points', async () => {
    const { asked } = await pullAll({ 'projects?membership=true&pagination=keyset': { body: [], headers: { link: '<https://evil.example/api/v4/projects?id_after=1>; rel="next"' } } });
    expect(asked).toContain('projects?id_after=1');
  });

  it('56: asks through the fetch that it is given and follows no redirect to another place', async () => {
    const refused = Object.assign(new Error('the address is not public'), { code: 'address_refused' });
    const seen: (string | undefined)[] = [];
    const guarded = (async (_url: unknown, init?: RequestInit) => { seen.push(init?.redirect); throw refused; }) as typeof fetch;
    await expect(gitlabConnector.pull(gitlabConfig.parse({ baseUrl: 'http://169.254.169.254', token: 'glpat-0123456789' }), null, plainContext({ fetch: guarded }))).rejects.toBe(refused);
    expect(seen).toEqual(['manual']);
    await expect(pullAll({ 'projects?membership=true&pagination=keyset': { status: 302, body: {}, headers: { location: 'http://169.254.169.254/' } } })).rejects.toMatchObject({ code: 'http_302' });
  });

  it('a token that is not taken ends the page; without one nothing is asked', async () => {
    await expect(pullAll({ 'projects?membership=true&pagination=keyset': { status: 401, body: {} } })).rejects.toMatchObject({ code: 'unauthorized' });
    await new Promise<void>((done) => { server?.closeAllConnections(); server?.close(() => done()); });
    const { pages, asked } = await pullAll({}, { token: undefined });
    expect([asked, pages[0]?.gaps.length]).toEqual([[], 1]);
  });
});
