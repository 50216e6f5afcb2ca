import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { startWorld, type World } from './harness.js';

const examples: unknown = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json');
const OTHER = tenantId('00000000-0000-7000-8000-000000000002');
const SECRET = 'a-webhook-secret-of-this-test';
const payloadOf = (name: string, index = 0): object => (examples as unknown as { name: string; examples: object[] }[]).find((one) => one.name === name)?.examples[index] ?? {};
const branchPush = (examples as unknown as { name: string; examples: { ref: string; deleted: boolean }[] }[]).find((one) => one.name === 'push')?.examples.find(({ ref, deleted }) => ref.startsWith('refs/heads/') && !deleted) ?? {};

describe('facts about the chain', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    const put = await world.fetch('/v1/connectors/github-acme', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'github', webhookSecret: SECRET }) });
    expect([put.status, await put.json()]).toMatchObject([200, { id: 'github-acme', kind: 'github', secrets: ['webhookSecret'], config: {}, webhook: '/v1/webhooks/github/github-acme' }]);
  });
  afterAll(() => world.close());

  const facts = () => world.announced(TOPICS.assetObserved);
  const deliver = async (event: string, payload: object, over: { delivery?: string; headers?: Record<string, string | undefined>; connector?: string; body?: string } = {}) => {
    const body = over.body ?? JSON.stringify(payload);
    const headers = {
      'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': over.delivery ?? `${event}-1`,
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(JSON.stringify(payload)).digest('hex')}`, ...over.headers,
    };
    const present = Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
    const response = await fetch(new URL(`/v1/webhooks/github/${over.connector ?? 'github-acme'}`, world.url), { method: 'POST', headers: present, body });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };
  const send = async (path: string, body: unknown, tenant?: typeof OTHER) => {
    const response = await world.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...(tenant && { tenant }) });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };

  describe('from GitHub', () => {
    it('23, 54: five deliveries of one id have one effect and five good answers', async () => {
      const before = (await facts()).length;
      const answers = await Promise.all(Array.from({ length: 5 }, () => deliver('push', branchPush, { delivery: 'd-23' })));
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
      expect(answers.filter(({ body }) => body['result'] === 'applied')).toHaveLength(1);
      expect((await facts()).length).toBe(before + 1);
    });

    it('24: the same content under a new delivery id announces nothing', async () => {
      await deliver('workflow_run', payloadOf('workflow_run'), { delivery: 'd-24-1' });
      const before = (await facts()).length;
      expect(await deliver('workflow_run', payloadOf('workflow_run'), { delivery: 'd-24-2' })).toMatchObject({ status: 202, body: { result: 'applied', facts: 0 } });
      expect((await facts()).length).toBe(before);
    });

    it('53: forged, missing, SHA-1 only and changed bodies are 401 and leave nothing', async () => {
      const payload = payloadOf('push');
      const before = await world.sql('select (select count(*) from ingestion.inbox) as inbox, (select count(*) from ingestion.effects) as effects, (select count(*) from ingestion.outbox) as outbox');
      const sha1 = createHmac('sha1', SECRET).update(JSON.stringify(payload)).digest('hex');
      const attempts = [
        { headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } }, { headers: { 'x-hub-signature-256': undefined } },
        { headers: { 'x-hub-signature-256': undefined, 'x-hub-signature': `sha1=${sha1}` } }, { body: `${JSON.stringify(payload)} ` }, { connector: 'unknown' }, { connector: 'x'.repeat(300) },
      ];
      const bodies = new Set<string>();
      for (const attempt of attempts) {
        const answer = await deliver('push', payload, { delivery: 'd-53', ...attempt });
        expect(answer.status).toBe(401);
        bodies.add(JSON.stringify({ ...answer.body, requestId: '' }));
      }
      expect(bodies.size).toBe(1);
      expect(await (await fetch(new URL('/metrics', world.url))).text()).toMatch(/throughline_webhooks_total\{[^}]*result="refused"[^}]*\} 6/);
      expect(await world.sql('select (select count(*) from ingestion.inbox) as inbox, (select count(*) from ingestion.effects) as effects, (select count(*) from ingestion.outbox) as outbox')).toEqual(before);
    });

    it('uninteresting events are taken and said to be ignored', async () => {
      expect(await deliver('star', { repository: { full_name: 'a/b' } })).toMatchObject({ status: 202, body: { result: 'ignored' } });
      expect(await deliver('push', {}, { delivery: 'd-empty' })).toMatchObject({ status: 202, body: { result: 'ignored' } });
      expect((await deliver('push', {}, { headers: { 'x-github-delivery': undefined } })).status).toBe(400);
    });

    it('an event of an owner that the connector is not for is ignored, says so, is counted, and leaves no fact', async () => {
      await world.fetch('/v1/connectors/github-only-acme', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'github', webhookSecret: SECRET, organizations: ['acme'] }) });
      const before = (await facts()).length;
      expect(await deliver('push', branchPush, { delivery: 'd-owner', connector: 'github-only-acme' })).toMatchObject({ status: 202, body: { result: 'ignored', reason: expect.stringContaining('does not read') } });
      expect((await facts()).length).toBe(before);
      expect(await (await world.fetch('/v1/connectors/github-only-acme')).json()).toMatchObject({ counts: { deliveries: 1, ignored: 1 } });
    });

    it('its default branch outranks the first uploaded one', async () => {
      const repository = 'github.com/codertocat/hello-world';
      await deliver('push', payloadOf('push'), { delivery: 'd-default' });
      const lane = async (branch: string) => {
        const { id } = await (await world.fetch(`/v1/scans?repository=${repository}&branch=${branch}`, { method: 'POST', body: `{"branch":"${branch}"}` })).json() as { id: string };
        const [one] = (await world.announced(TOPICS.scanReceived)).filter(({ value }) => value['scanId'] === id);
        return (one?.value['target'] as { defaultLine: boolean }).defaultLine;
      };
      expect([await lane('main'), await lane('master')]).toEqual([false, true]);
    });
  });

  describe('from the open door', () => {
    const at = '2026-01-01T10:00:00Z';
    const service = 'arn:aws:ecs:eu-central-1:111122223333:service/prod/pay';
    const body = { source: 'aws:111122223333/eu-central-1', facts: [
      { asset: { urn: service, kind: 'service', attributes: { desiredCount: 2 } }, observedAt: at },
      { link: { from: `image:REGISTRY.example/pay@sha256:${'A'.repeat(64)}`, to: service, kind: 'runs-as', method: 'api', evidence: { task: 'x' } }, validFrom: at, observedAt: at },
    ] };

    it('takes facts with normalized URNs, once', async () => {
      const before = (await facts()).length;
      expect(await send('/v1/observations/assets', body)).toMatchObject({ status: 202, body: { facts: 2, announced: 2, repeated: false, flags: [] } });
      expect(await send('/v1/observations/assets', body)).toMatchObject({ status: 202, body: { announced: 0 } });
      const told = (await facts()).slice(before);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ value: { source: body.source, sequence: 1, parts: -1, assets: [{ urn: `service:${service}`, attributes: '{"desiredCount":2}', observedAt: '2026-01-01T10:00:00.000Z' }], links: [{ from: `image:registry.example/pay@sha256:${'a'.repeat(64)}`, to: `service:${service}`, confidence: -1, verified: false }] } });
    });

    it('cuts inventories in parts of 500 and ends them with a marker; the same again announces nothing', async () => {
      const before = (await facts()).length;
      const inventory = { source: 'test:inventory', sequence: 7, snapshot: { scope: 'all', complete: true }, facts: Array.from({ length: 1200 }, (_, i) => ({ asset: { urn: `team:t${i}`, kind: 'team', attributes: {} }, observedAt: at })) };
      expect((await send('/v1/observations/assets', inventory)).body).toMatchObject({ announced: 1200 });
      expect((await send('/v1/observations/assets', inventory)).body).toMatchObject({ announced: 0, repeated: true });
      const told = (await facts()).slice(before).map(({ value }) => [value['sequence'], value['ordinal'], (value['assets'] as unknown[]).length, value['parts'], value['snapshotComplete']]);
      expect(told).toEqual([[7, 0, 500, -1, true], [7, 1, 500, -1, true], [7, 2, 200, -1, true], [7, 3, 0, 3, true]]);
      expect(await send('/v1/observations/assets', { ...inventory, facts: inventory.facts.slice(1) })).toMatchObject({ status: 409, body: { code: 'sequence_reused' } });
      expect((await send('/v1/observations/assets', { ...inventory, sequence: 8, facts: [] })).body).toMatchObject({ announced: 0, repeated: false });
      expect((await facts()).at(-1)?.value).toMatchObject({ sequence: 8, parts: 0 });
    });

    it('refuses unknown kinds, wrong URNs, unknown fields and nothing at all', async () => {
      const [asset, link] = body.facts;
      const wrong = [
        { ...body, extra: 1 }, { ...body, facts: [] }, { ...body, facts: [{ ...asset, asset: { urn: 'x:y', kind: 'service' } }] },
        { ...body, facts: [{ asset: { urn: 'team:x', kind: 'service' }, observedAt: at }] }, { ...body, facts: [{ asset: { urn: 'team:x', kind: 'squad' }, observedAt: at }] },
        { ...body, facts: [{ ...link, link: { from: 'team:x', to: 'team:y', kind: 'likes', method: 'api' } }] }, { ...body, facts: [{ ...link, verified: true }] },
        { ...body, facts: [{ ...asset, observedAt: 'yesterday' }] }, [], null,
      ];
      for (const one of wrong) expect([one, (await send('/v1/observations/assets', one)).status]).toEqual([one, 400]);
    });

    it('20: a time in the future is taken and flagged', async () => {
      const observedAt = new Date(Date.now() + 3_600_000).toISOString();
      expect((await send('/v1/observations/assets', { source: 's', facts: [{ asset: { urn: 'team:later', kind: 'team' }, observedAt }] })).body).toMatchObject({ announced: 1, flags: [{ fact: 0, code: 'clock_skew' }] });
    });

    it('records deployments once', async () => {
      const record = { image: 'registry.example/pay:1.4', digest: `sha256:${'b'.repeat(64)}`, service, environment: 'production', build: 'https://github.com/acme/pay/actions/runs/17', commit: 'c'.repeat(40), at };
      expect(await send('/v1/observations/deployments', record)).toMatchObject({ status: 202, body: { facts: 6, announced: 6 } });
      expect((await facts()).at(-1)?.value['links']).toMatchObject([
        { from: `image:registry.example/pay@${record.digest}`, to: `service:${service}`, kind: 'runs-as', method: 'deployment-record' },
        { from: `commit:github.com/acme/pay@${record.commit}`, to: 'build:github.com/acme/pay/actions/runs/17', kind: 'built-by' },
        { from: 'build:github.com/acme/pay/actions/runs/17', kind: 'produced' },
      ]);
      expect((await send('/v1/observations/deployments', record)).body).toMatchObject({ announced: 0, repeated: true });
      for (const over of [{ digest: 'latest' }, { image: 'a b' }, { at: 'now' }, { tenant: 'x' }, { service: 'a b' }]) expect((await send('/v1/observations/deployments', { ...record, ...over })).status).toBe(400);
    });

    it('55: what one tenant said does not hide what another says', async () => {
      expect((await send('/v1/observations/assets', body, OTHER)).body).toMatchObject({ announced: 2 });
    });
  });
});
