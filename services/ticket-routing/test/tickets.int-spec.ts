import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestCodec, derivedId, newId, type RiskChanged } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId, type TenantId } from '@throughline/domain';
import { createKeyring, memoryKeyStore } from '@throughline/keyring';
import { createDatabase as openDatabase, startDueWorker, type Database, type DueWorker } from '@throughline/persistence';
import type { StreamRecord } from '@throughline/stream';
import { createDatabase, fakeClock, type FakeClock, type TestDatabase } from '@throughline/testing';
import { createDestination, destinationConfig, SafeHttp, type DestinationConfig, type Ticket } from '@throughline/ticketing';
import { randomBytes } from 'node:crypto';
import { createRiskChangedHandler, SYNC } from '../src/consumers/risk-changed.handler.js';
import { saveDestination, saveRule } from '../src/persistence/config.repository.js';
import { findTicket, listTickets, type TicketListRow } from '../src/persistence/ticket.repository.js';
import { syncTicket } from '../src/sync/sync-ticket.js';
import { sealContext } from '../src/tokens.js';
import { Receiver } from './receiver.js';

const OTHER = tenantId('00000000-0000-7000-8000-0000000000ff');
const keyring = createKeyring({ masterKey: randomBytes(32), store: memoryKeyStore() });
let test: TestDatabase;
let database: Database;
let receiver: Receiver;
let http: SafeHttp;
let clock: FakeClock;
let worker: DueWorker;

beforeAll(async () => {
  test = await createDatabase({ services: ['ticket-routing'] });
  const codec = createTestCodec();
  await codec.prepare();
  clock = fakeClock('2026-11-22T10:00:00.000Z');
  database = await openDatabase({ url: test.urlFor('ticket-routing'), schema: 'ticket_routing', codec });
  receiver = await new Receiver(() => ({ status: 200 })).start();
  http = new SafeHttp(new Set([receiver.host]), 1_000);
  worker = startDueWorker(database, { clock, pollMs: 3_600_000, random: () => 0, kinds: { [SYNC]: { leaseMs: 60_000, handle: (work) => syncTicket(work, database, { clock, publicUrl: 'http://throughline.test', open }) } } });
});

afterAll(async () => {
  await worker?.stop();
  await database?.close();
  await http?.close();
  await receiver?.stop();
  await test?.drop();
});

const open = async (tenant: TenantId, slug: string, sealed: Buffer) => {
  const config = destinationConfig.parse(JSON.parse((await keyring.open(tenant, sealContext(slug), sealed)).toString('utf8')));
  return createDestination(config, { http, now: () => clock.now(), eventId: (ticket: Ticket, kind) => derivedId(ticket.id, kind, kind === 'opened' ? 0 : ticket.version) });
};

async function configure(config: DestinationConfig): Promise<void> {
  const sealed = await keyring.seal(DEFAULT_TENANT, sealContext('tracker'), JSON.stringify(config));
  await database.run([DEFAULT_TENANT], async (unit) => {
    await saveDestination(unit, DEFAULT_TENANT, { slug: 'tracker', kind: config.kind, shown: {}, sealed }, 'test', '', clock.now());
    await saveRule(unit, DEFAULT_TENANT, { slug: 'act', destination: 'tracker', priority: 1, enabled: true, when: { bands: ['act'] } }, 'test', '', clock.now());
  });
}

const webhook = (): DestinationConfig => ({ kind: 'webhook', url: `http://${receiver.host}/tickets`, secret: 'a-secret-of-sixteen' });
const github = (): DestinationConfig => ({ kind: 'github-issues', repository: 'acme/pay', token: 'token-of-a-test', baseUrl: `http://${receiver.host}`, labels: ['throughline'] });

function risk(change: Partial<RiskChanged> = {}): RiskChanged {
  const fixKey = change.fix?.key ?? newId();
  return {
    tenantId: DEFAULT_TENANT, findingId: newId(), version: 1, issueId: newId(), findingVersion: 1, chainVersion: 1, score: 95, band: 'act', formulaVersion: '1',
    factors: [{ name: 'exposure', value: 'internet', source: 'chain', observedAt: '', contribution: 30 }], ssvc: 'Act', status: 'open', decision: '',
    fix: { id: derivedId(fixKey, 'fix'), key: fixKey, kind: 'upgrade', title: 'Upgrade log4j-core to 2.17.1', detail: '' }, class: 'container', title: 'Log4Shell', severity: 'critical', identifiers: ['CVE-2021-44228'],
    component: null, location: null, tools: ['trivy'], asset: 'image-name:registry.test/pay', application: 'shop', service: 'pay', repository: '', environment: 'prod', team: 'payments', ownerSource: 'codeowners', deployed: 'yes', exposed: 'yes', exposure: 'internet',
    reachable: 'unknown', baseline: false, firstSeen: '2026-11-22T09:00:00.000Z', dueAt: '', slaStep: 'running', mergedInto: '', scanId: newId(), cause: 'finding', changedAt: '2026-11-22T10:00:00.000Z', ...change,
  };
}

let offset = 0n;
async function apply(...risks: readonly RiskChanged[]): Promise<void> {
  const records = risks.map((value): StreamRecord<RiskChanged> => ({ topic: 'aspm.risk.changed.v1', partition: 0, offset: offset++, timestamp: 0, key: '', eventId: newId(), tenantId: DEFAULT_TENANT, headers: {}, value }));
  await database.run([DEFAULT_TENANT], (unit) => createRiskChangedHandler(clock)(records, unit, { stopping: () => false, checkpoint: () => Promise.reject(new Error('unused')) }));
}

/** Lets the settle time pass and does what is due. */
async function sync(ms = 3_000): Promise<void> {
  clock.advance(ms);
  await worker.drain();
}

const ticketOf = async (r: RiskChanged): Promise<TicketListRow | undefined> => (await database.run([DEFAULT_TENANT], (unit) => listTickets(unit, { finding: r.findingId }, 10, undefined)))[0];

describe('a ticket by webhook', () => {
  beforeEach(async () => {
    receiver.script(() => ({ status: 200, body: { key: 'T-1', url: 'https://tracker.example/T-1' } }));
    await configure(webhook());
  });

  it('makes one ticket of one fix however many findings and redeliveries', async () => {
    const first = risk();
    const second = risk({ fix: first.fix });
    await apply(first, second);
    await apply(first, second);
    await sync();
    await apply(first);
    await sync();
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]?.body).toMatchObject({ type: 'dev.throughline.ticket.opened.v1', data: { title: 'Upgrade log4j-core to 2.17.1', openFindings: 2 } });
    expect(receiver.requests[0]?.headers['throughline-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(await ticketOf(second)).toMatchObject({ status: 'open', external_key: 'T-1', findings: [first.findingId, second.findingId].sort() });
  });

  it('makes none of a baseline, of an accepted risk, or of a band that no rule names', async () => {
    const risks = [risk({ baseline: true }), risk({ decision: 'accepted-risk' }), risk({ band: 'track' })];
    await apply(...risks);
    await sync();
    expect(receiver.requests).toHaveLength(0);
    expect(await ticketOf(risks[0]!)).toBeUndefined();
  });

  it('waits in verification, closes with the scan as proof, and opens again when the flaw is back', async () => {
    const first = risk();
    await apply(first);
    await sync();
    await apply({ ...first, version: 2, status: 'awaiting-verification' });
    await sync();
    expect(await ticketOf(first)).toMatchObject({ status: 'in-verification' });
    await apply({ ...first, version: 3, status: 'fixed', scanId: 'scan-3' });
    await sync();
    expect(await ticketOf(first)).toMatchObject({ status: 'done', external_status: 'closed' });
    expect(receiver.requests.at(-1)?.body).toMatchObject({ type: 'dev.throughline.ticket.closed.v1', data: { proof: expect.stringContaining('scan-3') } });
    await apply({ ...first, version: 4, status: 'reopened' });
    await sync();
    expect(await ticketOf(first)).toMatchObject({ status: 'open', external_status: 'open' });
  });

  it('stays when one of its findings is merged into another one, and is done when that one is fixed', async () => {
    const [ours, theirs] = [risk(), risk()];
    const merged = { ...theirs, fix: ours.fix };
    await apply(ours, merged);
    await sync();
    await apply({ ...merged, version: 2, status: 'retired', mergedInto: ours.findingId }, { ...ours, version: 2, identifiers: ['CVE-2021-44228', 'GHSA-JFH8-C2JP-5V3Q'] });
    await sync();
    expect(receiver.requests.map((one) => one.body['type'])).toEqual(['dev.throughline.ticket.opened.v1', 'dev.throughline.ticket.updated.v1']);
    expect(receiver.requests.at(-1)?.body).toMatchObject({ data: { openFindings: 1 } });
    await apply({ ...ours, version: 3, status: 'fixed', scanId: 'scan-9' });
    await sync();
    expect(await ticketOf(ours)).toMatchObject({ status: 'done', external_status: 'closed' });
    await apply({ ...merged, version: 3, status: 'open', mergedInto: '' });
    await sync();
    expect(await ticketOf(merged)).toMatchObject({ status: 'open', external_status: 'open' });
  });

  it('closes with a word on where its work goes on when its only finding was merged into one of another fix', async () => {
    const [ours, theirs] = [risk(), risk()];
    await apply(ours, theirs);
    await sync();
    await apply({ ...theirs, version: 2, status: 'retired', mergedInto: ours.findingId });
    await sync();
    expect(await ticketOf(theirs)).toMatchObject({ status: 'closed', external_status: 'closed' });
    expect(receiver.requests.at(-1)?.body).toMatchObject({ type: 'dev.throughline.ticket.closed.v1', data: { proof: expect.stringContaining(`goes on in finding ${ours.findingId}`) } });
    expect(await ticketOf(ours)).toMatchObject({ status: 'open' });
  });

  it('FAULTS 34: three errors, then success: one ticket, and the wait is visible', async () => {
    receiver.script((_request, count) => (count <= 3 ? { status: 500 } : { status: 201, body: { key: 'T-9' } }));
    const first = risk();
    await apply(first);
    await sync();
    expect(await ticketOf(first)).toMatchObject({ status: 'pending', last_error: 'the receiver answered 500' });
    for (let i = 0; i < 3; i++) await sync(120_000);
    expect(await ticketOf(first)).toMatchObject({ status: 'open', external_key: 'T-9', last_error: '' });
    expect(new Set(receiver.requests.map((request) => request.body['id'])).size).toBe(1);
  });

  it('FAULTS 36: comes back when the destination says, not before', async () => {
    receiver.script((_request, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '30' } } : { status: 200 }));
    await apply(risk());
    await sync();
    await sync(20_000);
    expect(receiver.requests).toHaveLength(1);
    await sync(11_000);
    expect(receiver.requests).toHaveLength(2);
  });

  it('FAULTS 37: a refused credential parks the destination, without a storm; setting it right sends what waited', async () => {
    receiver.script(() => ({ status: 401 }));
    const [first, second] = [risk(), risk()];
    await apply(first);
    await sync();
    await apply(second);
    await sync(3_600_000);
    expect(receiver.requests).toHaveLength(1);
    expect(await ticketOf(second)).toMatchObject({ status: 'parked' });
    receiver.script(() => ({ status: 200 }));
    await configure(webhook());
    await apply({ ...first, version: 2 }, { ...second, version: 2 });
    await sync();
    expect(await ticketOf(first)).toMatchObject({ status: 'open' });
    expect(await ticketOf(second)).toMatchObject({ status: 'open' });
  });
});

describe('a ticket as a GitHub issue', () => {
  const issues: { number: number; title: string; body: string; state: string; html_url: string }[] = [];
  let failAfterCreate = false;

  beforeEach(async () => {
    issues.length = 0;
    failAfterCreate = false;
    receiver.script((request) => {
      if (request.method === 'GET') return { status: 200, body: [...issues].reverse() };
      if (request.method === 'POST' && request.path.endsWith('/comments')) return { status: 201, body: { id: 1 } };
      if (request.method === 'POST') {
        const issue = { number: issues.length + 1, title: String(request.body['title']), body: String(request.body['body']), state: 'open', html_url: `https://github.test/acme/pay/issues/${issues.length + 1}` };
        issues.push(issue);
        return failAfterCreate ? 'hang-up' : { status: 201, body: issue };
      }
      const issue = issues[Number(request.path.split('/').at(-1)) - 1];
      if (!issue) return { status: 404 };
      Object.assign(issue, request.body);
      return { status: 200, body: issue };
    });
    await configure(github());
  });

  it('FAULTS 35, 39: an issue that was made although no answer came is found by its marker and adopted', async () => {
    failAfterCreate = true;
    const first = risk();
    await apply(first);
    await sync();
    expect(issues).toHaveLength(1);
    failAfterCreate = false;
    await sync(120_000);
    await sync(120_000);
    expect(issues).toHaveLength(1);
    expect(await ticketOf(first)).toMatchObject({ status: 'open', external_key: '1', url: 'https://github.test/acme/pay/issues/1' });
  });

  it('FAULTS 38: an issue that was deleted by hand is not made again for the same findings', async () => {
    const first = risk();
    await apply(first);
    await sync();
    issues.length = 0;
    await apply({ ...first, version: 2, score: 96 });
    await sync();
    expect(issues).toHaveLength(0);
    expect(await ticketOf(first)).toMatchObject({ status: 'closed', last_error: 'the ticket is gone at the destination' });
  });

  it('FAULTS 58: text of a finding stays text', async () => {
    const first = risk({ title: '<script>alert(1)</script> [x](javascript:alert(1)) @everyone', fix: { id: newId(), key: 'k', kind: 'code', title: 'Mend <img src=x onerror=alert(1)>', detail: '```\n# heading' } });
    await apply(first);
    await sync();
    const body = issues[0]?.body ?? '';
    expect(body).not.toContain('<script>');
    expect(body).not.toContain('<img');
    expect(body).not.toMatch(/\]\(javascript:/);
    expect(body).not.toContain('@everyone');
  });
});

describe('tenants', () => {
  it('FAULTS 55: another tenant sees nothing, also when the query forgets to ask', async () => {
    receiver.script(() => ({ status: 200 }));
    await configure(webhook());
    const first = risk();
    await apply(first);
    const mine = await ticketOf(first);
    expect(mine).toBeDefined();
    expect(await database.run([OTHER], (unit) => findTicket(unit, mine?.ticket_id ?? ''))).toBeUndefined();
    expect(await database.run([OTHER], (unit) => unit.query('select * from tickets'))).toEqual([]);
    expect(await database.run([], (unit) => unit.query('select * from members'))).toEqual([]);
    await expect(database.run([OTHER], (unit) => unit.query(`insert into destinations (tenant_id, slug, kind, shown, sealed, changed_by, changed_at) values ($1, 'x', 'webhook', '{}', '', 'x', now())`, [DEFAULT_TENANT]))).rejects.toMatchObject({ code: '42501' });
  });
});
