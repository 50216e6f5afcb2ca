import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { part, startHarness, TENANT } from './support/harness.js';
import type { Harness } from './support/harness.js';
import { IMAGE } from './support/memory-world.js';
import { codeFacts, marker, NAMES as N, runtimeFacts } from './support/sample.js';

const SHOP = IMAGE('7', 'registry.example/acme/shop');
let h: Harness;
beforeAll(async () => {
  h = await startHarness();
  await h.apply([part(codeFacts), part(runtimeFacts()), part(marker()), part({
    source: 'any', links: [[SHOP, 'runs-as', 'service:shop', { method: 'deployment-record' }], ['service:shop', 'routes-to', N.group], ['service:shop', 'owned-by', 'team:shop', { method: 'manual' }]],
  })]);
});
afterAll(async () => { await h?.close(); });

const get = (path: string, ...scopes: string[]): Promise<{ status: number; body: Record<string, unknown> }> => h.call('GET', path, undefined, TENANT, scopes);
const of = (node: string): string => encodeURIComponent(node);

describe('R7: a token of one team', () => {
  it('sees nodes of others in a trace as restricted, and cannot start there', async () => {
    const { body } = await get(`/v1/trace?from=${of(N.endpoint)}&direction=backward`, 'team:payments');
    expect(JSON.stringify(body)).not.toContain('shop');
    expect((body['nodes'] as { kind: string; restricted?: boolean }[]).filter((node) => node.restricted).map((node) => node.kind)).toEqual(expect.arrayContaining(['service', 'image']));
    expect((await get(`/v1/trace?from=service:shop`, 'team:payments')).status).toBe(404);
    expect((await get(`/v1/trace?from=service:shop`, 'team:shop')).status).toBe(200);
    expect((await get(`/v1/trace?from=service:shop`)).status).toBe(200);
  });

  it('gets no name of others from any other answer', async () => {
    for (const path of ['/v1/trace/exposed', '/v1/trace/coverage/commit', '/v1/trace/coverage/environment', `/v1/trace/exposure-history?asset=${of(N.endpoint)}`, `/v1/trace/blast-radius?from=${of(N.endpoint)}`, '/v1/assets']) {
      expect(JSON.stringify((await get(path)).body)).toContain('shop');
      const { status, body } = await get(path, 'team:payments');
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain('shop');
    }
    for (const path of ['/v1/assets/service:shop', `/v1/assets/${of(SHOP)}`, '/v1/trace/exposure-history?asset=service:shop', '/v1/trace/blast-radius?from=service:shop']) {
      expect((await get(path, 'team:payments')).status).toBe(404);
      expect((await get(path, 'team:shop')).status).toBe(200);
    }
  });
});
