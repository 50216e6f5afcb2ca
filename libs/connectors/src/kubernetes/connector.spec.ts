import { readFileSync } from 'node:fs';
import { Agent, createServer, type Server } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { plainContext, type Cursor, type PullContext, type PullPage } from '@throughline/connectors/api';
import { kubernetesConfig } from './config.js';
import { kubernetesConnector } from './connector.js';
import { kubernetesFacts } from './map.js';
import { readObjects } from './objects.js';
import { ALL_RESOURCES, pathOf } from './resources.js';

type Item = { readonly kind: string; readonly metadata: { readonly namespace?: string; readonly name: string } };
const items = (JSON.parse(readFileSync(resolve('src/kubernetes/fixtures/shop.json'), 'utf8')) as { items: Item[] }).items;
const now = new Date('2026-03-01T12:00:00Z');

let server: Server | undefined;
afterEach(() => new Promise<void>((done) => { server?.closeAllConnections(); server === undefined ? done() : server.close(() => done()); server = undefined; }));

interface Script {
  /** Status instead of a list, by plural. */
  readonly status?: Readonly<Record<string, number>>;
  readonly objects?: readonly Item[];
  /** Objects a page. */
  readonly pageSize?: number;
  /** The nth `continue` token lapses. */
  readonly lapse?: number;
  /** The nth request is throttled. */
  readonly throttle?: number;
}

/** Lists as the API server gives them: typed lists whose items do not repeat their kind, cut into pages by a token. */
async function apiServer(script: Script): Promise<{ readonly url: string; readonly asked: string[]; readonly tokens: (string | undefined)[] }> {
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  let lapses = 0;
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://api');
    asked.push(url.pathname + url.search);
    tokens.push(request.headers.authorization);
    const answer = (status: number, body: object, headers = {}): void => { response.writeHead(status, { 'content-type': 'application/json', ...headers }); response.end(JSON.stringify(body)); };
    if (asked.length - 1 === script.throttle) return answer(429, {}, { 'retry-after': '7' });
    const namespace = /\/namespaces\/([^/]+)\//.exec(url.pathname)?.[1] ?? '';
    const resource = ALL_RESOURCES.find((one) => pathOf(one, namespace) === url.pathname);
    if (resource === undefined) return answer(404, {});
    const status = script.status?.[resource.plural];
    if (status !== undefined) return answer(status, { kind: 'Status', status: 'Failure', code: status });
    const from = Number(url.searchParams.get('continue') ?? 0);
    if (from > 0 && (lapses += 1) === script.lapse) return answer(410, { kind: 'Status', reason: 'Expired', code: 410 });
    const found = (script.objects ?? items).filter(({ kind, metadata }) => kind === resource.kind && (namespace === '' || metadata.namespace === namespace));
    const size = script.pageSize ?? 500;
    const listed = found.slice(from, from + size).map((item) => ({ ...item, kind: undefined, apiVersion: undefined }));
    answer(200, { kind: `${resource.kind}List`, apiVersion: 'v1', metadata: { resourceVersion: '1', ...(from + size < found.length && { continue: String(from + size) }) }, items: listed });
  });
  await new Promise<void>((done) => { server?.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, tokens };
}

async function pullAll(script: Script, more: Readonly<Record<string, unknown>> = {}): Promise<{ readonly pages: PullPage[]; readonly asked: string[]; readonly tokens: (string | undefined)[] }> {
  const { url, asked, tokens } = await apiServer(script);
  const config = kubernetesConfig.parse({ server: url, cluster: 'prod', token: 'read-only\n', ...more });
  const context: PullContext = plainContext({ clock: { now: () => now } });
  const pages: PullPage[] = [];
  let cursor: Cursor = null;
  do {
    const page: PullPage = await kubernetesConnector.pull(config, cursor, context);
    pages.push(page);
    // A cursor is stored as JSON between two pages.
    cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
    if (pages.length > 50) throw new Error('the pull does not end');
  } while (pages.at(-1)?.more);
  return { pages, asked, tokens };
}

const keys = (pages: readonly PullPage[]): string[] => [...new Set(pages.flatMap(({ facts }) => facts.map((fact) => JSON.stringify(fact))))].sort();

describe('a cluster from its API server', () => {
  it('says what its objects say, as one inventory', async () => {
    const { pages, tokens } = await pullAll({});
    const expected = kubernetesFacts(readObjects({ kind: 'List', items }), { cluster: 'prod', now });
    expect(keys(pages)).toEqual(expected.map((fact) => JSON.stringify(fact)).sort());
    expect(pages.map(({ source, snapshot, more, gaps }) => [source, snapshot, more, gaps])).toEqual([['kubernetes:prod', { scope: 'cluster', complete: true, last: true }, false, []]]);
    expect(new Set(tokens)).toEqual(new Set(['Bearer read-only']));
  });

  it('reads lists in pages and begins a list anew when its token lapsed', async () => {
    const whole = await pullAll({});
    await new Promise<void>((done) => { server?.closeAllConnections(); server?.close(() => done()); });
    const cut = await pullAll({ pageSize: 2, lapse: 1 });
    expect(keys(cut.pages)).toEqual(keys(whole.pages));
    expect(cut.asked.some((path) => path.includes('continue=2'))).toBe(true);
    expect(cut.asked.every((path) => path.includes('limit=500'))).toBe(true);
  });

  it('only lists, and nothing that could hold a secret', async () => {
    const { asked } = await pullAll({});
    expect(asked.join('\n')).not.toMatch(/secrets|configmaps|\/pods\/|\/log|exec|watch/);
  });

  it('a kind that may not be listed is a gap with the rule that mends it, and nothing of the inventory ends', async () => {
    const { pages } = await pullAll({ status: { networkpolicies: 403 } }, { namespaces: ['shop'] });
    expect(pages.at(-1)).toMatchObject({ snapshot: { complete: false, last: true }, gaps: [{ scope: 'namespace/shop', code: 'access_denied', remedy: expect.stringContaining('{apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list"]}') }] });
    expect(pages.flatMap(({ facts }) => facts).length).toBeGreaterThan(50);
  });

  it('a custom resource that the cluster does not have is no gap', async () => {
    const { pages } = await pullAll({ status: { gateways: 404, gatewayclasses: 404, httproutes: 404, grpcroutes: 404, targetgroupbindings: 404 } });
    expect(pages.at(-1)).toMatchObject({ snapshot: { complete: true }, gaps: [] });
  });

  it('without the list of namespaces nothing is read and nothing ends', async () => {
    const { pages } = await pullAll({ status: { namespaces: 403 } });
    expect(pages).toEqual([expect.objectContaining({ snapshot: { scope: 'cluster', complete: false, last: true }, gaps: [expect.objectContaining({ scope: 'cluster', code: 'access_denied' })] })]);
  });

  it('reads only the namespaces that it is told', async () => {
    const { asked } = await pullAll({}, { namespaces: ['edge'] });
    expect(asked.filter((path) => path.includes('/namespaces/')).every((path) => path.includes('/namespaces/edge/'))).toBe(true);
    expect(asked.some((path) => /^\/api\/v1\/(namespaces|services|pods)\?/.test(path))).toBe(false);
  });

  it('a large cluster comes in several pages of one inventory, with a cursor that can be stored', async () => {
    const many = Array.from({ length: 4 }, (_, place) => [
      { kind: 'Namespace', metadata: { name: `n${place}` } }, ...Array.from({ length: 700 }, (__, index) => ({ kind: 'Deployment', metadata: { namespace: `n${place}`, name: `d${index}` }, spec: { template: { spec: {} } } })),
    ]).flat();
    const { pages } = await pullAll({ objects: many });
    expect(pages.map(({ snapshot, more }) => [snapshot?.complete, snapshot?.last, more])).toEqual([[true, false, true], [true, true, false]]);
    expect(keys(pages).length).toBe(1 + 4 * 700 * 2);
  });

  it('waits as long as the API server asks, without losing its place', async () => {
    const { pages } = await pullAll({ throttle: 9 });
    expect(pages[0]).toMatchObject({ facts: [], more: true, cursor: null, waitUntil: new Date(now.getTime() + 7000) });
    expect(pages.at(-1)?.snapshot).toEqual({ scope: 'cluster', complete: true, last: true });
  });

  it('56: connects only through the agents that it is given, which refuse what is not public', async () => {
    const { url, asked } = await apiServer({});
    class Guard extends Agent {
      override createConnection(): never { throw Object.assign(new Error('the address is not public'), { code: 'address_refused' }); }
    }
    const context = plainContext({ agents: { http: new Guard(), https: new HttpsAgent() } });
    await expect(kubernetesConnector.pull(kubernetesConfig.parse({ server: url, cluster: 'prod' }), null, context)).rejects.toMatchObject({ code: 'address_refused' });
    expect(asked).toEqual([]);
  });

  it('a token that is not taken ends the page with what is wrong, not with an empty inventory', async () => {
    await expect(pullAll({ status: { namespaces: 401 } })).rejects.toMatchObject({ code: 'unauthorized' });
  });
});
