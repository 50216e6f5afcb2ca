import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBlobStore } from '@throughline/blob-store';
import { TOPICS } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId } from '@throughline/domain';
import { openKeyring } from '@throughline/keyring';
import { startWorld, type World } from './harness.js';

const OTHER = tenantId('00000000-0000-7000-8000-000000000002');
const sarif = (marker: string, results = 3): string => JSON.stringify({
  version: '2.1.0', runs: [{ tool: { driver: { name: 'semgrep' } }, results: Array.from({ length: results }, (_, i) => ({ ruleId: `${marker}-${i}`, message: { text: 'x' } })) }],
});

describe('uploads', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld({ MAX_UPLOAD_BYTES: String(60 * 1024 * 1024), BULK_BYTES: String(1024 * 1024) }); });
  afterAll(() => world.close());

  const post = async (query: string, body: string | Uint8Array, init: { headers?: Record<string, string>; tenant?: typeof OTHER } = {}) => {
    const response = await world.fetch(`/v1/scans${query}`, { method: 'POST', body: body as never, ...init });
    return { status: response.status, headers: response.headers, body: await response.json() as Record<string, unknown> };
  };
  const receipt = async (id: unknown, tenant = DEFAULT_TENANT) => (await world.fetch(`/v1/scans/${String(id)}`, { tenant })).json() as Promise<Record<string, unknown>>;

  it('stores a report, answers 202 and announces it in the same transaction', async () => {
    const { status, body } = await post('?repository=https://github.com/Acme/Pay.git&branch=main&commit=ABCDEF1&application=pay', sarif('a'));
    expect([status, body]).toMatchObject([202, { status: 'queued', links: { self: `/v1/scans/${String(body['id'])}` } }]);
    const [received] = (await world.announced(TOPICS.scanReceived)).filter((one) => one.value['scanId'] === body['id']);
    expect(received).toMatchObject({ key: `${DEFAULT_TENANT}|${String(body['id'])}`, value: { tenantId: DEFAULT_TENANT, blobBytes: sarif('a').length, reported: -1, target: { repository: 'github.com/acme/pay', branch: 'main', commit: 'abcdef1', defaultLine: true, line: 'main' } } });
    const keyring = await openKeyring({ masterKeyFile: join(world.dir, 'master') });
    const stream = await createBlobStore({ dir: join(world.dir, 'blobs'), keyring }).get(DEFAULT_TENANT, String(received?.value['blobKey']));
    expect(Buffer.concat(await stream.toArray() as Buffer[]).toString()).toBe(sarif('a'));
    expect(await receipt(body['id'])).toMatchObject({ status: 'queued', counts: { reported: 0, new: 0 }, problems: [], timings: { storedAt: expect.any(String) } });
    const facts = (await world.announced(TOPICS.assetObserved)).flatMap((one) => one.value['assets'] as { urn: string }[]).map((asset) => asset.urn);
    expect(facts).toEqual(['repo:github.com/acme/pay', 'application:pay']);
  });

  it('takes forms, gzip in transport and as a file, and empty content types', async () => {
    const form = new FormData();
    form.append('file', new Blob([sarif('form')]), '../../evil/report.sarif');
    const sent = await world.fetch('/v1/scans?tool=x', { method: 'POST', body: form });
    const { id } = await sent.json() as { id: string };
    expect([sent.status, (await receipt(id))['fileName']]).toEqual([202, 'report.sarif']);
    expect((await post('', gzipSync(sarif('gz')), { headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' } })).status).toBe(202);
    expect((await post('', gzipSync(sarif('gz2')), { headers: { 'content-type': 'application/gzip' } })).status).toBe(202);
    expect((await post('', Buffer.from('Id,Title\n1,x\n'), { headers: { 'content-type': 'text/csv' } })).status).toBe(202);
  });

  it('refuses forms that are not one file', async () => {
    const wrong = new FormData();
    wrong.append('branch', 'main');
    wrong.append('file', new Blob([sarif('f')]), 'a');
    const response = await world.fetch('/v1/scans', { method: 'POST', body: wrong });
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'unexpected_field' }]);
    const two = new FormData();
    two.append('file', new Blob([sarif('two')]), 'a');
    two.append('file', new Blob([sarif('two')]), 'b');
    expect((await world.fetch('/v1/scans', { method: 'POST', body: two })).status).toBe(400);
    const none = new FormData();
    none.append('other', new Blob(['x']), 'a');
    expect((await world.fetch('/v1/scans', { method: 'POST', body: none })).status).toBe(400);
    expect((await post('', 'x', { headers: { 'content-type': 'multipart/form-data' } })).status).toBe(400);
  });

  it('refuses unknown query fields, unknown encodings, bad keys and callers', async () => {
    expect(await post('?tenantId=x', sarif('q'))).toMatchObject({ status: 400, body: { code: 'invalid_query' } });
    expect(await post('', sarif('q'), { headers: { 'content-encoding': 'br' } })).toMatchObject({ status: 415 });
    expect(await post('', sarif('q'), { headers: { 'idempotency-key': 'x'.repeat(201) } })).toMatchObject({ status: 400 });
    expect((await fetch(new URL('/v1/scans', world.url), { method: 'POST', body: 'x' })).status).toBe(401);
    expect((await world.fetch('/v1/scans', { method: 'POST', body: 'x', role: 'viewer' })).status).toBe(403);
  });

  const hostile: readonly (readonly [string, string | Uint8Array, string, RegExp])[] = [
    ['42: JSON nested 100k', '['.repeat(100_000), 'depth_limit', /^byte 64$/],
    ['43: invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'invalid_encoding', /^byte 2$/],
    ['44: JSON cut at 90 %', sarif('cut').slice(0, Math.floor(sarif('cut').length * 0.9)), 'truncated', /^byte \d+$/],
    ['50: an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', 'doctype_forbidden', /./],
    ['41: a gzip bomb', gzipSync(Buffer.alloc(42 * 1024 * 1024, ' ')), 'archive_limit', /^byte \d+$/],
  ];
  for (const [name, bytes, code, position] of hostile) {
    it(`${name} is 422 with a receipt, and leaves nothing`, async () => {
      const before = (await world.announced()).length;
      const { status, body, headers } = await post('?repository=github.com/acme/hostile', bytes);
      expect([status, headers.get('content-type'), body['code'], body['position']]).toEqual([422, expect.stringContaining('application/problem+json'), code, expect.stringMatching(position)]);
      expect(await receipt(body['scan'])).toMatchObject({ status: 'rejected', problems: [{ code }], counts: { new: 0 } });
      expect((await world.announced()).length).toBe(before);
      expect(await readdir(join(world.dir, 'blobs/.incoming'))).toEqual([]);
    });
  }

  it('40: above the limit is 413 before the rest is read, and leaves nothing', async () => {
    const body = Buffer.alloc(1024 * 1024, ' ');
    let sent = 0;
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const token = world.token();
      void token.then((bearer) => {
        const request = httpRequest(new URL('/v1/scans', world.url), { method: 'POST', headers: { authorization: `Bearer ${bearer}` } }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part)).on('end', () => { clearInterval(timer); request.destroy(); resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }); });
        });
        request.on('error', (error) => { if (sent < 60) reject(error); });
        request.write('[');
        const timer = setInterval(() => {
          if (sent < 1024 && request.writableLength < 8 * body.length) { sent += 1; request.write(body); }
        }, 1);
      });
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'too_large' });
    expect(sent).toBeLessThan(200);
    expect(await readdir(join(world.dir, 'blobs/.incoming'))).toEqual([]);
    const declared = await post('', Buffer.alloc(61 * 1024 * 1024, ' '));
    expect(declared.status).toBe(413);
  });

  it('29: parallel twins are applied once; every other one has a receipt of its own', async () => {
    const twins = await Promise.all(Array.from({ length: 8 }, () => post('?repository=github.com/acme/twins&commit=abcdef1', sarif('twins'))));
    expect(new Set(twins.map(({ status }) => status))).toEqual(new Set([202]));
    const originals = twins.filter(({ body }) => body['duplicateOf'] === undefined);
    expect(originals).toHaveLength(1);
    const id = originals[0]?.body['id'];
    expect(twins.filter(({ body }) => body['duplicateOf'] === id)).toHaveLength(7);
    expect((await world.announced(TOPICS.scanReceived)).filter((one) => (one.value['target'] as { repository: string }).repository === 'github.com/acme/twins')).toHaveLength(1);
    const duplicate = twins.find(({ body }) => body['duplicateOf'] === id);
    expect(await receipt(duplicate?.body['id'])).toMatchObject({ duplicateOf: id, status: 'queued', counts: { reported: 0, observed: 0 } });
    expect(await world.sql('select count(*)::int as blobs from ingestion.scans where target->>\'repository\' = $1 and blob_key is not null', ['github.com/acme/twins'])).toEqual([{ blobs: 1 }]);
  });

  it('1: the same Idempotency-Key is one scan, alone and in parallel; another commit or build of the same bytes is new', async () => {
    const headers = { 'idempotency-key': 'run-17' };
    const first = await post('?commit=aaaaaaa', sarif('key'), { headers });
    const again = await post('?commit=aaaaaaa', sarif('key'), { headers });
    expect(again.body['duplicateOf']).toBe(first.body['id']);
    const racing = await Promise.all(Array.from({ length: 5 }, (_, i) => post('?commit=bbbbbbb', sarif(`race-${i}`), { headers: { 'idempotency-key': 'run-18' } })));
    expect(racing.filter(({ body }) => body['duplicateOf'] === undefined)).toHaveLength(1);
    expect((await post('?commit=ccccccc', sarif('key'))).body['duplicateOf']).toBeUndefined();
    expect((await post('?commit=aaaaaaa&build=https://ci/2', sarif('key'))).body['duplicateOf']).toBeUndefined();
    expect((await post('?commit=aaaaaaa', sarif('key'))).body['duplicateOf']).toBe(first.body['id']);
    expect((await post('?commit=aaaaaaa', sarif('key'), { headers, tenant: OTHER })).body['duplicateOf']).toBeUndefined();
  });

  it('44: a refused report does not hold its key: the whole one is taken', async () => {
    const headers = { 'idempotency-key': 'run-19' };
    expect((await post('', sarif('mended').slice(0, 50), { headers })).status).toBe(422);
    expect(await post('', sarif('mended'), { headers })).toMatchObject({ status: 202, body: { status: 'queued' } });
  });

  it('sequences rise, and the first branch is the default one until facts say otherwise', async () => {
    const targets: unknown[] = [];
    let last = 0;
    for (const branch of ['develop', 'main', 'develop']) {
      const { body } = await post(`?repository=github.com/acme/lines&branch=${branch}&build=${targets.length}`, sarif('lines'));
      const [one] = (await world.announced(TOPICS.scanReceived)).filter((record) => record.value['scanId'] === body['id']);
      targets.push((one?.value['target'] as { defaultLine: boolean }).defaultLine);
      expect(Number(one?.value['sequence'])).toBeGreaterThan(last);
      last = Number(one?.value['sequence']);
    }
    expect(targets).toEqual([true, false, true]);
    const { body } = await post('?repository=github.com/acme/lines&branch=develop&pullRequest=7', sarif('lines'));
    const [pr] = (await world.announced(TOPICS.scanReceived)).filter((record) => record.value['scanId'] === body['id']);
    expect(pr?.value['target']).toMatchObject({ defaultLine: false, pullRequest: '7' });
  });

  it('large reports take the second lane', async () => {
    const { body } = await post('?category=bulk', sarif('bulk', 40_000));
    expect((await world.announced(TOPICS.scanReceivedBulk)).map((one) => one.value['scanId'])).toEqual([body['id']]);
  });

  it('55: receipts of another tenant are not there', async () => {
    const { body } = await post('', sarif('mine'));
    expect((await world.fetch(`/v1/scans/${String(body['id'])}`, { tenant: OTHER })).status).toBe(404);
    expect((await world.fetch('/v1/scans/none')).status).toBe(404);
    const list = await (await world.fetch('/v1/scans', { tenant: OTHER })).json() as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).not.toContain(body['id']);
  });

  it('lists newest first, in pages', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { items, next } = await (await world.fetch(`/v1/scans?limit=7${cursor && `&cursor=${cursor}`}`)).json() as { items: { id: string }[]; next: string | null };
      seen.push(...items.map(({ id }) => id));
      cursor = next ?? '';
    } while (cursor !== '');
    const [{ count } = { count: 0 }] = await world.sql<{ count: number }>('select count(*)::int as count from ingestion.scans where tenant_id = $1', [DEFAULT_TENANT]);
    expect([seen.length, new Set(seen).size]).toEqual([count, count]);
    expect((await world.fetch('/v1/scans?cursor=nonsense')).status).toBe(400);
  });

  it('31: a byte-identical report of 50k results is applied once, however often it comes', async () => {
    // Its time is a figure of the bench (`npm run bench:end-to-end`).
    const result = { level: 'error', message: { text: 'This query depends on a user-provided value. ' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/routes/orders.ts' }, region: { startLine: 120, startColumn: 7 } } }] };
    const big = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'codeql' } }, results: Array.from({ length: 50_000 }, (_, i) => ({ ruleId: `js/rule-${i}`, ...result })) }] });
    const send = async (): Promise<{ readonly id: string; readonly duplicateOf?: string }> =>
      await (await world.fetch('/v1/scans?repository=github.com/acme/big&commit=abcdef1', { method: 'POST', body: big })).json() as { id: string; duplicateOf?: string };
    const first = await send();
    expect(first.duplicateOf).toBeUndefined();
    for (const again of [await send(), await send()]) expect(again.duplicateOf).toBe(first.id);
    const [{ announced } = { announced: 0 }] = await world.sql<{ announced: number }>('select count(*)::int as announced from ingestion.scans where blob_key is not null and target::text like $1', ['%acme/big%']);
    expect(announced).toBe(1);
  });
});
