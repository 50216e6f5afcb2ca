import { beforeAll, describe, expect, it } from '@jest/globals';
import { platform, type TestPlatform } from '@throughline/testing';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const sample = resolve(process.cwd(), '../deploy/local/sample/reports');
const ISSUED_WITHIN_MS = 60_000;

let throughline: TestPlatform;
beforeAll(async () => { throughline = await platform(); });

async function get<T>(path: string): Promise<T> {
  const answer = await throughline.fetch(path);
  expect([answer.status, path]).toEqual([200, path]);
  return await answer.json() as T;
}

interface Receipt { readonly id: string; readonly status: string; readonly duplicateOf?: string; readonly counts: Readonly<Record<string, number>>; readonly problems: readonly { readonly code: string; readonly position: string }[] }
interface Finding { readonly id: string; readonly fixId: string; readonly score: number; readonly band: string; readonly asset: string; readonly service: string; readonly team: string; readonly deployed: string; readonly exposure: string; readonly ticket: { readonly status: string } | null }
interface Trace { readonly nodes: readonly { readonly urn: string; readonly kind: string }[]; readonly links: readonly { readonly method: string; readonly verified: boolean }[]; readonly gaps: readonly { readonly hop: string; readonly reason: string; readonly remedy: string }[]; readonly exposure: string; readonly owner: string | null }
type List<T> = { readonly items: readonly T[]; readonly next: string | null };

async function upload(query: string, body: Buffer | string): Promise<{ readonly status: number; readonly body: Receipt & { readonly code?: string } }> {
  const answer = await throughline.fetch(`/v1/scans?${query}`, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers: { 'content-type': 'application/octet-stream' } });
  return { status: answer.status, body: await answer.json() as Receipt };
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + ISSUED_WITHIN_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${ISSUED_WITHIN_MS} ms; last seen: ${JSON.stringify(value).slice(0, 800)}`);
    await sleep(200);
  }
}

const finished = (id: string): Promise<Receipt> => until(() => get<Receipt>(`/v1/scans/${id}`), (receipt) => ['done', 'partial', 'rejected'].includes(receipt.status));

describe('the sample world', () => {
  it('shows one flaw as three risks: exposed, internal, not deployed', async () => {
    const { items } = await get<List<Finding>>('/v1/findings?identifier=CVE-2021-44228');
    const byService = new Map(items.map((finding) => [finding.service, finding]));
    expect(byService.get('pay')).toMatchObject({ band: 'act', deployed: 'yes', exposure: 'internet', team: 'payments' });
    expect(byService.get('ledger')).toMatchObject({ deployed: 'yes', exposure: 'internal', team: 'finance' });
    expect(byService.get('labs-report')).toMatchObject({ deployed: 'no', team: 'research' });
    const [pay, ledger, labs] = ['pay', 'ledger', 'labs-report'].map((name) => byService.get(name)?.score ?? 0) as [number, number, number];
    expect(pay).toBeGreaterThan(ledger);
    expect(ledger).toBeGreaterThan(labs);
    expect(['track', 'defer']).toContain(byService.get('labs-report')?.band);
  });

  it('traces a code flaw to the internet-facing load balancer', async () => {
    const trace = await get<Trace>(`/v1/trace?direction=forward&from=${encodeURIComponent('repo:github.com/acme/pay')}`);
    const kinds = new Set(trace.nodes.map((node) => node.kind));
    for (const kind of ['repository', 'commit', 'build', 'image', 'service', 'target-group', 'listener', 'load-balancer', 'endpoint', 'team']) expect(kinds).toContain(kind);
    expect(trace).toMatchObject({ exposure: 'internet', owner: 'payments', gaps: [] });
    // Its releases are signed: the image is proven, what the cloud says of where it runs is not.
    expect(trace.links.filter((link) => link.verified).map((link) => link.method)).toContain('attestation');
    expect(trace.links.every((link) => link.verified === (link.method === 'attestation'))).toBe(true);
    const unsigned = await get<Trace>(`/v1/trace?direction=forward&from=${encodeURIComponent('repo:github.com/acme/ledger')}`);
    expect(unsigned.links.some((link) => link.verified)).toBe(false);
  });

  it('and back: from the endpoint to the build, the repository and the team', async () => {
    const trace = await get<Trace>(`/v1/trace?direction=backward&from=${encodeURIComponent('endpoint:shop.acme.example')}`);
    const urns = trace.nodes.map((node) => node.urn);
    for (const urn of ['repo:github.com/acme/pay', 'repo:github.com/acme/storefront', 'team:payments']) expect(urns).toContain(urn);
    expect(urns.some((urn) => urn.startsWith('build:github.com/acme/pay/actions/runs/'))).toBe(true);
  });

  it('names the missing hop of an image that nobody knows the build of, and how to mend it', async () => {
    const service = encodeURIComponent('arn:aws:ecs:eu-central-1:111122223333:service/prod/notifier');
    const trace = await get<Trace>(`/v1/trace?direction=backward&from=${service}`);
    expect(trace.gaps.length).toBeGreaterThan(0);
    for (const gap of trace.gaps) expect([gap.reason, gap.remedy].every((text) => text.length > 10)).toBe(true);
  });

  it('explains every score so that the contributions add up exactly', async () => {
    const { items } = await get<List<Finding>>('/v1/findings?limit=50');
    expect(items.length).toBeGreaterThan(20);
    for (const finding of items.slice(0, 15)) {
      const explanation = await get<{ score: number; factors: { contribution: number; source: string }[]; formulaVersion: string }>(`/v1/findings/${finding.id}/explanation`);
      const sum = explanation.factors.reduce((total, factor) => total + Math.round(factor.contribution * 100), 0);
      expect(sum).toBe(Math.round(explanation.score * 100));
      expect(explanation.score).toBe(finding.score);
    }
  });

  it('has told the receiver of each ticket exactly once', async () => {
    await until(() => get<List<{ status: string }>>('/v1/tickets?limit=1000'), ({ items }) => items.length > 0 && items.every((ticket) => ticket.status !== 'pending'));
    const events = readFileSync(resolve(throughline.home, 'sample-tickets.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as { type: string; subject: string });
    const opened = events.filter((event) => event.type === 'dev.throughline.ticket.opened.v1').map((event) => event.subject);
    expect(opened.length).toBeGreaterThan(0);
    expect(new Set(opened).size).toBe(opened.length);
    const { items } = await get<List<{ id: string; status: string }>>('/v1/tickets?limit=1000');
    expect(items.map((ticket) => ticket.id).sort()).toEqual([...opened].sort());
  });

  it('counts the funnel so that no step is larger than the one before', async () => {
    const funnel = await until(() => get<{ steps: { name: string; count: number; unknown: number }[] }>('/v1/metrics/funnel'), ({ steps }) => (steps.at(-1)?.count ?? 0) > 0);
    const counts = funnel.steps.map((step) => step.count);
    expect([...counts].sort((a, b) => b - a)).toEqual(counts);
    const { items } = await get<List<unknown>>('/v1/findings?status=open&limit=1000');
    expect(funnel.steps.find((step) => step.name === 'unique')?.count).toBeGreaterThanOrEqual(items.length * 0.9);
  });
});

describe('an upload', () => {
  const run = randomBytes(4).toString('hex');
  const target = `repository=github.com/e2e/${run}&branch=main`;
  const commit = (name: string): string => createHash('sha1').update(`${run}${name}`).digest('hex');
  const report = readFileSync(resolve(sample, 'bandit.sarif'));

  it('is scored within seconds, counted so that it adds up, and the same bytes change nothing', async () => {
    const first = await upload(`${target}&commit=${commit('a')}`, report);
    expect(first.status).toBe(202);
    const receipt = await finished(first.body.id);
    expect(receipt).toMatchObject({ status: 'done', counts: { reported: 12, observed: 12, quarantined: 0, new: 12 } });
    const findings = await get<List<Finding>>(`/v1/findings?scan=${first.body.id}&limit=100`);
    expect(findings.items).toHaveLength(12);
    expect(findings.items.every((finding) => finding.score > 0)).toBe(true);

    const again = await upload(`${target}&commit=${commit('a')}`, report);
    expect((await finished(again.body.id)).duplicateOf).toBe(first.body.id);

    const next = await finished((await upload(`${target}&commit=${commit('b')}`, report)).body.id);
    expect(next.counts).toMatchObject({ new: 0, changed: 0, unchanged: 12, absent: 0 });
  });

  it('FAULTS 44, 42, 50: what is cut off, too deep or hostile is refused with its place, and nothing of it is kept', async () => {
    const cut = await upload(`${target}&commit=${commit('cut')}`, report.subarray(0, Math.floor(report.length * 0.9)));
    const deep = await upload(`${target}&commit=${commit('deep')}`, `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const doctype = await upload(`${target}&commit=${commit('xxe')}`, '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>');
    expect([cut.status, deep.status, doctype.status]).toEqual([422, 422, 422]);
    expect([deep.body.code, doctype.body.code]).toEqual(['depth_limit', 'doctype_forbidden']);
    const { items } = await get<List<{ status: string }>>('/v1/scans?limit=3');
    expect(items.map((scan) => scan.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('FAULTS 46: a result that cannot be read is set aside with its place, the others are kept', async () => {
    const document = JSON.parse(report.toString('utf8')) as { runs: { results: unknown[] }[] };
    document.runs[0]?.results.splice(3, 0, 'this is no result');
    const receipt = await finished((await upload(`repository=github.com/e2e/${run}-bad&branch=main&commit=${commit('bad')}`, JSON.stringify(document))).body.id);
    expect(receipt).toMatchObject({ status: 'partial', counts: { reported: 13, observed: 12, quarantined: 1 } });
  });

  it('FAULTS 30: an empty scan whose run failed closes nothing', async () => {
    const empty = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Bandit' } }, invocations: [{ executionSuccessful: false }], results: [] }] });
    const receipt = await finished((await upload(`${target}&commit=${commit('c')}`, empty)).body.id);
    expect(receipt.counts).toMatchObject({ reported: 0, absent: 0, fixed: 0 });
  });
});

describe('the API', () => {
  it('is described, and asks who calls', async () => {
    const document = await get<{ openapi: string; paths: Record<string, unknown> }>('/v1/openapi.json');
    expect(document.openapi).toMatch(/^3\.1/);
    for (const path of ['/v1/scans', '/v1/findings', '/v1/trace', '/v1/tickets', '/v1/metrics/funnel', '/v1/connectors', '/v1/formats']) expect(Object.keys(document.paths)).toContain(path);
    for (const path of ['/v1/findings', '/v1/trace', '/v1/tokens']) expect((await fetch(new URL(path, throughline.gatewayUrl))).status).toBe(401);
    const services = Object.values(throughline.endpoints.services).filter((url) => url !== throughline.gatewayUrl);
    for (const url of services) expect((await fetch(new URL('/v1/findings', url), { headers: { authorization: `Bearer ${throughline.token}` } })).status).toBeGreaterThanOrEqual(401);
  });

  it('keeps who did what in a chain of hashes', async () => {
    const created = await throughline.fetch('/v1/tokens', { method: 'POST', body: JSON.stringify({ name: 'e2e', role: 'viewer', expiresInDays: 1 }), headers: { 'content-type': 'application/json' } });
    expect(created.status).toBe(201);
    const { id, token } = await created.json() as { id: string; token: string };
    const asViewer = (method: string, path: string) => fetch(new URL(path, throughline.gatewayUrl), { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(method !== 'GET' && { body: '{}' }) });
    expect((await asViewer('GET', '/v1/findings')).status).toBe(200);
    expect((await asViewer('PUT', '/v1/routing-rules/x')).status).toBe(403);
    expect((await throughline.fetch(`/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await asViewer('GET', '/v1/findings')).status).toBe(401);
    const entries = await until(() => get<List<{ action: string; object: string; sequence: number; hash: string; previousHash: string }>>('/v1/audit?limit=50'), ({ items }) => items.some((entry) => entry.action === 'revoke.token' && entry.object === id));
    const [newest, before] = entries.items;
    if (newest && before) expect(newest.previousHash).toBe(before.hash);
  });
});
