import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ActivationsController } from '../src/http/activations.controller.js';
import { ExceptionsController } from '../src/http/exceptions.controller.js';
import { findingListQuery, groupListQuery, historyQuery } from '../src/http/finding.schemas.js';
import { FindingsController } from '../src/http/findings.controller.js';
import { GatesController } from '../src/http/gates.controller.js';
import { FixesController, IssuesController } from '../src/http/groups.controller.js';
import { PoliciesController } from '../src/http/policies.controller.js';
import { context, finding, findingId, intelUpdated, scanCompleted, scanId, ticketChanged } from './builders.js';
import { caller, OTHER_TENANT, startHarness, TENANT, type Harness } from './harness.js';

let harness: Harness;
let findings: FindingsController;
let fixes: FixesController;
let issues: IssuesController;
let activations: ActivationsController;
let exceptions: ExceptionsController;
let policies: PoliciesController;
let gates: GatesController;
beforeAll(async () => {
  harness = await startHarness();
  findings = new FindingsController(harness.database);
  fixes = new FixesController(harness.database);
  issues = new IssuesController(harness.database);
  activations = new ActivationsController(harness.database, harness.clock);
  exceptions = new ExceptionsController(harness.database, harness.clock);
  policies = new PoliciesController(harness.database, harness.clock);
  gates = new GatesController(harness.database, harness.clock);
});
afterEach(async () => { harness.clock.set('2026-11-02T00:00:00.000Z'); await harness.clear(); });
afterAll(async () => { await harness.close(); });

interface Page { readonly items: readonly Record<string, unknown>[]; readonly next: string | null }
const me = caller();
const list = async (query: object = {}, who = me): Promise<Page> => (await findings.list(who, findingListQuery.parse(query))) as Page;
const ids = (page: Page): readonly unknown[] => page.items.map((item) => item['id']);

/** Five findings: a KEV critical in production, a medium elsewhere, a fixed one, a code flaw, and one of another tenant. */
async function world(): Promise<void> {
  await harness.contexts([context()]);
  await harness.intel([intelUpdated(), intelUpdated({ source: 'kev', epss: null, kev: true, kevAdded: '2021-12-10', kevDue: '2026-11-20' })]);
  await harness.findings([
    finding({ scanId: scanId(1) }),
    finding({ findingId: findingId(2), issueId: findingId(202), asset: 'repo:github.com/acme/web', repository: 'github.com/acme/web', application: 'web', identifiers: ['CVE-2020-9'], cvss: [], severity: { original: '', normalized: 'medium', rule: 't' }, scanId: scanId(1) }),
    finding({ findingId: findingId(3), status: 'fixed', scanId: scanId(2) }),
    finding({ findingId: findingId(4), issueId: findingId(204), class: 'sast', title: '100% <b>SQL</b> injection', component: null, cvss: [], identifiers: [], weaknesses: ['CWE-89'], tools: ['semgrep'], scanId: scanId(2),
      location: { path: 'src/db.ts', startLine: 10, endLine: 10, startColumn: 0, endColumn: 0, snippet: '', symbol: '', url: '', method: '', parameter: '', resource: '' } }),
    finding({ findingId: findingId(5), tenantId: OTHER_TENANT }),
  ]);
}

describe('GET /v1/findings', () => {
  beforeEachWorld();

  it('answers items of the contract, worst first, of the caller\'s tenant only', async () => {
    const page = await list();
    expect(ids(page)).toEqual([1, 3, 4, 2].map(findingId));
    expect(Object.keys(page.items[0] ?? {})).toEqual([
      'id', 'issueId', 'fixId', 'title', 'class', 'status', 'decision', 'severity', 'score', 'band', 'identifiers', 'weaknesses', 'component', 'location', 'rules', 'tools', 'asset', 'application',
      'service', 'repository', 'team', 'deployed', 'exposed', 'exposure', 'reachable', 'firstSeen', 'lastSeen', 'dueAt', 'ticket',
    ]);
    expect(page.items[0]).toMatchObject({ score: 97.49, band: 'act', decision: null, team: 'payments', component: { purl: 'pkg:npm/lodash@4.17.20', fixedVersions: ['4.17.21'] }, exposed: 'yes', ticket: null });
    expect(ids(await list({}, caller(OTHER_TENANT)))).toEqual([findingId(5)]);
  });

  it.each([
    [{ status: 'open,reopened' }, [1, 4, 2]], [{ class: 'sast' }, [4]], [{ band: 'act' }, [1, 3]], [{ severity: 'medium' }, [2]], [{ application: 'web' }, [2]], [{ repository: 'github.com/acme/web' }, [2]],
    [{ team: 'payments' }, [1, 3, 4]], [{ team: 'none' }, [2]], [{ environment: 'production' }, [1, 3, 4]], [{ service: 'pay-api' }, [1, 3, 4]], [{ tool: 'semgrep' }, [4]], [{ identifier: 'cve-2020-9' }, [2]],
    [{ component: 'pkg:npm/lodash', status: 'open' }, [1, 2]], [{ component: 'lodash', status: 'open' }, [1, 2]], [{ component: 'pkg:npm/lod' }, []], [{ deployed: 'unknown' }, [2]], [{ exposed: 'yes' }, [1, 3, 4]],
    [{ reachable: 'unknown', class: 'sast' }, [4]], [{ ticketed: 'yes' }, []], [{ ticketed: 'no' }, [1, 3, 4, 2]], [{ scan: scanId(1) }, [1, 2]], [{ decision: 'none', class: 'sast' }, [4]],
    [{ asset: 'repo:github.com/acme/web' }, [2]], [{ q: 'sql' }, [4]], [{ q: '100%' }, [4]], [{ q: '%' }, [4]], [{ q: 'CVE-2020-9' }, [2]], [{ q: 'db.ts' }, [4]], [{ q: findingId(2) }, [2]], [{ q: `'; drop table findings; --` }, []],
  ])('filters by %j', async (query, expected) => expect(ids(await list(query))).toEqual(expected.map(findingId)));

  it('pages without skipping or repeating, in either direction', async () => {
    for (const sort of ['-score', 'score', 'firstSeen', '-lastSeen', 'dueAt', '-dueAt', 'title']) {
      const whole = ids(await list({ sort }));
      const seen: unknown[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: Page = await list({ sort, limit: 1, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...ids(page));
        cursor = page.next;
      }
      expect(seen).toEqual(whole);
    }
  });

  it('FAULTS 57, 63: a forged cursor, an unknown field or word and a huge page are 400 and never SQL', async () => {
    const forged = (values: readonly unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
    for (const values of [['-score', `1; drop table findings`, findingId(1)], ['-score', '1', 'x'], ['score', '1', findingId(1)], ['-score', 'NaN', findingId(1)]]) {
      await expect(list({ cursor: forged(values) })).rejects.toMatchObject({ problem: { status: 400, code: 'invalid_cursor' } });
    }
    for (const query of [{ limit: 1001 }, { tenantId: TENANT }, { band: 'urgent' }, { sort: 'score; drop table findings' }]) expect(findingListQuery.safeParse(query).success).toBe(false);
  });

  it('shows the ticket of its fix', async () => {
    const fixId = String((await list({ class: 'sast' })).items[0]?.['fixId']);
    await harness.tickets([ticketChanged({ fixId })]);
    expect((await list({ ticketed: 'yes' })).items).toMatchObject([{ id: findingId(4), ticket: { status: 'open', key: 'PAY-1', url: 'https://tracker.example/PAY-1' } }]);
  });
});

describe('one finding', () => {
  beforeEachWorld();

  it('FAULTS 55: is 404 for another tenant, as for none', async () => {
    await expect(findings.one(caller(OTHER_TENANT), findingId(1))).rejects.toMatchObject({ problem: { status: 404 } });
    await expect(findings.one(me, 'nonsense')).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it('explains itself: the contributions sum to the score, counterfactuals and SSVC beside (H1)', async () => {
    const answer = await findings.explanation(me, findingId(1)) as { score: number; factors: { contribution: number }[]; ssvc: object; counterfactuals: { text: string }[] };
    expect(answer.factors.reduce((sum, factor) => sum + Math.round(factor.contribution * 100), 0)).toBe(Math.round(answer.score * 100));
    expect(answer).toMatchObject({ band: 'act', formulaVersion: '1.0.0', ssvc: { decision: 'Act' } });
    expect(answer.counterfactuals.map((one) => one.text)).toContain('on an internal load balancer: 97 → 77');
  });

  it('tells its history, newest first, down to its creation (D6)', async () => {
    await harness.contexts([context({ version: 4, exposure: 'internal' })]);
    await harness.due();
    const { items } = await findings.history(me, findingId(1), historyQuery.parse({})) as Page;
    expect(items.map((item) => [item['version'], item['cause'], item['scan']])).toEqual([[2, 'chain', null], [1, 'finding', scanId(1)]]);
    expect(items[0]?.['changes']).toMatchObject({ score: [97.49, 76.91], exposure: ['internet', 'internal'] });
  });

  it('tells evidence, corrections by people, decisions and tickets, each with who and why, page by page (D6)', async () => {
    const one = { findingId: findingId(1), scanId: scanId(3) };
    await harness.findings([
      finding({ ...one, version: 2, status: 'awaiting-verification', statusReason: 'not shown by the last complete scan of its scope', change: 'absent' }),
      finding({ ...one, version: 3, status: 'open', statusReason: 'shown by a scan', tools: ['grype', 'trivy'], change: 'changed' }),
    ]);
    harness.clock.advance(1000);
    await harness.findings([finding({ ...one, version: 4, scanId: '', statusReason: 'shown by a scan', tools: ['grype', 'trivy'], change: 'merged', changedBy: 'Ada', changeReason: 'one advisory' })]);
    harness.clock.advance(1000);
    const { fixId } = (await findings.one(me, findingId(1))) as { fixId: string };
    await harness.tickets([ticketChanged({ fixId, changedAt: harness.clock.now().toISOString() })]);
    await harness.tickets([ticketChanged({ fixId, version: 2, changedAt: harness.clock.now().toISOString() })]);
    harness.clock.advance(1000);
    const { id } = await exceptions.request(me, { decision: 'accepted-risk', scope: { findings: [findingId(1)] }, reason: 'isolated network', compensatingControl: 'none', expiresAt: '2026-12-01T00:00:00.000Z' });
    await exceptions.approve(caller(TENANT, 'grace'), id, { reason: '' });
    await harness.due();
    const told: Record<string, unknown>[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page = await findings.history(me, findingId(1), historyQuery.parse({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })) as Page;
      told.push(...page.items);
      cursor = page.next;
    }
    expect(told.map((entry) => [entry['who'], String(entry['what']).split(';')[0], entry['why'], entry['scan']])).toEqual([
      ['grace', 'decision: none → accepted-risk', 'isolated network', null],
      ['Throughline', 'ticket PAY-1 is open', 'a routing rule chose its fix', null],
      ['Ada', 'another finding was merged into it', 'one advisory', null],
      ['Throughline', 'evidence: awaiting verification → open', 'shown by a scan', scanId(3)],
      ['Throughline', 'evidence: open → awaiting verification', 'not shown by the last complete scan of its scope', scanId(3)],
      ['Throughline', 'first seen and scored', 'a scan showed it', scanId(1)],
    ]);
  });

  it('a finding that two scans of one batch show began with the first of them', async () => {
    await harness.findings([finding({ findingId: findingId(7), scanId: scanId(5) }), finding({ findingId: findingId(7), version: 2, scanId: scanId(6), tools: ['grype', 'trivy'], change: 'changed' })]);
    const { items } = await findings.history(me, findingId(7), historyQuery.parse({})) as Page;
    expect(items.map((entry) => [entry['what'], entry['scan']])).toEqual([['seen by: trivy → grype, trivy', scanId(6)], ['first seen and scored', scanId(5)]]);
    expect(ids(await list({ scan: scanId(5) }))).toContain(findingId(7));
  });

  it('what became of a merged or split finding names the other one', async () => {
    const [target, gone, part] = [findingId(1), findingId(2), findingId(9)];
    await harness.findings([
      finding({ findingId: gone, version: 2, scanId: '', status: 'retired', statusReason: `merged into ${target}`, change: 'merged', mergedInto: target, changedBy: 'Ada', changeReason: 'one flaw' }),
      finding({ findingId: part, scanId: '', statusReason: `split from ${target}`, change: 'split', splitFrom: target, changedBy: 'Ada', changeReason: 'another flaw' }),
    ]);
    const of = async (id: string) => ((await findings.history(me, id, historyQuery.parse({}))) as Page).items[0];
    expect(await of(gone)).toMatchObject({ who: 'Ada', what: expect.stringContaining(`merged into ${target}; evidence: open → retired`), why: 'one flaw', finding: target, cause: 'correction' });
    expect(await of(part)).toMatchObject({ who: 'Ada', what: `split from ${target}`, why: 'another flaw', finding: target });
  });

  it('points to its trace', async () => {
    expect(await findings.trace(me, findingId(1))).toEqual({ statusCode: 307, url: '/v1/trace?from=commit%3Agithub.com%2Facme%2Fpay%40abc&direction=forward' });
  });

  it('has description, clock, fix and owner on its page', async () => {
    expect(await findings.one(me, findingId(1))).toMatchObject({ description: 'template() runs code', ownerSource: 'codeowners: line 14', sla: { step: 'running' }, fix: { kind: 'upgrade' }, environment: 'production' });
  });
});

describe('issues and fixes', () => {
  it('are groups of live findings, worst first, with the risk of their worst', async () => {
    await world();
    const page = await issues.list(me, groupListQuery.parse({})) as Page;
    expect(page.items).toMatchObject([{ id: finding().issueId, score: 97.49, findings: [findingId(1)], live: 1, count: 2 }, { id: findingId(204) }, { id: findingId(202) }]);
    const first = await fixes.list(me, groupListQuery.parse({ limit: 1 })) as Page;
    const rest = await fixes.list(me, groupListQuery.parse({ cursor: first.next ?? '' })) as Page;
    expect([...first.items, ...rest.items].map((fix) => fix['title'])).toEqual(['Upgrade lodash in github.com/acme/pay', 'Fix CWE-89 in src/db.ts', 'Upgrade lodash in github.com/acme/web']);
    expect(await fixes.one(me, String(first.items[0]?.['id']))).toMatchObject({ members: [{ id: findingId(1) }, { id: findingId(3) }], findings: [findingId(1)] });
    expect((await issues.list(me, groupListQuery.parse({ team: 'payments' })) as Page).items).toHaveLength(2);
    await expect(issues.one(caller(OTHER_TENANT), findingId(204))).rejects.toMatchObject({ problem: { status: 404 } });
  });
});

describe('baseline and activation (R2)', () => {
  it('a baseline has no clock until its repository is activated; then the clock starts there and first seen stays', async () => {
    await harness.contexts([context()]);
    const { risks } = await harness.findings([finding({ baseline: true }), finding({ findingId: findingId(2), baseline: true, repository: 'github.com/acme/web', asset: 'repo:github.com/acme/web' })]);
    expect(risks.map((risk) => [risk.baseline, risk.dueAt, risk.slaStep])).toEqual([[true, '', 'none'], [true, '', 'none']]);
    const activation = { repository: 'github.com/acme/pay', reason: 'the team is ready' };
    const first = await activations.activate(me, activation);
    expect((await activations.activate(me, activation)).id).toBe(first.id);
    const told = (await harness.due()).risks;
    expect(told).toMatchObject([{ findingId: findingId(1), baseline: false, firstSeen: '2026-11-01T00:00:00.000Z', dueAt: '2026-11-16T00:00:00.000Z', cause: 'decision' }]);
    expect((await harness.findings([finding({ findingId: findingId(9), baseline: true })])).risks).toMatchObject([{ baseline: false }]);
    await expect(activations.activate(me, { reason: 'x' } as never)).rejects.toMatchObject({ problem: { status: 400 } });
  });
});

describe('exceptions', () => {
  const body = { decision: 'accepted-risk' as const, scope: { identifier: 'CVE-2021-44228' }, reason: 'no template is used', compensatingControl: 'WAF rule', expiresAt: '2026-11-12T00:00:00.000Z' };
  beforeEachWorld();

  it('are laid over the evidence from approval to expiry, and the finding returns at that moment with its paused time back (I1, I2)', async () => {
    const asked = await exceptions.request(me, body);
    expect((await harness.due()).risks).toEqual([]);
    await exceptions.approve(me, asked.id, { reason: '' });
    expect((await harness.due()).risks.filter((risk) => risk.findingId === findingId(1))).toMatchObject([{ status: 'open', decision: 'accepted-risk', slaStep: 'paused', dueAt: '', cause: 'decision' }]);
    expect(ids(await list({ decision: 'accepted-risk', status: 'open' }))).toEqual([findingId(1)]);
    expect((await harness.findings([finding({ version: 2, title: 'seen again' })])).risks).toMatchObject([{ decision: 'accepted-risk' }]);
    harness.clock.set('2026-11-12T00:00:00.000Z');
    expect((await harness.due()).risks.filter((risk) => risk.findingId === findingId(1))).toMatchObject([{ decision: '', dueAt: '2026-11-14T00:00:00.000Z' }]);
    expect(await exceptions.one(me, asked.id)).toMatchObject({ status: 'lapsed' });
    const again = await exceptions.extend(me, asked.id, { expiresAt: '2026-11-20T00:00:00.000Z', reason: 'still true' });
    expect(again).toMatchObject({ status: 'approved', startsAt: '2026-11-12T00:00:00.000Z' });
    expect((await harness.due()).risks.some((risk) => risk.decision === 'accepted-risk')).toBe(true);
    await exceptions.revoke(me, asked.id, { reason: 'not true' });
    expect((await harness.due()).risks.filter((risk) => risk.findingId === findingId(1))).toMatchObject([{ decision: '' }]);
  });

  it('refuse requester = approver where the policy says so, an end in the past and one too far (I5)', async () => {
    await policies.put(me, 'exceptions', { spec: { separationOfDuty: true, maxDays: 30 }, reason: 'audit' });
    const asked = await exceptions.request(me, body);
    await expect(exceptions.approve(me, asked.id, { reason: '' })).rejects.toMatchObject({ problem: { status: 409, code: 'separation_of_duty' } });
    expect(await exceptions.approve(caller(TENANT, 'bob'), asked.id, { reason: '' })).toMatchObject({ status: 'approved', approvedBy: 'bob' });
    await expect(exceptions.request(me, { ...body, expiresAt: '2026-11-01T00:00:00.000Z' })).rejects.toMatchObject({ problem: { code: 'expiry_in_the_past' } });
    await expect(exceptions.request(me, { ...body, expiresAt: '2027-11-01T00:00:00.000Z' })).rejects.toMatchObject({ problem: { code: 'expiry_too_far' } });
    await expect(exceptions.approve(caller(OTHER_TENANT), asked.id, { reason: '' })).rejects.toMatchObject({ problem: { status: 404 } });
    expect((await exceptions.list(me, { limit: 10, status: 'approved' }) as Page).items).toMatchObject([{ id: asked.id }]);
  });
});

describe('policies and gates', () => {
  it('an SLA policy of the tenant\'s own changes due dates, with its version in the reason', async () => {
    await world();
    await policies.put(me, 'sla', { spec: { days: { act: { exposed: 10, other: 10 }, attend: null, track: null, defer: null } }, reason: 'slower' });
    expect((await harness.due()).risks.find((risk) => risk.findingId === findingId(1))).toMatchObject({ dueAt: '2026-11-11T00:00:00.000Z' });
    expect(await findings.one(me, findingId(1))).toMatchObject({ sla: { reason: 'act, exposed: 10 days (policy sla-1)' } });
    await expect(policies.put(me, 'sla', { spec: { days: 1 }, reason: '' })).rejects.toMatchObject({ problem: { code: 'invalid_policy' } });
    expect((await policies.list(me) as Page).items.map((policy) => [policy['slug'], policy['version']])).toEqual([['sla', 1], ['exceptions', 0], ['gate', 0]]);
  });

  it('a gate waits for the scores, blocks on a new flaw in band act, and honours a decision at once (K3, I3)', async () => {
    await world();
    const gate = (extra = {}) => gates.evaluate(me, { scans: [scanId(7)], stage: 'pull-request', waitSeconds: 0, ...extra });
    expect(await gate()).toMatchObject({ verdict: 'pending' });
    await harness.scans([scanCompleted(scanId(7), 1, { introduced: [findingId(1), findingId(2)], base: 'abc', commit: 'feed' })]);
    expect(await gate()).toMatchObject({ verdict: 'pending' });
    await harness.findings([finding({ version: 2, scanId: scanId(7) })]);
    expect(await gate({ base: 'abc' })).toMatchObject({ verdict: 'block', policyVersion: 'default-1', reasons: [{ finding: findingId(1), effect: 'block', owner: 'payments', fix: 'Upgrade lodash in github.com/acme/pay' }, { finding: findingId(2), effect: 'warn' }] });
    await expect(gate({ base: 'other' })).rejects.toMatchObject({ problem: { status: 409, code: 'base_differs' } });
    const asked = await exceptions.request(me, { decision: 'accepted-risk', scope: { findings: [findingId(1)] }, reason: 'known', compensatingControl: '', expiresAt: '2026-11-12T00:00:00.000Z' });
    await exceptions.approve(me, asked.id, { reason: '' });
    expect(await gates.evaluate(me, { commit: 'feed', stage: 'pull-request', waitSeconds: 0 })).toMatchObject({ verdict: 'warn', reasons: [{ finding: findingId(2) }] });
    harness.clock.set('2026-11-12T00:00:00.000Z');
    expect(await gate()).toMatchObject({ verdict: 'block' });
    expect(await gates.evaluate(caller(OTHER_TENANT), { scans: [scanId(7)], stage: 'x', waitSeconds: 0 })).toMatchObject({ verdict: 'pending' });
  });
});

function beforeEachWorld(): void {
  beforeEach(async () => { await world(); });
}
