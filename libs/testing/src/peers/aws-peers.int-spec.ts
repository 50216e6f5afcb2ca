import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { until } from '../until.js';
import { ministack, moto } from './aws-peers.js';
import { pythonPackage } from './python-package.js';

describe.each([['MiniStack', ministack], ['moto', moto]])('%s', (_name, peer) => {
  afterAll(async () => (await peer())?.stop());

  it('answers on a port of its own, once for all who ask, and is gone when stopped', async () => {
    const found = await peer();
    if (found === undefined) return;
    expect(found.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await peer()).toBe(found);
    const answer = await fetch(found.url, { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15', headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-central-1/sts/aws4_request, SignedHeaders=host, Signature=0' } });
    expect(await answer.text()).toContain('GetCallerIdentityResult');
    await found.stop();
    await expect(fetch(found.url)).rejects.toThrow();
  });
});

describe('a peer', () => {
  it('ends with the process that started it, even when that is killed', async () => {
    const found = await pythonPackage({ folder: 'ministack-1.5.33', requirement: 'ministack==1.5.33' });
    if ('reason' in found) return;
    const script = `import { ministack } from '@throughline/testing'; console.log((await ministack()).url); setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: process.cwd(), stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve) => { owner.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())); });
    expect((await fetch(`${url}/_ministack/health`)).status).toBe(200);
    owner.kill('SIGKILL');
    await until(() => fetch(`${url}/_ministack/health`).then(() => false, () => true), { what: 'the end of the peer', timeoutMs: 10_000 });
  });

  it('says why it cannot be had, and does not try again at once', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'throughline-peers-'));
    const wanted = { folder: 'nothing', requirement: './no-such-package' };
    const first = await pythonPackage(wanted, cache);
    expect(first).toEqual({ reason: expect.stringContaining('./no-such-package cannot be had') });
    const began = performance.now();
    expect(await pythonPackage(wanted, cache)).toEqual(first);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
