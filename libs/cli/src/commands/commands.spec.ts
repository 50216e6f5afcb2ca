import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { scriptedServer, testIo, type Around, type Reply, type Seen, type TestIo } from '../../test/scripted.js';
import { run } from '../run.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function call(args: readonly string[], answer: (seen: Seen, index: number) => Reply | 'hang up', around: Around = {}): Promise<{ code: number; seen: Seen[]; io: TestIo }> {
  const server = await scriptedServer(answer);
  close = server.close;
  const io = testIo({ ...around, variables: { THROUGHLINE_URL: server.url, ...around.variables } });
  return { code: await run(args, io), seen: server.seen, io };
}

const digest = `sha256:${'a'.repeat(64)}`;
const sha = 'ffac537e6cbbf934b08745a378932722df287a53';
const actions = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/pay', GITHUB_SERVER_URL: 'https://github.com', GITHUB_REF: 'refs/heads/main', GITHUB_SHA: sha, GITHUB_RUN_ID: '17' };
const queued = (id: string): Reply => ({ status: 202, body: { id, status: 'queued', links: {} } });
const receipt = (id: string, status: string, more: object = {}): Reply => ({ body: { id, status, tool: 'Bandit', counts: { reported: 12, observed: 12, new: 10, unchanged: 2, quarantined: 0 }, problems: [], ...more } });

describe('upload', () => {
  it('streams the bytes with the target of the CI system, the call outranking it', async () => {
    const report = file('a.sarif', '{"runs":[]}');
    const { code, seen } = await call(['upload', report, '--branch', 'release', '--category', 'backend'], () => queued('s1'), { variables: actions });
    expect(code).toBe(0);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/v1/scans', body: '{"runs":[]}', headers: { authorization: 'Bearer tl_test', 'content-type': 'application/octet-stream' } });
    expect(seen[0]?.query).toEqual({ fileName: 'a.sarif', repository: 'github.com/acme/pay', branch: 'release', commit: sha, build: 'https://github.com/acme/pay/actions/runs/17', category: 'backend' });
    expect(seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes nothing from the CI system when told so, and packs on the way', async () => {
    const { seen } = await call(['upload', file('b.json', 'x'.repeat(70_000)), '--no-ci', '--gzip', '--repository', 'github.com/acme/x'], () => queued('s1'), { variables: actions });
    expect(seen[0]?.query).toEqual({ fileName: 'b.json', repository: 'github.com/acme/x' });
    expect(seen[0]?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(Buffer.from(seen[0]?.body ?? '', 'latin1'))).toHaveLength(70_000);
  });

  it('repeats after a broken connection and a 503 with the same key, and each report has its own', async () => {
    const { code, seen, io } = await call(['upload', file('c1.json', '{}'), file('c2.json', '{}')], (_seen, index) => (index === 0 ? 'hang up' : index === 1 ? { status: 503, headers: { 'retry-after': '7' } } : queued(`s${index}`)));
    expect(code).toBe(0);
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys.slice(0, 3)).size, new Set(keys).size]).toEqual([4, 1, 2]);
    expect(seen[2]?.body).toBe('{}');
    expect(io.slept).toContain(7000);
  });

  it('waits until all are scored and shows counts that add up', async () => {
    const states: Record<string, string[]> = { s1: ['processing', 'done'], s2: ['done'] };
    const { code, io } = await call(['upload', file('d1.json', '1'), file('d2.json', '2'), '--wait'], (seen) => {
      const id = /scans\/(s\d)$/.exec(seen.path)?.[1];
      return id === undefined ? queued(seen.query['fileName'] === 'd1.json' ? 's1' : 's2') : receipt(id, states[id]?.shift() ?? 'done');
    });
    expect(code).toBe(0);
    expect(io.out()).toBe(`done       ${join(folder, 'd1.json')} (Bandit)\n           12 reported: 10 new, 2 unchanged\n           scan s1\ndone       ${join(folder, 'd2.json')} (Bandit)\n           12 reported: 10 new, 2 unchanged\n           scan s2\n`);
  });

  it('ends with 3 when the time is over, and with 1 when one report is refused, though the others go on', async () => {
    const late = await call(['upload', file('e.json', '{}'), '--wait', '--timeout', '5'], (seen) => (seen.method === 'POST' ? queued('s1') : receipt('s1', 'processing')));
    expect(late.code).toBe(3);
    await close();
    const refused = await call(['upload', file('f1.json', '{'), file('f2.json', '{}'), '--json'], (seen) => (seen.query['fileName'] === 'f1.json' ? { status: 422, body: { code: 'json_truncated', detail: 'The file ends inside an object.', id: 's0' } } : queued('s1')));
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.io.out())).toEqual([
      { file: join(folder, 'f1.json'), error: { message: 'The file ends inside an object.', status: 422, code: 'json_truncated', detail: 'The file ends inside an object.', id: 's0' } }, { file: join(folder, 'f2.json'), id: 's1', status: 'queued', links: {} },
    ]);
  });

  it('sends nothing when a file is missing or the run is dry', async () => {
    const missing = await call(['upload', file('g.json', '{}'), join(folder, 'none.json')], () => queued('s1'));
    expect([missing.code, missing.seen.length]).toEqual([2, 0]);
    await close();
    const dry = await call(['upload', file('h.json', '{}'), '--dry-run', '--json'], () => queued('s1'), { variables: actions });
    expect([dry.code, dry.seen.length, JSON.parse(dry.io.out())]).toEqual([0, 0, expect.objectContaining({ query: expect.objectContaining({ commit: sha }) })]);
  });
});

describe('deploy record', () => {
  const base = ['deploy', 'record', '--service', 'prod/shop/pay', '--environment', 'production'];
  const taken = (): Reply => ({ status: 202, body: { facts: 4, announced: 4, repeated: false, flags: [] } });
  it('sends the words of the record, with build and commit of the CI system', async () => {
    const { code, seen } = await call([...base, '--image', 'registry.example/pay:1.4', '--digest', digest], taken, { variables: actions });
    expect(code).toBe(0);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      image: 'registry.example/pay:1.4', digest, service: 'prod/shop/pay', environment: 'production', build: 'https://github.com/acme/pay/actions/runs/17', commit: `github.com/acme/pay@${sha}`, at: '2026-03-01T12:00:00.000Z',
    });
  });
  it('reads image and digest from what buildx wrote, and from the reference', async () => {
    const metadata = file('meta.json', JSON.stringify({ 'containerimage.digest': digest, 'image.name': 'registry.example/pay:1.4,registry.example/pay:latest' }));
    const one = await call([...base, '--metadata-file', metadata], taken);
    expect(JSON.parse(one.seen[0]?.body ?? '')).toMatchObject({ image: 'registry.example/pay:1.4', digest });
    await close();
    const bake = file('bake.json', JSON.stringify({ web: { 'containerimage.digest': `sha256:${'b'.repeat(64)}`, 'image.name': 'r.example/web' }, pay: { 'containerimage.digest': digest, 'image.name': 'r.example/pay' } }));
    const two = await call([...base, '--metadata-file', bake, '--target', 'pay'], taken);
    expect(JSON.parse(two.seen[0]?.body ?? '')).toMatchObject({ image: 'r.example/pay', digest });
    await close();
    expect((await call([...base, '--metadata-file', bake], taken)).code).toBe(2);
    await close();
    const three = await call([...base, '--image', `r.example/pay@${digest}`], taken);
    expect(JSON.parse(three.seen[0]?.body ?? '')).toMatchObject({ digest });
  });
  it.each([
    ['no digest', ['--image', 'r.example/pay:1.4']], ['a tag for a digest', ['--image', 'r.example/pay', '--digest', 'latest']], ['a bare commit without its repository', ['--image', 'r.example/pay', '--digest', digest, '--commit', sha]], ['a time that is none', ['--image', 'r.example/pay', '--digest', digest, '--at', 'yesterday']],
  ])('refuses %s before anything is sent', async (_name, more) => {
    const { code, seen, io } = await call([...base, ...more], taken);
    expect([code, seen.length]).toEqual([2, 0]);
    expect(io.err()).toMatch(/^error: .+\n.+\n$/);
  });
});

describe('findings', () => {
  const item = (id: string): object => ({ id, title: 'A flaw', class: 'sca', status: 'open', decision: null, severity: 'high', score: 91, band: 'act', identifiers: ['CVE-2021-44228'], component: null, location: null, repository: '', service: 'pay', team: 'payments', asset: 'a', deployed: 'yes', exposed: 'yes', exposure: 'internet', dueAt: null });
  it('passes the filters on and follows the cursor to the limit', async () => {
    const { code, seen, io } = await call(['findings', '--band', 'act,attend', '--exposed', 'yes', '--limit', '3', '--json'], (_seen, index) => ({ body: { items: index === 0 ? [item('1'), item('2')] : [item('3')], next: 'more' } }));
    expect(code).toBe(0);
    expect(seen.map(({ query }) => query)).toEqual([{ band: 'act,attend', exposed: 'yes', limit: '3' }, { band: 'act,attend', exposed: 'yes', limit: '1', cursor: 'more' }]);
    expect(JSON.parse(io.out())).toMatchObject({ items: [{ id: '1' }, { id: '2' }, { id: '3' }], next: 'more' });
  });
});

describe('trace', () => {
  it.each([['repo:github.com/acme/pay', 'forward'], ['image:sha256:0', 'forward'], ['arn:aws:ecs:eu-central-1:1:service/prod/pay', 'backward'], ['endpoint:shop.example', 'backward']])('from %s goes %s unless told otherwise', async (urn, direction) => {
    const answer = (): Reply => ({ body: { from: urn, direction, at: 'now', nodes: [], links: [], gaps: [], exposure: 'unknown', owner: null } });
    const { seen } = await call(['trace', urn, '--at', '2026-01-02'], answer);
    expect(seen[0]?.query).toEqual({ from: urn, direction, at: '2026-01-02T00:00:00.000Z' });
    await close();
    expect((await call(['trace', urn, '--forward'], answer)).seen[0]?.query['direction']).toBe('forward');
  });
});

describe('what goes wrong', () => {
  it.each([
    ['a wrong token', { status: 401, body: { detail: 'No.' } }, 2, 'THROUGHLINE_TOKEN'], ['a missing right', { status: 403, body: { detail: 'No.' } }, 2, 'role'], ['an unknown finding', { status: 404, body: { detail: 'No finding has this id.' } }, 1, 'No finding'],
    ['a platform that fails', { status: 500, body: {} }, 3, 'Try again'],
  ])('%s is told with its remedy', async (_name, reply, code, text) => {
    const called = await call(['explain', 'x'], () => reply);
    expect([called.code, called.io.err()]).toEqual([code, expect.stringContaining(text)]);
  });
  it('a platform that is not there: 3, after a few attempts', async () => {
    const io = testIo({ variables: { THROUGHLINE_URL: 'http://127.0.0.1:9' } });
    expect(await run(['findings'], io)).toBe(3);
    expect(io.slept).toEqual([500, 1000, 2000]);
  });
  it.each([[['nothing']], [['deploy']], [['upload']], [['trace', 'nonsense']], [['findings', '--limit', 'x']], [['findings', '--nope']], [['findings', '--url', 'ftp://x']], [['trace', 'repo:a/b/c', '--forward', '--backward']]])('%j is a wrong call: 2', async (args) => {
    const io = testIo();
    expect([await run(args, io), io.out()]).toEqual([2, '']);
    expect(io.err()).toContain('error: ');
  });
  it('without a token nothing is asked', async () => {
    const called = await call(['findings'], () => ({}), { variables: { THROUGHLINE_TOKEN: '', THROUGHLINE_HOME: folder } });
    expect([called.code, called.seen.length]).toEqual([2, 0]);
  });
  it('the token of a platform on this machine is taken from its home, and sent to this machine only', async () => {
    file('admin-token', 'tl_local\n');
    const variables = { THROUGHLINE_TOKEN: '', THROUGHLINE_HOME: folder };
    const called = await call(['findings'], () => ({ body: { items: [], next: null } }), { variables });
    expect(called.seen[0]?.headers.authorization).toBe('Bearer tl_local');
    expect(await run(['findings', '--url', 'https://throughline.example'], testIo({ variables }))).toBe(2);
  });
  it('errors are JSON where JSON is asked for', async () => {
    const called = await call(['explain', 'x', '--json'], () => ({ status: 404, body: { detail: 'No finding has this id.', code: 'finding_not_found' } }));
    expect(JSON.parse(called.io.err())).toMatchObject({ error: { message: 'No finding has this id.', code: 'finding_not_found', status: 404 } });
  });
});
