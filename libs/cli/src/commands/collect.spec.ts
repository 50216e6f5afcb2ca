import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { assetFact } from '@throughline/connectors';
import { urn } from '@throughline/domain';
import { scriptedServer, testIo, type Around, type TestIo } from '../../test/scripted.js';
import { run } from '../run.js';
import { requestsOf } from './collecting.js';
import { readRequests } from './facts-file.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-collect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = readFileSync(resolve('../connectors/src/kubernetes/fixtures/shop.json'), 'utf8');
const items = (JSON.parse(fixture) as { items: { kind: string }[] }).items;

interface File { readonly format: string; readonly gaps: readonly { readonly remedy: string }[]; readonly requests: readonly { readonly source: string; readonly facts: readonly object[]; readonly snapshot?: object; readonly sequence?: number }[] }

async function collect(args: readonly string[], around: Around = {}): Promise<{ readonly code: number; readonly io: TestIo; readonly file: () => File }> {
  const out = join(folder, `${Math.random()}.json`);
  const io = testIo(around);
  const code = await run(['collect', ...args, ...(args.includes('--list-calls') ? [] : ['--out', out])], io);
  return { code, io, file: () => { expect(statSync(out).mode & 0o777).toBe(0o600); return JSON.parse(readFileSync(out, 'utf8')) as File; } };
}

const PLURALS: Readonly<Record<string, string>> = { 'pods': 'Pod', 'services': 'Service', 'namespaces': 'Namespace', 'nodes': 'Node', 'deployments.apps': 'Deployment', 'ingresses.networking.k8s.io': 'Ingress', 'networkpolicies.networking.k8s.io': 'NetworkPolicy', 'replicasets.apps': 'ReplicaSet' };

/** kubectl, as far as it is called. */
const kubectl = (refused: readonly string[] = []) => (command: string) => {
  if (command.startsWith('kubectl api-resources')) return { code: 0, stdout: `${Object.keys(PLURALS).join('\n')}\n`, stderr: '' };
  const plural = /^kubectl get (\S+) -o json/.exec(command)?.[1] ?? '';
  if (refused.includes(plural)) return { code: 1, stdout: '', stderr: `Error from server (Forbidden): ${plural} is forbidden\n` };
  return { code: 0, stdout: JSON.stringify({ kind: 'List', items: items.filter(({ kind }) => kind === PLURALS[plural]) }), stderr: '' };
};

describe('collect kubernetes', () => {
  it('turns the output of kubectl into requests that the platform takes', async () => {
    const { code, file } = await collect(['kubernetes', '--cluster', 'prod', '--from', '-', '--complete'], { stdin: fixture });
    expect(code).toBe(0);
    const { format, requests } = file();
    expect([format, requests.map(({ source, snapshot }) => [source, snapshot])]).toEqual(['throughline-facts/1', [['kubernetes:prod', { scope: 'cluster', complete: true }]]]);
    expect(requests[0]?.facts).toContainEqual(expect.objectContaining({ link: expect.objectContaining({ from: `image:registry.example/shop/pay@sha256:${'a'.repeat(64)}`, kind: 'runs-as', to: 'service:prod/shop/pay', method: 'api' }) }));
  });

  it('a file that may lack something ends nothing, and says nothing of what it does not show', async () => {
    const { file } = await collect(['kubernetes', '--cluster', 'prod', '--from', '-'], { stdin: JSON.stringify({ kind: 'List', items: items.filter(({ kind }) => kind === 'Deployment') }) });
    const { requests } = file();
    expect(requests.map(({ snapshot }) => snapshot)).toEqual([undefined]);
    expect(JSON.stringify(requests)).not.toContain('loadBalancers');
  });

  it('calls kubectl for lists only, having shown every call, and names what was refused', async () => {
    const { code, io, file } = await collect(['kubernetes', '--cluster', 'prod', '--yes', '--context', 'admin@prod'], { execute: kubectl(['networkpolicies.networking.k8s.io']) });
    expect(code).toBe(0);
    for (const call of io.executed) expect(io.err()).toContain(call);
    expect(io.executed.every((call) => /^kubectl (api-resources --verbs=list|get \S+ -o json)/.test(call) && call.includes('--context admin@prod'))).toBe(true);
    expect(io.executed.join()).not.toMatch(/secret|configmap/i);
    expect(file()).toMatchObject({ requests: [{ snapshot: { scope: 'cluster', complete: false } }], gaps: [{ remedy: expect.stringContaining('networkpolicies') }] });
  });

  it('makes no call that nobody allowed', async () => {
    const nobody = await collect(['kubernetes', '--cluster', 'prod'], { execute: kubectl() });
    expect([nobody.code, nobody.io.executed]).toEqual([2, []]);
    const no = await collect(['kubernetes', '--cluster', 'prod'], { execute: kubectl(), terminal: true, stdin: 'n\n' });
    expect([no.code, no.io.executed]).toEqual([0, []]);
    const yes = await collect(['kubernetes', '--cluster', 'prod'], { execute: kubectl(), terminal: true, stdin: 'y\n' });
    expect(yes.io.executed.length).toBeGreaterThan(5);
    const listed = await collect(['kubernetes', '--cluster', 'prod', '--list-calls'], { execute: kubectl() });
    expect([listed.code, listed.io.executed, listed.io.out()]).toEqual([0, [], expect.stringContaining('kubectl get pods -o json --all-namespaces')]);
  });

  it.each([[['--from', '-'], 'no json'], [['--from', '-'], '{}'], [['--from', '/nowhere/x.json'], '']])('%j with %j is a wrong call', async (args, stdin) => {
    expect((await collect(['kubernetes', '--cluster', 'prod', ...args], { stdin })).code).toBe(2);
  });
});

describe('collect aws', () => {
  it('lists every call with its permission, and none that writes', async () => {
    const { code, io } = await collect(['aws', '--list-calls', '--json']);
    const { calls } = JSON.parse(io.out()) as { calls: { call: string; why: string }[] };
    expect([code, calls.length > 20]).toEqual([0, true]);
    for (const { call, why } of calls) expect([call, /^(sts AssumeRole|\w+ (Get|List|Describe|BatchGet|Lookup)\w*)$/.test(call), /^[\w-]+:\w+/.test(why)]).toEqual([call, true, true]);
  });

  it('an account that refuses everything gives a file of gaps with the permission that each needs, and no error', async () => {
    const server = await scriptedServer(() => ({ status: 403, body: { __type: 'AccessDeniedException', message: 'not authorized' }, headers: { 'x-amzn-errortype': 'AccessDeniedException' } }));
    const kept = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' });
    try {
      const { code, file } = await collect(['aws', '--yes', '--account', '111122223333', '--region', 'eu-central-1', '--endpoint', server.url, '--registry-endpoint', server.url]);
      expect([code, server.seen.length > 0]).toEqual([0, true]);
      const { gaps, requests } = file();
      expect(gaps.length).toBeGreaterThan(0);
      for (const { remedy } of gaps) expect(remedy.length).toBeGreaterThan(10);
      // What could not be read is not gone.
      for (const { snapshot } of requests) expect(snapshot).toEqual(expect.objectContaining({ complete: false }));
    } finally {
      process.env = kept;
      await server.close();
    }
  }, 30_000);

  it.each([[[]], [['--account', '12']], [['--account', '111122223333', '--region', 'moon']]])('%j is a wrong call, before anything is asked of AWS', async (args) => {
    expect((await collect(['aws', '--yes', ...args])).code).toBe(2);
  });
});

describe('requests', () => {
  const facts = Array.from({ length: 12_001 }, (_, index) => assetFact(`a${index}`, { urn: urn(`endpoint:h${index}.example`), kind: 'endpoint', attributes: {}, observedAt: '2026-01-01T00:00:00Z' }));
  it('an inventory that is too large comes in numbered parts under one sequence', () => {
    const requests = requestsOf('s', facts, { scope: 'all', complete: true }, new Date(1000));
    expect(requests.map(({ facts: { length }, snapshot, sequence }) => [length, snapshot, sequence])).toEqual([
      [5000, { scope: 'all', complete: true, part: 0, parts: 3 }, 1000], [5000, { scope: 'all', complete: true, part: 1, parts: 3 }, 1000], [2001, { scope: 'all', complete: true, part: 2, parts: 3 }, 1000],
    ]);
  });
  it('an empty inventory is sent too, since it says that nothing is there; nothing at all is not', () => {
    expect(requestsOf('s', [], { scope: 'all', complete: true }, new Date(0))).toEqual([{ source: 's', facts: [], snapshot: { scope: 'all', complete: true } }]);
    expect(requestsOf('s', [], undefined, new Date(0))).toEqual([]);
  });
  it('are read back as they were written', () => {
    const file = join(folder, 'back.json');
    writeFileSync(file, JSON.stringify({ requests: requestsOf('s', facts.slice(0, 2), undefined, new Date(0)) }));
    expect(readRequests(file, readFileSync(file, 'utf8'))).toEqual(requestsOf('s', facts.slice(0, 2), undefined, new Date(0)));
  });
});
