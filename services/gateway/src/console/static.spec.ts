import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installConsole } from './static.js';

let folder: string;
let fastify: FastifyInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  fastify = Fastify();
  await installConsole(fastify, folder);
  fastify.get('/v1/x', () => ({ own: true }));
  await fastify.ready();
});

afterAll(async () => {
  await fastify.close();
  rmSync(folder, { recursive: true });
});

describe('the console over HTTP', () => {
  it.each(['/', '/today', '/findings/018f6a3e-7c1d-7b2a-9c4e-5d6f7a8b9c0d', '/trace?from=repo:github.com/acme/pay', '/inventory/service/x'])('%s is the page, never kept', async (url) => {
    const answer = await fastify.inject(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<title>Console</title>');
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  it('FAULTS 58: allows no inline script or style, no frame and no foreign host', async () => {
    const csp = String((await fastify.inject('/today')).headers['content-security-policy']);
    expect(csp).not.toContain('unsafe-inline');
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("frame-ancestors 'none'");
  });

  it('lets hashed assets be kept for ever', async () => {
    const answer = await fastify.inject('/assets/app-1a2b.js');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('gives the page for no missing file and no route of the API', async () => {
    expect((await fastify.inject('/assets/missing.js')).statusCode).toBe(404);
    expect((await fastify.inject('/missing.png')).statusCode).toBe(404);
    expect((await fastify.inject('/v1/missing')).statusCode).toBe(404);
    expect((await fastify.inject('/v1/x')).json()).toEqual({ own: true });
  });
});
