import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { githubWebhook } from '@throughline/connectors';
import { TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { until } from '@throughline/testing';
import { startWorld, type World } from './harness.js';

const OTHER = tenantId('00000000-0000-7000-8000-000000000002');
const epss = (scores: Readonly<Record<string, string>>): string => `#model_version:v2025.03.14,score_date:2025-08-25T00:00:00+0000\ncve,epss,percentile\n${Object.entries(scores).map(([cve, score]) => `${cve},${score},0.5\n`).join('')}`;

describe('connectors', () => {
  let world: World;
  // Apart from what this version can pull, which other specs are about.
  beforeAll(async () => { world = await startWorld({}, { registry: { pulls: {}, webhooks: { github: githubWebhook } } }); });
  afterAll(() => world.close());

  const call = async (method: string, path: string, body?: unknown, init: { tenant?: typeof OTHER; role?: 'viewer' | 'triager' } = {}) => {
    const response = await world.fetch(`/v1/connectors${path}`, { method, ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }), ...init });
    return { status: response.status, body: (response.status === 204 ? {} : await response.json()) as Record<string, unknown> };
  };
  const intel = async () => (await world.announced(TOPICS.intelUpdated)).map(({ value }) => value);

  it('keeps secrets to itself, and what is stored is sealed', async () => {
    await call('PUT', '/gh', { kind: 'github', webhookSecret: 'a-very-secret-webhook-secret' });
    await call('PUT', '/gh', { kind: 'github', organizations: ['acme'] });
    const { body } = await call('GET', '/gh');
    expect(body).toMatchObject({ version: 2, config: { organizations: ['acme'] }, secrets: ['webhookSecret'] });
    const dump = JSON.stringify([body, await world.sql('select * from ingestion.connectors'), await world.announced(TOPICS.auditRecorded)]);
    expect(dump).not.toContain('a-very-secret');
    const [{ secrets } = { secrets: Buffer.alloc(0) }] = await world.sql<{ secrets: Buffer }>('select secrets from ingestion.connectors where connector_id = $1', ['gh']);
    expect(secrets.includes('a-very-secret')).toBe(false);
    expect((await world.announced(TOPICS.auditRecorded)).map(({ value }) => value['action'])).toEqual(['connector.put', 'connector.put']);
  });

  it('refuses kinds that do not exist by naming those that do, unknown fields, and other roles', async () => {
    expect(await call('PUT', '/x', { kind: 'mainframe' })).toMatchObject({ status: 400, body: { code: 'unknown_kind', detail: expect.stringContaining('epss, github, kev') } });
    for (const body of [{ kind: 'github', tenantId: 'x' }, { kind: 'epss' }, { kind: 'epss', url: 'http://a', file: 'b' }, { kind: 'kev', url: 'ftp://a' }, { kind: 'kev', file: 'a', schedule: 'often' }, null]) {
      expect((await call('PUT', '/x', body)).status).toBe(400);
    }
    expect((await call('PUT', '/BAD ID', { kind: 'github' })).status).toBe(400);
    expect((await call('PUT', '/x', { kind: 'github' }, { role: 'triager' })).status).toBe(403);
    expect(await call('PUT', '/feed', { kind: 'epss', file: '/etc/passwd' }, { tenant: OTHER })).toMatchObject({ status: 403, body: { code: 'installation_only' } });
  });

  it('55: ids of another tenant are not there, and cannot be taken over', async () => {
    expect((await call('GET', '/gh', undefined, { tenant: OTHER })).status).toBe(404);
    expect((await call('DELETE', '/gh', undefined, { tenant: OTHER })).status).toBe(404);
    expect((await call('PUT', '/gh', { kind: 'github' }, { tenant: OTHER })).status).toBe(409);
    expect(((await call('GET', '', undefined, { tenant: OTHER })).body['items'] as unknown[]).length).toBe(0);
  });

  it('is gone after deletion', async () => {
    await call('PUT', '/gone', { kind: 'github' });
    expect((await call('DELETE', '/gone')).status).toBe(204);
    expect((await call('GET', '/gone')).status).toBe(404);
    expect((await call('POST', '/gh/sync')).status).toBe(409);
  });

  describe('EPSS', () => {
    let file = '';
    const load = async (content: string | Buffer): Promise<Record<string, unknown>> => {
      await writeFile(file, content);
      const before = (await call('GET', '/epss')).body;
      expect((await call('POST', '/epss/sync')).status).toBe(202);
      return until(async () => {
        const { body } = await call('GET', '/epss');
        return JSON.stringify([body['lastSuccess'], body['errors']]) === JSON.stringify([before['lastSuccess'], before['errors']]) ? undefined : body;
      }, { what: 'the feed to be loaded' });
    };
    const scores = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`CVE-2024-${1000 + i}`, '0.1']));

    it('announces everything once', async () => {
      file = join(world.dir, 'epss.csv.gz');
      await writeFile(file, gzipSync(epss(scores)));
      await call('PUT', '/epss', { kind: 'epss', file, schedule: '12h' });
      await until(async () => (await call('GET', '/epss')).body['lastSuccess'], { what: 'the first load' });
      expect(await intel()).toHaveLength(30);
      expect((await intel())[0]).toMatchObject({ source: 'epss', advisory: 'CVE-2024-1000', epss: 0.1, percentile: 0.5, modelVersion: 'v2025.03.14', kev: false, version: 1, withdrawn: false });
    });

    it('33: the same again announces nothing', async () => {
      await load(gzipSync(epss(scores)));
      expect(await intel()).toHaveLength(30);
    });

    it('announces only what moved by 0.01 against the value last announced', async () => {
      await load(epss({ ...scores, 'CVE-2024-1000': '0.105', 'CVE-2024-1001': '0.11', 'CVE-2024-1002': '0.9' }));
      await load(epss({ ...scores, 'CVE-2024-1000': '0.11', 'CVE-2024-1001': '0.115', 'CVE-2024-1002': '0.9' }));
      expect((await intel()).slice(30).map((one) => [one['advisory'], one['epss'], one['version']])).toEqual([['CVE-2024-1001', 0.11, 2], ['CVE-2024-1002', 0.9, 2], ['CVE-2024-1000', 0.11, 2]]);
    });

    it('32: a broken feed is refused whole, is told, and the last good one stays', async () => {
      const state = () => world.sql('select source, advisory, version, epss from ingestion.intel_emitted order by 1, 2');
      const good = await state();
      const broken: readonly (readonly [string | Buffer, string])[] = [
        [epss({ ...scores, 'CVE-2024-1003': '0.99' }).slice(0, -3), 'truncated'], [epss({ 'CVE-2024-1003': '0.99' }), 'shrunk'], [epss({}), 'empty'],
        ['cve;epss\n', 'wrong_header'], [gzipSync(epss({ ...scores, 'CVE-2024-1003': '0.99' })).subarray(0, -12), 'truncated'],
      ];
      for (const [content, code] of broken) {
        const { errors } = await load(content);
        expect((errors as { code: string }[])[0]?.code).toBe(code);
      }
      expect(await state()).toEqual(good);
      expect(await intel()).toHaveLength(33);
      const healed = await load(epss(scores));
      expect(healed['errors']).toEqual([]);
    });
  });

  it('KEV announces additions, changes and withdrawals', async () => {
    const row = (id: number, over: object = {}) => ({ cveID: `CVE-2023-${1000 + id}`, dateAdded: '2023-01-01', dueDate: '2023-02-01', knownRansomwareCampaignUse: 'Unknown', ...over });
    const catalogue = (rows: readonly object[]) => JSON.stringify({ catalogVersion: '1', dateReleased: '2025-08-25T17:04:19Z', count: rows.length, vulnerabilities: rows });
    const file = join(world.dir, 'kev.json');
    const rows = Array.from({ length: 20 }, (_, i) => row(i));
    await writeFile(file, catalogue(rows));
    await call('PUT', '/kev', { kind: 'kev', file });
    const first = await until(async () => (await call('GET', '/kev')).body['lastSuccess'], { what: 'the first load' });
    const before = (await intel()).length;
    await writeFile(file, catalogue([row(1, { knownRansomwareCampaignUse: 'Known' }), ...rows.slice(2), row(99)]));
    await call('POST', '/kev/sync');
    await until(async () => (await call('GET', '/kev')).body['lastSuccess'] !== first, { what: 'the second load' });
    const told = (await intel()).slice(before).map((one) => [one['advisory'], one['kev'], one['ransomware'], one['withdrawn'], one['version']]);
    expect(told.sort()).toEqual([['CVE-2023-1000', false, false, true, 2], ['CVE-2023-1001', true, true, false, 2], ['CVE-2023-1099', true, false, false, 1]]);
  });
});
