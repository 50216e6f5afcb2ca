import { beforeAll, describe, expect, it } from '@jest/globals';
import { platform, until, type TestPlatform } from '@throughline/testing';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(process.cwd(), '..');
const sarif = resolve(root, 'deploy/local/sample/reports/bandit.sarif');
const cluster = resolve(root, 'libs/connectors/src/kubernetes/fixtures/shop.json');
/** Names that no other run has: the platform is shared by all end-to-end specs, and may be a developer's own. */
const run = randomBytes(4).toString('hex');
const sha = randomBytes(20).toString('hex');
const digest = `sha256:${randomBytes(32).toString('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'throughline-cli-'));

let throughline: TestPlatform;
beforeAll(async () => { throughline = await platform(); });

interface Ran { readonly code: number; readonly out: string; readonly err: string }

/** The built command as a user starts it, in a build of GitHub Actions. */
function cli(args: readonly string[], over: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const actions = { GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: `cli-e2e/${run}`, GITHUB_REF: 'refs/heads/main', GITHUB_SHA: sha, GITHUB_RUN_ID: '4711' };
  const env = { PATH: process.env['PATH'] ?? '', THROUGHLINE_URL: throughline.gatewayUrl, THROUGHLINE_TOKEN: throughline.token, ...actions, ...over };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [resolve(root, 'libs/cli/bin/throughline.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? -1, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') }));
  });
}

async function json<T>(args: readonly string[]): Promise<T> {
  const ran = await cli([...args, '--json']);
  expect([args.join(' '), ran.code, ran.err.includes('error')]).toEqual([args.join(' '), 0, false]);
  return JSON.parse(ran.out) as T;
}

interface Trace { readonly nodes: readonly { readonly urn: string; readonly kind: string }[]; readonly exposure: string; readonly owner: string | null }
const traceOf = async (urn: string, holds: (trace: Trace) => boolean): Promise<Trace> => until(async () => {
  const ran = await cli(['trace', urn, '--json']);
  const trace = ran.code === 0 ? JSON.parse(ran.out) as Trace : undefined;
  return trace !== undefined && holds(trace) ? trace : undefined;
}, { timeoutMs: 60_000, everyMs: 500, what: `the trace of ${urn}` });

describe('throughline on a running platform', () => {
  it('uploads a report of the build that it runs in, and waits until its findings are scored', async () => {
    const [receipt] = await json<{ id: string; status: string; counts: Record<string, number>; target: Record<string, string> }[]>(['upload', sarif, '--wait', '--gzip']);
    expect(receipt).toMatchObject({ status: 'done', target: { repository: `github.com/cli-e2e/${run}`, branch: 'main', commit: sha, build: `https://github.com/cli-e2e/${run}/actions/runs/4711` } });
    const { reported = 0, observed = 0, quarantined = 0 } = receipt?.counts ?? {};
    expect([reported > 0, observed + quarantined]).toEqual([true, reported]);

    const { items } = await json<{ items: { id: string; score: number }[] }>(['findings', '--repository', `github.com/cli-e2e/${run}`, '--limit', '500']);
    expect(items.length).toBe(receipt?.counts['new']);
    const { explanation } = await json<{ explanation: { score: number; factors: { contribution: number }[] } }>(['explain', items[0]?.id ?? '']);
    expect(explanation.factors.reduce((sum, factor) => sum + Math.round(factor.contribution * 100), 0)).toBe(Math.round(explanation.score * 100));

    const gate = await cli(['gate', '--scan', receipt?.id ?? '', '--format', 'json']);
    const { verdict } = JSON.parse(gate.out) as { verdict: string };
    expect([['pass', 'warn', 'block'].includes(verdict), gate.code]).toEqual([true, verdict === 'block' ? 1 : 0]);
  });

  it('the same report of the same build again is the same scan', async () => {
    const again = await cli(['upload', sarif, '--wait']);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('the same scan as')]);
  });

  it('records a deployment, and the trace goes from the service back to the commit', async () => {
    const service = `service:e2e-${run}/shop/pay`;
    const record = ['deploy', 'record', '--service', `e2e-${run}/shop/pay`, '--environment', 'production', '--image', `registry.example/e2e/${run}:1`, '--digest', digest];
    expect((await cli(record)).code).toBe(0);
    const trace = await traceOf(service, ({ nodes }) => nodes.some(({ kind }) => kind === 'commit'));
    const urns = trace.nodes.map(({ urn }) => urn);
    for (const urn of [`image:registry.example/e2e/${run}@${digest}`, `build:github.com/cli-e2e/${run}/actions/runs/4711`, `commit:github.com/cli-e2e/${run}@${sha}`, `repo:github.com/cli-e2e/${run}`]) expect(urns).toContain(urn);
    const text = await cli(['trace', service]);
    expect([text.code, text.out]).toEqual([0, expect.stringContaining('deployment-record')]);
  });

  it('observes what was collected from a cluster: what the internet reaches, what it does not, and who owns it', async () => {
    const out = join(folder, 'facts.json');
    expect((await cli(['collect', 'kubernetes', '--cluster', `k8s-${run}`, '--from', cluster, '--complete', '--out', out])).code).toBe(0);
    expect(await json<object>(['observe', out])).toMatchObject({ requests: 1, repeated: 0 });
    const pay = await traceOf(`service:k8s-${run}/shop/pay`, ({ exposure }) => exposure === 'internet');
    expect(pay.nodes.map(({ urn }) => urn)).toEqual(expect.arrayContaining([`lb:k8s/k8s-${run}/shop/ingress/web`, 'endpoint:shop.example']));
    expect(pay.owner).toBe('payments');
    expect((await traceOf(`service:k8s-${run}/shop/db`, ({ exposure }) => exposure !== 'unknown')).exposure).toBe('none');
    expect((await traceOf(`service:k8s-${run}/shop/pay.cronjob`, ({ exposure }) => exposure !== 'unknown')).exposure).toBe('internal');
    expect(await json<object>(['collect', 'send', out])).toMatchObject({ requests: 1, repeated: 1 });
  });

  it('an inventory that holds nothing any more ends what was there', async () => {
    const empty = join(folder, 'empty.json');
    writeFileSync(empty, JSON.stringify({ source: `kubernetes:k8s-${run}`, facts: [], snapshot: { scope: 'cluster', complete: true } }));
    expect((await cli(['observe', empty])).code).toBe(0);
    expect((await traceOf(`service:k8s-${run}/shop/pay`, ({ exposure }) => exposure === 'none')).exposure).toBe('none');
  });

  it('ends with the codes of the contract when it cannot', async () => {
    const cut = join(folder, 'cut.sarif');
    writeFileSync(cut, readFileSync(sarif).subarray(0, 1000));
    expect((await cli(['upload', cut])).code).toBe(1);
    expect((await cli(['explain', '00000000-0000-7000-8000-00000000dead'])).code).toBe(1);
    expect((await cli(['findings'], { THROUGHLINE_TOKEN: 'tl_wrong' })).code).toBe(2);
    expect((await cli(['findings', '--limit', 'many'])).code).toBe(2);
    expect((await cli(['findings'], { THROUGHLINE_URL: 'http://127.0.0.1:9' })).code).toBe(3);
  });
});
