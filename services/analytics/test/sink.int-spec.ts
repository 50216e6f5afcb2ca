import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClickHouse, migrateClickHouse, type ClickHouse } from '@throughline/clickhouse';
import { newId, TOPICS, type RiskChanged, type ScanCompleted } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId, type TenantId } from '@throughline/domain';
import { engines } from '@throughline/testing';
import { resolve } from 'node:path';
import { writeBatch, type SinkRecord } from '../src/consumers/sink.handler.js';
import { funnelOf } from '../src/domain/funnel.js';
import { funnelCells, rawResults } from '../src/persistence/funnel.repository.js';

const database = `test_analytics_${process.pid}`;
let clickhouse: ClickHouse;
let url: string;

beforeAll(async () => {
  url = (await engines()).clickhouseUrl;
  const migrated = await migrateClickHouse({ url, database, dir: resolve(process.cwd(), '../../schemas/clickhouse') });
  expect(migrated.length).toBeGreaterThan(0);
  clickhouse = createClickHouse({ url, database });
});

afterAll(async () => {
  await clickhouse?.command(`drop database if exists ${database}`);
  await clickhouse?.close();
});

let tenant: TenantId;
beforeEach(() => { tenant = tenantId(newId()); });

let offset = 0n;
const record = (topic: string, value: RiskChanged | ScanCompleted): SinkRecord => ({ topic, partition: 3, offset: offset++, timestamp: 0, key: '', eventId: newId(), tenantId: DEFAULT_TENANT, headers: {}, value });

function risk(change: Partial<RiskChanged> = {}): RiskChanged {
  return {
    tenantId: tenant, findingId: newId(), version: 1, issueId: newId(), findingVersion: 1, chainVersion: 1, score: 90, band: 'act', formulaVersion: '1', factors: [], ssvc: '', status: 'open', decision: '',
    fix: { id: newId(), key: 'k', kind: 'upgrade', title: 't', detail: '' }, class: 'sca', title: 't', severity: 'high', identifiers: [], component: null, location: null, tools: ['trivy'], asset: 'repo:github.com/a/b', application: 'shop', service: 'pay',
    repository: '', environment: 'prod', team: 'payments', ownerSource: '', deployed: 'yes', exposed: 'yes', exposure: 'internet', reachable: 'unknown', baseline: false, firstSeen: '2026-11-01T00:00:00.000Z', dueAt: '', slaStep: '', mergedInto: '', scanId: '', cause: 'finding',
    changedAt: '2026-11-02T00:00:00.000Z', ...change,
  };
}

const funnel = async (filter: object = {}) => funnelOf(await rawResults(clickhouse, { tenantId: tenant, ...filter }), await funnelCells(clickhouse, { tenantId: tenant, ...filter })).steps.map((step) => step.count);

describe('the sink', () => {
  it('FAULTS 11: a batch that was applied although no answer came changes nothing when it is sent again', async () => {
    const batch = [record(TOPICS.riskChanged, risk()), record(TOPICS.riskChanged, risk({ deployed: 'no', exposed: 'no', exposure: 'none', band: 'track' }))];
    for (let i = 0; i < 3; i++) expect(await writeBatch(clickhouse, batch)).toEqual({ kind: 'done' });
    expect(await funnel()).toEqual([0, 2, 1, 1, 1, 1]);
    // Redelivered in another cut: same keys and versions.
    for (const one of batch) await writeBatch(clickhouse, [one]);
    expect(await funnel()).toEqual([0, 2, 1, 1, 1, 1]);
  });

  it('counts the last version of a finding whatever order versions come in', async () => {
    const first = risk();
    await writeBatch(clickhouse, [record(TOPICS.riskChanged, { ...first, version: 3, status: 'fixed', changedAt: '2026-11-09T00:00:00.000Z' })]);
    await writeBatch(clickhouse, [record(TOPICS.riskChanged, { ...first, version: 2, changedAt: '2026-11-05T00:00:00.000Z' })]);
    expect(await funnel()).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await funnel({ at: '2026-11-06T00:00:00.000Z' })).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('takes raw from the last scan of each scope', async () => {
    const header = { scanId: newId(), tenantId: tenant, sequence: 1, tool: 'trivy', toolVersion: '', format: 'trivy', scope: 's1', receivedAt: '2026-11-02T00:00:00.000Z', scannedAt: '2026-11-02T00:00:00.000Z', target: { asset: 'repo:github.com/a/b', application: 'shop', service: 'pay', defaultLine: true } } as unknown as ScanCompleted['header'];
    const scan = (sequence: number, scope: string, observed: number): SinkRecord => record(TOPICS.scanCompleted, { header: { ...header, scanId: newId(), sequence, scope }, status: 'done', coverage: 'complete', counts: { reported: observed, observed, quarantined: 0, created: observed, changed: 0, unchanged: 0, reopened: 0, merged: 0, absent: 0, fixed: 0 }, changes: observed, baseline: false, introduced: [], problems: [], completedAt: '2026-11-02T00:00:01.000Z' });
    await writeBatch(clickhouse, [scan(1, 's1', 10), scan(2, 's1', 7), scan(3, 's2', 5)]);
    expect((await funnel())[0]).toBe(12);
  });

  it('FAULTS 10: ClickHouse away is a wait, a value that fits no column is the record\'s own fault', async () => {
    const away = createClickHouse({ url: 'http://127.0.0.1:9', database });
    expect(await writeBatch(away, [record(TOPICS.riskChanged, risk())])).toMatchObject({ kind: 'retry' });
    await away.close();
    expect(await writeBatch(clickhouse, [record(TOPICS.riskChanged, risk({ findingId: 'not a uuid' }))])).toMatchObject({ kind: 'reject', code: 'row_refused' });
  });

  it('FAULTS 55, 57: one tenant never sees another\'s rows, and a filter is a value, never a statement', async () => {
    await writeBatch(clickhouse, [record(TOPICS.riskChanged, risk())]);
    const other = tenantId(newId());
    expect(await funnelCells(clickhouse, { tenantId: other })).toEqual([]);
    expect(await funnelCells(clickhouse, { tenantId: tenant, application: "shop' or 1=1 --" })).toEqual([]);
    await expect(clickhouse.query('drop table risk_current')).rejects.toThrow();
  });
});
