import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import { DEFAULT_TENANT } from '@throughline/domain';
import { until } from '@throughline/testing';
import { startWorld, type World } from './harness.js';

const main = resolve('dist/main.js');

const PATIENCE = 180_000;

describe('killed with -9', () => {
  let world: World;
  let child: ChildProcess | undefined;
  let url = '';
  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('the built service is needed: run pnpm build');
    // The world's own process serves nothing here; it is the database, the keys and the reader of the outbox.
    world = await startWorld();
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await world.close();
  });

  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [main], { env: { ...world.environment, PATH: process.env['PATH'], LOG_LEVEL: 'info', PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    child.stdout?.on('data', (part: Buffer) => { log += part.toString(); });
    url = await until(() => /"url":"(http:[^"]+)"/.exec(log)?.[1], { what: 'the service', timeoutMs: 40_000 });
  };
  const kill = (): Promise<void> => new Promise((done) => { child?.once('exit', () => done()); child?.kill('SIGKILL'); });
  const post = async (body: string, key: string) => {
    const response = await fetch(`${url}/v1/scans?repository=github.com/acme/crash`, { method: 'POST', body, headers: { authorization: `Bearer ${await world.token()}`, 'idempotency-key': key } });
    return { status: response.status, body: await response.json() as { id: string; duplicateOf?: string } };
  };
  const scans = () => world.sql<{ scan_id: string; status: string; duplicate_of: string | null }>('select scan_id, status, duplicate_of from ingestion.scans order by sequence');
  const received = async () => (await world.announced(TOPICS.scanReceived)).map(({ value }) => value['scanId']);

  it('1: in the middle of an upload: a reset, no scan; the retry with the same key is exactly one', async () => {
    await start();
    const token = await world.token();
    const broken = new Promise<string>((done) => {
      const request = httpRequest(`${url}/v1/scans`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k1' } }, () => done('answered'));
      request.on('error', (error) => done((error as NodeJS.ErrnoException).code ?? 'error'));
      request.write(`[${'1,'.repeat(100_000)}`);
    });
    await until(async () => (await readdir(join(world.dir, 'blobs/.incoming')).catch(() => [])).length > 0, { what: 'the upload to begin' });
    await kill();
    expect(await broken).toMatch(/ECONNRESET|EPIPE/);
    expect(await scans()).toEqual([]);
    await start();
    const [first, again] = [await post('[1]', 'k1'), await post('[1]', 'k1')];
    expect([first.status, again.status, again.body.duplicateOf]).toEqual([202, 202, first.body.id]);
    expect(await received()).toEqual([first.body.id]);
  }, PATIENCE);

  it('2: right after the ack: bytes, receipt and announcement are there, without the client', async () => {
    const { status, body } = await post('[2]', 'k2');
    await kill();
    expect(status).toBe(202);
    expect((await scans()).map(({ scan_id }) => scan_id)).toContain(body.id);
    expect(await received()).toContain(body.id);
    await start();
    const [one] = (await world.announced(TOPICS.scanReceived)).filter(({ value }) => value['scanId'] === body.id);
    expect((await readdir(join(world.dir, 'blobs', DEFAULT_TENANT), { recursive: true })).join()).toContain(String(one?.value['scanId']));
    expect((await fetch(`${url}/v1/scans/${body.id}`, { headers: { authorization: `Bearer ${await world.token()}` } })).status).toBe(200);
  }, PATIENCE);

  it('2: at random points around the ack: every 202 is kept, and nothing is announced without bytes', async () => {
    const kept: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      // Some answers are in, others are anywhere between their first byte and their commit.
      const killAt = 1 + Math.floor(Math.random() * 5);
      let answered = 0;
      let enough: () => void = () => undefined;
      const reached = new Promise<void>((done) => { enough = done; });
      const answers = Array.from({ length: 6 }, (_, i) => post(`[${round},${i}]`, `k3-${round}-${i}`).then(({ status, body }) => {
        if (status === 202) kept.push(body.id);
        answered += 1;
        if (answered === killAt) enough();
      }, () => undefined));
      await reached;
      await kill();
      await Promise.all(answers);
      process.stderr.write(`killed after ${killAt} of 6 answers; ${kept.length} accepted so far\n`);
      await start();
    }
    expect(kept.length).toBeGreaterThanOrEqual(3);
    const stored = (await scans()).filter(({ duplicate_of }) => duplicate_of === null).map(({ scan_id }) => scan_id);
    for (const id of kept) expect(stored).toContain(id);
    expect(new Set(await received())).toEqual(new Set(stored));
    const files = (await readdir(join(world.dir, 'blobs', DEFAULT_TENANT), { recursive: true })).join();
    for (const id of stored) expect(files).toContain(id);
  }, PATIENCE);
});

describe('6: with the broker away', () => {
  it('uploads are taken until the outbox is full, then 503 with Retry-After; nothing taken is lost', async () => {
    const world = await startWorld({ OUTBOX_CAP_BYTES: '20000' });
    const accepted: string[] = [];
    let refused: Response | undefined;
    for (let i = 0; i < 400 && refused === undefined; i += 1) {
      const response = await world.fetch('/v1/scans', { method: 'POST', body: `[${i}]` });
      if (response.status === 202) accepted.push((await response.json() as { id: string }).id);
      else refused = response;
    }
    expect([refused?.status, refused?.headers.get('retry-after'), (await refused?.json() as { code: string }).code]).toEqual([503, '15', 'backlog_full']);
    expect(accepted.length).toBeGreaterThan(5);
    expect((await world.announced(TOPICS.scanReceived)).map(({ value }) => value['scanId'])).toEqual(accepted);
    await world.close();
  });
});
