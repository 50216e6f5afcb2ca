import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PULL_CONNECTORS, WEBHOOK_CONNECTORS } from '@throughline/connectors';
import { TOPICS } from '@throughline/contracts';
import { ACME_DIGEST, acmeRepository, fillAcme, GithubStandIn, until } from '@throughline/testing';
import { startWorld, type World } from './harness.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRET = 'a-webhook-secret-of-this';
const PERMISSIONS = ['contents', 'actions', 'deployments', 'attestations', 'members', 'packages', 'artifact_metadata', 'security_events', 'vulnerability_alerts', 'secret_scanning_alerts'];

interface Shown { readonly counts: Record<string, number>; readonly gaps: readonly object[]; readonly errors: readonly object[]; readonly lastSuccess: string | null }

describe('GitHub through ingestion', () => {
  let github: GithubStandIn;
  let world: World;
  beforeAll(async () => {
    github = await new GithubStandIn().start();
    github.app = { key: publicKey, permissions: Object.fromEntries(PERMISSIONS.map((name) => [name, 'read'])), tokenLifeMs: 3_600_000 };
    fillAcme(github);
    github.routes.set('GET /app/hook/deliveries', []);
    world = await startWorld({ ALLOWED_HOSTS: new URL(github.url).host }, { registry: { pulls: PULL_CONNECTORS, webhooks: WEBHOOK_CONNECTORS } });
  });
  afterAll(async () => {
    await world.close();
    await github.stop();
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await world.fetch(`/v1/connectors${path}`, { method, ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
    return { status: response.status, body: (response.status === 204 ? {} : await response.json()) as Record<string, unknown> };
  };
  const shown = async (): Promise<Shown> => (await call('GET', '/acme')).body as unknown as Shown;
  const counted = (name: string, times: number) => until(async () => { const one = await shown(); return (one.counts[name] ?? 0) >= times ? one : undefined; }, { what: `${times} ${name}`, timeoutMs: 45_000 });
  const observed = async () => (await world.announced(TOPICS.assetObserved)).map(({ value }) => value);
  const urns = async () => (await observed()).flatMap((value) => (value['assets'] as { urn: string }[]).map(({ urn }) => urn));
  const deliver = (name: string, delivery: string, payload: object) => {
    const body = JSON.stringify(payload);
    return fetch(new URL('/v1/webhooks/github/acme', world.url), {
      method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': name, 'x-github-delivery': delivery, 'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}` },
    });
  };

  it('is read as a whole: facts, inventories, attestations, alerts as scans; no gap, no error', async () => {
    const config = { kind: 'github', baseUrl: github.url, appId: '77', privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }), installations: [{ id: 1, organization: 'Acme' }], webhookSecret: SECRET };
    expect(await call('PUT', '/acme', config)).toMatchObject({ status: 200, body: { secrets: ['privateKey', 'webhookSecret'] } });
    const { counts, gaps, errors } = await counted('pulls', 1);
    expect({ gaps, errors }).toEqual({ gaps: [], errors: [] });
    expect(counts).toMatchObject({ scans: 6 });
    for (const urn of ['repo:github.com/acme/pay', 'team:payments', `image:ghcr.io/acme/pay@${ACME_DIGEST}`, 'build:github.com/acme/pay/actions/runs/1']) expect(await urns()).toContain(urn);
    const values = await observed();
    expect(values.flatMap((value) => value['attestations'] as object[])).toEqual([expect.objectContaining({ subject: `image:ghcr.io/acme/pay@${ACME_DIGEST}`, origin: 'github-attestations' })]);
    expect(new Set(values.filter((value) => value['snapshotComplete'] === true && Number(value['parts']) >= 0).map((value) => value['snapshotScope']))).toEqual(new Set(['teams:acme', 'package:acme/pay']));
    const scans = (await world.announced(TOPICS.scanReceived)).map(({ value }) => value['format']);
    expect(new Set(scans)).toEqual(new Set(['github-code-scanning', 'github-dependabot', 'github-secret-scanning']));
  });

  it('says nothing new when it is read again', async () => {
    const before = (await observed()).length;
    expect((await call('POST', '/acme/sync')).status).toBe(202);
    const { counts } = await counted('pulls', 2);
    expect([(await observed()).length, counts['scans']]).toEqual([before, 6]);
  });

  it('24: an event brings its facts once, whatever its delivery, and what it names is read again', async () => {
    github.routes.set('GET /repos/Acme/pay/dependabot/alerts', [{ number: 9, state: 'open' }]);
    const alert = { action: 'created', alert: { number: 9 }, repository: acmeRepository('pay') };
    expect(await (await deliver('dependabot_alert', 'd-1', alert)).json()).toMatchObject({ result: 'applied' });
    expect(await (await deliver('dependabot_alert', 'd-1', alert)).json()).toMatchObject({ result: 'repeated' });
    expect((await counted('refreshes', 1)).counts).toMatchObject({ scans: 7 });
    const team = { action: 'deleted', organization: { login: 'Acme' }, team: { id: 6, slug: 'readers', name: 'Readers' } };
    expect(await (await deliver('team', 'd-2', team)).json()).toMatchObject({ result: 'applied', facts: 1 });
    expect(await (await deliver('team', 'd-3', team)).json()).toMatchObject({ facts: 0 });
  });

  it('ignores an event of an owner that the connector does not read', async () => {
    expect(await (await deliver('repository', 'd-4', { action: 'edited', repository: { ...acmeRepository('pay'), full_name: 'Other/pay' } })).json()).toMatchObject({ result: 'ignored', reason: expect.stringContaining('does not read') });
  });
});
