import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PULL_CONNECTORS, WEBHOOK_CONNECTORS } from '@throughline/connectors';
import { until } from '@throughline/testing';
import { startWorld, type World } from './harness.js';

/** The bodies of the contract, with the connectors of this version, against systems that are not there. */
describe('connectors of this version', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld({ PUBLIC_URL: 'https://throughline.example' }); });
  afterAll(() => world.close());

  const put = async (id: string, body: object) => {
    const response = await world.fetch(`/v1/connectors/${id}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };
  const get = async (id: string) => (await world.fetch(`/v1/connectors/${id}`)).json() as Promise<Record<string, unknown> & { errors: object[]; gaps: object[]; cursor: object }>;
  /** Nobody answers there. */
  const nowhere = 'http://127.0.0.1:1';

  it('aws: secrets are sealed whole, and what cannot be reached is told with a remedy', async () => {
    const saved = await put('cloud', {
      kind: 'aws', accounts: [{ id: '111122223333', name: 'prod', roleArn: 'arn:aws:iam::111122223333:role/throughline' }], externalId: 'throughline-1', regions: ['eu-central-1'],
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY', sessionToken: 'session-token-value' }, endpoint: nowhere, registryEndpoint: nowhere, schedule: '10m',
    });
    expect(saved).toMatchObject({ status: 200, body: { kind: 'aws', secrets: ['credentials'], config: { regions: ['eu-central-1'], endpoint: nowhere }, webhook: 'https://throughline.example/v1/webhooks/aws/cloud' } });
    const told = await until(async () => { const now = await get('cloud'); return now.errors.length + now.gaps.length > 0 ? now : undefined; }, { what: 'the gap', timeoutMs: 60_000 });
    expect(JSON.stringify([told, saved, await world.sql('select * from ingestion.connectors')])).not.toMatch(/wJalrXUtnFEMI|session-token-value/);
    for (const gap of told.gaps) expect(gap).toMatchObject({ scope: expect.any(String), code: expect.any(String), reason: expect.any(String), remedy: expect.stringMatching(/./) });
  }, 90_000);

  it('github: an App, a token, or webhooks only; says which address to give to GitHub', async () => {
    const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const app = await put('app', { kind: 'github', baseUrl: nowhere, appId: '12345', privateKey, installations: [{ id: 1, organization: 'acme' }], webhookSecret: 'a-webhook-secret-of-this' });
    expect(app).toMatchObject({ status: 200, body: { secrets: ['privateKey', 'webhookSecret'], webhook: 'https://throughline.example/v1/webhooks/github/app' } });
    expect(await put('token', { kind: 'github', baseUrl: nowhere, token: 'ghp_0123456789abcdef', organizations: ['acme'] })).toMatchObject({ status: 200, body: { secrets: ['token'], config: { organizations: ['acme'] } } });
    expect(await put('hooks', { kind: 'github', webhookSecret: 'a-webhook-secret-of-this' })).toMatchObject({ status: 200, body: { secrets: ['webhookSecret'] } });
    const told = await until(async () => { const now = await get('token'); return now.errors.length + now.gaps.length > 0 ? now : undefined; }, { what: 'the error', timeoutMs: 60_000 });
    expect(JSON.stringify(told)).not.toContain('ghp_0123456789abcdef');
  }, 90_000);

  it('each has a strict configuration, and its secret and address fields are fields of it', () => {
    for (const [kind, { connector, config, secretFields, addressFields, defaultEverySeconds }] of Object.entries(PULL_CONNECTORS)) {
      expect(connector.kind).toBe(kind);
      expect(Object.keys(config.shape)).toEqual(expect.arrayContaining([...secretFields, ...addressFields]));
      expect(Object.keys(config.shape)).not.toEqual(expect.arrayContaining(['kind']));
      expect(config.safeParse({ nonsense: 1 }).error?.issues.some(({ code }) => code === 'unrecognized_keys')).toBe(true);
      expect(defaultEverySeconds).toBeGreaterThanOrEqual(60);
      // What is shown can be sent back: no secret may be demanded by the shape alone.
      for (const field of secretFields) expect([kind, field, config.shape[field]?.safeParse(undefined).success]).toEqual([kind, field, true]);
    }
    for (const [kind, webhook] of Object.entries(WEBHOOK_CONNECTORS)) expect([kind, webhook.kind, PULL_CONNECTORS[kind]?.secretFields]).toEqual([kind, kind, expect.arrayContaining(['webhookSecret'])]);
  });
});
