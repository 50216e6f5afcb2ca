import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TEAM, type FleetPlan, type RepositoryPlan } from './fleet.js';
import * as shape from './github-shapes.js';
import type { Json } from './github-shapes.js';

export const GITHUB_TOKEN = 'ghp_bench_stand_in_token';

export interface GithubStandIn {
  readonly url: string;
  /** Method and path of every call so far. */
  readonly calls: string[];
  stop(): Promise<void>;
}

interface Asked { readonly fleet: FleetPlan; readonly now: Date; readonly url: URL; readonly body: string; readonly repository: RepositoryPlan; readonly rest: readonly string[] }
type Answer = Json | readonly Json[] | undefined;
type Route = readonly [pattern: RegExp, answer: (asked: Asked) => Answer];

const of = (asked: Asked, i: number): string => decodeURIComponent(asked.rest[i] ?? '');

/** Lists of the whole organization. */
const ORGANIZATION_ROUTES: readonly Route[] = [
  [/^\/(?:users|orgs)\/fleet-acme$/, () => shape.owner()],
  [/^\/user$/, () => ({ login: 'ci', id: 2, type: 'User' })],
  [/^\/user\/orgs$/, () => [shape.owner()]],
  [/^\/orgs\/fleet-acme\/repos$/, ({ fleet }) => fleet.repositories.map(shape.repository)],
  [/^\/orgs\/fleet-acme\/teams$/, () => [{ id: 7, slug: TEAM, name: 'Payments', parent: null, privacy: 'closed' }]],
  [/^\/orgs\/fleet-acme\/teams\/[\w-]+\/members$/, () => [{ login: 'alice', id: 3, type: 'User' }]],
  [/^\/orgs\/fleet-acme\/teams\/[\w-]+\/repos$/, ({ fleet }) => fleet.repositories.map((plan) => ({ ...shape.repository(plan), role_name: 'write' }))],
  [/^\/orgs\/fleet-acme\/packages$/, ({ fleet }) => shape.published(fleet).map((told) => shape.containerPackage(told, planOf(fleet, told.repository)))],
  [/^\/orgs\/fleet-acme\/packages\/container\/([^/]+)$/, (asked) => shape.published(asked.fleet).filter((told) => told.name === of(asked, 0)).map((told) => shape.containerPackage(told, planOf(asked.fleet, told.repository)))[0]],
  [/^\/orgs\/fleet-acme\/packages\/container\/([^/]+)\/versions$/, (asked) => shape.published(asked.fleet).filter((told) => told.name === of(asked, 0)).map(shape.containerVersion)],
  [/^\/orgs\/fleet-acme\/attestations\/bulk-list$/, attestations],
  [/^\/orgs\/fleet-acme\/artifacts\/[^/]+\/metadata\/deployment-records$/, () => ({ total_count: 0, deployment_records: [] })],
  [/^\/orgs\/fleet-acme\/(?:code-scanning|dependabot|secret-scanning)\/alerts$/, () => []],
];

/** Of one repository; the groups after its name are `rest`. */
const REPOSITORY_ROUTES: readonly Route[] = [
  [/^$/, ({ repository }) => shape.repository(repository)],
  [/^\/actions\/runs$/, ({ repository }) => ({ total_count: repository.runs.length, workflow_runs: shape.runs(repository) })],
  [/^\/actions\/artifacts$/, () => ({ total_count: 0, artifacts: [] })],
  [/^\/actions\/workflows$/, () => ({ total_count: 1, workflows: [{ id: 1, name: 'release', path: '.github/workflows/release.yml', state: 'active' }] })],
  [/^\/commits$/, ({ repository }) => shape.commits(repository)],
  [/^\/branches\/main$/, ({ repository }) => ({ name: 'main', commit: shape.commits(repository).at(-1) })],
  [/^\/git\/trees\/([^/]+)$/, ({ repository }) => shape.tree(repository)],
  [/^\/git\/blobs\/([0-9a-f]+)$/, (asked) => Object.keys(asked.repository.files).map((path) => shape.content(asked.repository, path)).find((file) => file?.['sha'] === of(asked, 0))],
  [/^\/contents\/(.+)$/, (asked) => shape.content(asked.repository, of(asked, 0))],
  [/^\/deployments$/, ({ fleet, repository, now }) => shape.deployments(fleet, repository.fullName, now)],
  [/^\/deployments\/\d+\/statuses$/, ({ now }) => shape.statuses(now)],
  [/^\/teams$/, () => [{ id: 7, slug: TEAM, name: 'Payments', permission: 'push' }]],
  [/^\/(?:code-scanning|dependabot|secret-scanning)\/alerts$/, () => []],
];

function attestations({ fleet, body }: Asked): Json {
  const { subject_digests: digests = [] } = JSON.parse(body) as { subject_digests?: string[] };
  const kept = fleet.services.flatMap((service) => service.images.keptAtGithub ?? []).filter(({ digest }) => digests.includes(digest));
  const of = ([digest, items]: [string, typeof kept]): [string, Json[]] => [digest, items.map((item) => ({ bundle: JSON.parse(item.bundle.toString('utf8')) as Json, repository_id: 1, bundle_url: '' }))];
  return { attestations_subject_digests: Object.fromEntries([...Map.groupBy(kept, ({ digest }) => digest)].map(of)), page_info: { has_next: false, has_previous: false } };
}

const planOf = (fleet: FleetPlan, fullName: string): RepositoryPlan => fleet.repositories.find((plan) => plan.fullName === fullName) ?? { fullName, commits: [], runs: [], files: {} };

function answerOf(fleet: FleetPlan, now: Date, url: URL, body: string): Answer {
  const [, name, path] = /^\/repos\/([^/]+\/[^/]+)(.*)$/.exec(url.pathname) ?? [];
  const repository = fleet.repositories.find((plan) => plan.fullName === name);
  if (name !== undefined && repository === undefined) return undefined;
  const asked = { fleet, now, url, body, repository: repository ?? planOf(fleet, ''), rest: [] as string[] };
  for (const [pattern, answer] of name === undefined ? ORGANIZATION_ROUTES : REPOSITORY_ROUTES) {
    const found = pattern.exec(path ?? url.pathname);
    if (found) return answer({ ...asked, rest: found.slice(1) });
  }
  return undefined;
}

/** One page of a list, whether bare or in an envelope, with the link to the next as GitHub gives it. */
function page(answer: Answer, url: URL, base: string): { readonly body: unknown; readonly link?: string } {
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const number = Number(url.searchParams.get('page') ?? 1);
  const cut = (items: readonly unknown[]): readonly unknown[] => items.slice((number - 1) * size, number * size);
  const inEnvelope = Array.isArray(answer) ? undefined : Object.entries(answer ?? {}).find(([key, value]) => Array.isArray(value) && ['workflow_runs', 'artifacts', 'workflows'].includes(key));
  const items = Array.isArray(answer) ? answer : inEnvelope?.[1] as unknown[] | undefined;
  if (items === undefined) return { body: answer };
  const next = new URL(url.pathname + url.search, base);
  next.searchParams.set('page', String(number + 1));
  const link = number * size < items.length ? { link: `<${next.toString()}>; rel="next"` } : {};
  return { body: inEnvelope ? { ...answer, [inEnvelope[0]]: cut(items) } : cut(items), ...link };
}

/** GitHub's REST API over the repositories of the fleet: the same routes, shapes, pages and refusals, and no more. */
export async function startGithub(fleet: FleetPlan, now: Date): Promise<GithubStandIn> {
  const calls: string[] = [];
  const reply = async (request: IncomingMessage, base: string): Promise<{ status: number; body: unknown; link?: string }> => {
    const url = new URL(request.url ?? '/', base);
    calls.push(`${request.method ?? 'GET'} ${url.pathname}`);
    if (!(request.headers.authorization ?? '').endsWith(GITHUB_TOKEN)) return { status: 401, body: { message: 'Bad credentials' } };
    const answer = answerOf(fleet, now, url, await text(request));
    return answer === undefined ? { status: 404, body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' } } : { status: 200, ...page(answer, url, base) };
  };
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    reply(request, `http://127.0.0.1:${port}`).then(({ status, body, link }) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999', ...(link !== undefined && { link }) });
      response.end(JSON.stringify(body));
    }, (error: unknown) => { response.writeHead(500).end(String(error)); });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`, calls,
    stop: async () => { server.closeAllConnections(); server.close(); await once(server, 'close'); },
  };
}
