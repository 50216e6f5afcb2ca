import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { testIo } from '../../test/scripted.js';
import { Api } from './client.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-client-'));
afterAll(() => rmSync(folder, { recursive: true }));
const MB = 1024 * 1024;

describe('an upload', () => {
  it('is never whole in memory', async () => {
    const file = join(folder, 'large.json');
    writeFileSync(file, '');
    truncateSync(file, 384 * MB);
    let received = 0;
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    const server = createServer((request, response) => {
      request.on('data', (part: Buffer) => {
        received += part.length;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      });
      request.on('end', () => response.end('{}'));
    });
    await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
    const io = testIo({ variables: { THROUGHLINE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } });
    await new Api(io, { url: undefined }).upload('v1/scans', {}, { path: file, gzip: false, idempotencyKey: 'k' });
    await new Promise((done) => { server.closeAllConnections(); server.close(done); });
    expect(received).toBe(384 * MB);
    expect(most).toBeLessThan(192 * MB);
  });

  it('of a file that vanishes fails, and is no success of half a file', async () => {
    const io = testIo({ variables: { THROUGHLINE_URL: 'http://127.0.0.1:9' } });
    await expect(new Api(io, { url: undefined }).upload('v1/scans', {}, { path: join(folder, 'gone'), gzip: true, idempotencyKey: 'k' })).rejects.toMatchObject({ exitCode: 3 });
  });
});
