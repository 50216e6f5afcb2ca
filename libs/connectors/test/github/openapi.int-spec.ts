import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGithubOpenApi, type Peer } from '@throughline/testing';
import { plainContext, type PullPage } from '../../src/api/index.js';
import { createGithubClient } from '../../src/github/client.js';
import { githubConfig } from '../../src/github/config.js';
import { githubPull } from '../../src/github/pull.js';

/** Every route that the connector asks, as GitHub's description writes it. */
const ROUTES = [
  '/app/hook/deliveries', '/app/hook/deliveries/{delivery_id}/attempts', '/app/installations', '/app/installations/{installation_id}/access_tokens', '/installation/repositories', '/user', '/user/orgs', '/users/{username}',
  '/users/{username}/repos', '/users/{username}/packages', '/users/{username}/packages/{package_type}/{package_name}', '/users/{username}/packages/{package_type}/{package_name}/versions', '/users/{username}/attestations/bulk-list',
  '/orgs/{org}/teams', '/orgs/{org}/teams/{team_slug}/members', '/orgs/{org}/teams/{team_slug}/repos', '/orgs/{org}/repos', '/orgs/{org}/packages', '/orgs/{org}/packages/{package_type}/{package_name}', '/orgs/{org}/packages/{package_type}/{package_name}/versions',
  '/orgs/{org}/attestations/bulk-list', '/orgs/{org}/artifacts/{subject_digest}/metadata/deployment-records', '/orgs/{org}/code-scanning/alerts', '/orgs/{org}/dependabot/alerts', '/orgs/{org}/secret-scanning/alerts',
  '/repos/{owner}/{repo}', '/repos/{owner}/{repo}/git/trees/{tree_sha}', '/repos/{owner}/{repo}/git/blobs/{file_sha}', '/repos/{owner}/{repo}/actions/runs', '/repos/{owner}/{repo}/actions/artifacts', '/repos/{owner}/{repo}/deployments',
  '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses', '/repos/{owner}/{repo}/code-scanning/alerts', '/repos/{owner}/{repo}/dependabot/alerts', '/repos/{owner}/{repo}/secret-scanning/alerts',
] as const;

let github: Peer | undefined;
const asked: { readonly method: string; readonly path: string; readonly status: number }[] = [];

/** Keeps what was asked and how it was answered; the description answers 422 to what it does not allow. */
const context = (over: object = {}) => plainContext({
  fetch: async (input, init) => {
    // The next page that an example names is of no route; it is the end of the list here.
    if (new URL(String(input)).pathname === '/resource') return new Response('[]', { headers: { 'content-type': 'application/json' } });
    // GitHub's own media type is not among those that its description names.
    const response = await fetch(input, { ...init, headers: { ...init?.headers as Record<string, string>, accept: 'application/json' } });
    asked.push({ method: init?.method ?? 'GET', path: new URL(String(input)).pathname, status: response.status });
    return response;
  },
  ...over,
});

beforeAll(async () => { github = await startGithubOpenApi(ROUTES); }, 600_000);
afterAll(() => github?.stop());

async function pull(over: object, options: { readonly focus?: string; readonly cursor?: PullPage['cursor'] } = {}): Promise<PullPage[]> {
  const pages: PullPage[] = [];
  let cursor = options.cursor ?? null;
  do {
    const page: PullPage = await githubPull.pull({ baseUrl: github?.url, token: 'ghp_0123456789', ...over }, cursor, context(options.focus === undefined ? {} : { focus: options.focus }));
    pages.push(page);
    cursor = page.cursor;
  } while (pages.at(-1)?.more === true && pages.length < 200);
  return pages;
}

const refused = () => asked.filter(({ status }) => status >= 400);

describe("requests under GitHub's own OpenAPI description", () => {
  it('of a whole pull, of a user and an organization, are all allowed, and its examples are read', async () => {
    if (github === undefined) return;
    const pages = await pull({});
    expect(refused()).toEqual([]);
    for (const path of [/^\/orgs\/[^/]+\/teams$/, /^\/orgs\/[^/]+\/repos$/, /^\/users\/[^/]+\/repos$/]) expect([path, asked.some((one) => path.test(one.path))]).toEqual([path, true]);
    expect(pages.flatMap(({ gaps }) => gaps)).toEqual([]);
    expect(pages.at(-1)?.more).toBe(false);
    const urns = pages.flatMap(({ facts }) => facts.flatMap((fact) => ('asset' in fact ? [fact.asset.urn] : [])));
    for (const kind of ['team:', 'repo:github.com/', 'build:github.com/', 'environment:production']) expect([kind, urns.some((urn) => urn.startsWith(kind))]).toEqual([kind, true]);
    expect(pages.flatMap(({ scans = [] }) => scans.map(({ format }) => format))).toEqual(expect.arrayContaining(['github-code-scanning', 'github-dependabot', 'github-secret-scanning']));
  });

  it('of a pull after another are allowed', async () => {
    if (github === undefined) return;
    const last = (await pull({})).at(-1);
    await pull({}, { cursor: last?.cursor ?? null });
    expect(refused()).toEqual([]);
    expect(asked.some(({ path }) => /^\/orgs\/[^/]+\/dependabot\/alerts$/.test(path))).toBe(true);
  });

  it('of each scope that an event names are allowed', async () => {
    if (github === undefined) return;
    for (const focus of ['repository:octo-org/hello', 'code-scanning:octo-org/hello', 'dependabot:octo-org/hello', 'secret-scanning:octo-org/hello', 'package:octo-org/hello', 'teams:octo-org']) await pull({ organizations: ['octo-org'] }, { focus });
    expect(refused()).toEqual([]);
  });

  it('that no example leads to are allowed as well', async () => {
    if (github === undefined) return;
    const client = createGithubClient(githubConfig.parse({ baseUrl: github.url, token: 'ghp_0123456789' }), context());
    const token = { as: 'token' } as const;
    const digest = `sha256:${'a'.repeat(64)}`;
    await client.ask(token, 'POST /orgs/{owner}/attestations/bulk-list{?per_page,after}', { parameters: { owner: 'octo-org', per_page: 100, after: 'x' }, body: { subject_digests: [digest] } });
    await client.ask(token, 'POST /users/{owner}/attestations/bulk-list{?per_page,after}', { parameters: { owner: 'octocat', per_page: 100 }, body: { subject_digests: [digest] } });
    await client.ask(token, 'GET /orgs/{org}/artifacts/{subject_digest}/metadata/deployment-records', { parameters: { org: 'octo-org', subject_digest: digest } });
    await client.ask(token, 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', { parameters: { owner: 'octo-org', repo: 'hello', deployment_id: 1, per_page: 30 } });
    await client.ask(token, 'GET /app/hook/deliveries', { parameters: { per_page: 100 } });
    await client.ask(token, 'POST /app/hook/deliveries/{delivery_id}/attempts', { parameters: { delivery_id: 1 } });
    await client.ask(token, 'POST /app/installations/{installation_id}/access_tokens', { parameters: { installation_id: 1 } });
    await client.ask(token, 'GET /app/installations', { parameters: { per_page: 100 } });
    await client.ask(token, 'GET /installation/repositories', { parameters: { per_page: 50 } });
    expect(refused()).toEqual([]);
  });

  it('would be refused if they were wrong', async () => {
    if (github === undefined) return;
    const client = createGithubClient(githubConfig.parse({ baseUrl: github.url, token: 'ghp_0123456789' }), context());
    await expect(client.ask({ as: 'token' }, 'GET /orgs/{org}/repos', { parameters: { org: 'octo-org', sort: 'sideways' } })).rejects.toMatchObject({ status: 422 });
    await expect(client.ask({ as: 'token' }, 'POST /orgs/{owner}/attestations/bulk-list', { parameters: { owner: 'octo-org' }, body: { digests: [] } })).rejects.toMatchObject({ status: 422 });
  });
});
