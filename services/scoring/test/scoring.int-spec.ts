import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context, finding, findingId, intelUpdated, scanCompleted, scanId, ticketChanged } from './builders.js';
import { OTHER_TENANT, startHarness, TENANT, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const kev = intelUpdated({ source: 'kev', epss: null, kev: true, kevAdded: '2021-12-10', kevDue: '2026-11-20' });
const rows = (table: string) => harness.run(async (unit) => (await unit.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n);
/** Physical versions of all rows: equal when nothing was written. */
const versions = (table: string) => harness.run((unit) => unit.query(`select ctid::text, xmin::text from ${table} order by 1`));

describe('a finding gets its score', () => {
  it('from the finding, its context and the intel, and is announced once', async () => {
    await harness.contexts([context()]);
    await harness.intel([intelUpdated(), kev]);
    const { risks } = await harness.findings([finding()]);
    expect(risks).toMatchObject([{ version: 1, band: 'act', score: 97.49, chainVersion: 3, findingVersion: 1, cause: 'finding', team: 'payments', exposed: 'yes', dueAt: '2026-11-04T00:00:00.000Z' }]);
    expect(Math.round((risks[0]?.factors ?? []).reduce((sum, factor) => sum + factor.contribution * 100, 0))).toBe(9749);
    expect(await harness.run((unit) => unit.query('select score, band, chain_version, team from findings'))).toEqual([{ score: 9749, band: 'act', chain_version: '3', team: 'payments' }]);
  });

  it('a chain change scores its findings anew, with old and new value kept; the same change again does nothing', async () => {
    await harness.findings([finding(), finding({ findingId: findingId(2), asset: 'repo:github.com/acme/other' })]);
    const { risks: none } = await harness.contexts([context({ asset: 'repo:github.com/acme/nothing-here' })]);
    expect([none, (await harness.due()).risks]).toEqual([[], []]);
    await harness.contexts([context()]);
    const { risks } = await harness.due();
    expect(risks).toMatchObject([{ findingId: finding().findingId, version: 2, cause: 'chain', chainVersion: 3, deployed: 'yes', exposure: 'internet', scanId: '' }]);
    const [entry] = await harness.run((unit) => unit.query<{ changes: Record<string, unknown> }>('select changes from finding_history'));
    expect(entry?.changes).toMatchObject({ deployed: ['unknown', 'yes'], band: ['track', 'attend'] });
    await harness.contexts([context(), context({ version: 2, deployed: 'no' })]);
    expect((await harness.due()).risks).toEqual([]);
  });

  it('a sweep finds what a lost re-join left behind', async () => {
    await harness.findings([finding()]);
    await harness.due();
    await harness.contexts([context()]);
    await harness.run((unit) => unit.query(`delete from due_work where kind = 'scoring.rejoin-asset'`));
    harness.clock.advance(3_600_000);
    const { risks } = await harness.due();
    harness.clock.set('2026-11-02T00:00:00.000Z');
    expect(risks).toMatchObject([{ cause: 'chain', chainVersion: 3 }]);
  });

  it('a context that changes nothing in the record stores its version and announces nothing', async () => {
    await harness.contexts([context()]);
    await harness.findings([finding()]);
    await harness.contexts([context({ version: 4, changedAt: '2026-11-03T00:00:00.000Z' })]);
    expect((await harness.due()).risks).toEqual([]);
    expect(await harness.run((unit) => unit.query('select chain_version, risk_version from findings'))).toEqual([{ chain_version: '4', risk_version: '1' }]);
  });

  it('intel changes score anew exactly the findings that name the advisory, in every tenant (H3)', async () => {
    await harness.findings([finding(), finding({ findingId: findingId(2), identifiers: ['CVE-2000-1'] }), finding({ findingId: findingId(3), tenantId: OTHER_TENANT })]);
    await harness.intel([kev]);
    const { risks } = await harness.due();
    expect(risks.map((risk) => [risk.findingId, risk.cause]).sort()).toEqual([[findingId(1), 'intel'], [findingId(3), 'intel']]);
    expect(risks[0]?.factors.find((factor) => factor.name === 'exploited')?.value).toBe('exploited in the wild (CVE-2021-44228 in KEV)');
    await harness.intel([{ ...kev, version: 2, withdrawn: true }]);
    expect((await harness.due()).risks.map((risk) => risk.version)).toEqual([3, 3]);
    await harness.findings([finding({ version: 2, identifiers: ['CVE-2000-1'] })]);
    await harness.intel([{ ...kev, advisory: 'CVE-2000-1' }]);
    expect((await harness.due()).risks.map((risk) => risk.findingId).sort()).toEqual([findingId(1), findingId(2)]);
    await harness.intel([{ ...kev, version: 3 }]);
    expect((await harness.due()).risks.map((risk) => risk.findingId)).toEqual([findingId(3)]);
  });

  it('FAULTS 33: EPSS applied twice gives no event the second time, nor does a move that the formula does not see', async () => {
    await harness.findings([finding()]);
    await harness.intel([intelUpdated()]);
    expect((await harness.due()).risks).toHaveLength(1);
    const before = await versions('findings');
    await harness.intel([intelUpdated()]);
    await harness.intel([intelUpdated({ version: 2, epss: 0.9412, feedDate: '2026-11-02' })]);
    expect((await harness.due()).risks).toEqual([]);
    expect(await versions('findings')).toEqual(before);
  });
});

describe('redelivery and replay', () => {
  it('FAULTS 3: killed at random points, every finding ends with the same versions and no history row twice', async () => {
    await harness.contexts([context()]);
    let offset = 0;
    for (let version = 1; version <= 5; version += 1) {
      const batch = Array.from({ length: 20 }, (_, index) => finding({ findingId: findingId(index + 1), version, severity: { original: '', normalized: version % 2 ? 'high' : 'low', rule: 't' }, cvss: [], changedAt: '2026-11-01T00:00:00.000Z' }));
      await expect(harness.findings(batch, { from: offset, crash: true })).rejects.toThrow('killed');
      const first = await harness.findings(batch, { from: offset });
      expect(first.risks).toHaveLength(20);
      expect((await harness.findings(batch, { from: offset })).outcomes).toBe('fenced');
      offset += batch.length;
    }
    expect(await rows('findings')).toBe(20);
    expect(await rows('finding_history')).toBe(80);
    expect(await harness.run((unit) => unit.query('select distinct risk_version, finding_version from findings'))).toEqual([{ risk_version: '5', finding_version: '5' }]);
  });

  it('FAULTS 16: a replayed older or equal version has no effect', async () => {
    await harness.findings([finding({ version: 3 })]);
    const before = await versions('findings');
    const { outcomes, risks } = await harness.findings([finding({ version: 2, title: 'old' }), finding({ version: 3 })]);
    expect(outcomes).toMatchObject([{ kind: 'skip' }, { kind: 'skip' }]);
    expect(risks).toEqual([]);
    expect(await versions('findings')).toEqual(before);
  });

  it('in one batch the newest of each finding is scored, and a bad record is rejected alone', async () => {
    const { outcomes, risks } = await harness.findings([finding({ version: 1 }), finding({ version: 2, title: 'newer' }), finding({ findingId: 'nonsense' })]);
    expect(outcomes).toMatchObject([{ kind: 'skip' }, { kind: 'done' }, { kind: 'reject', code: 'invalid_finding' }]);
    expect(risks).toMatchObject([{ title: 'newer', version: 1 }]);
  });

  it('writes text that Postgres cannot hold as it is (NUL), quotes and braces in ids', async () => {
    await harness.findings([finding({ title: 'a\u0000b', identifiers: ['CVE-1', 'X"{,}\\Y'] })]);
    expect(await harness.run((unit) => unit.query('select title, identifiers from findings'))).toEqual([{ title: 'ab', identifiers: ['CVE-1', 'X"{,}\\Y'] }]);
  });
});

describe('scan.scored', () => {
  const changes = (n: number, scan: string) => Array.from({ length: n }, (_, index) => finding({ findingId: findingId(index + 1), scanId: scan }));

  it.each(['changes first', 'marker first', 'marker between'])('is announced once when the changes are applied: %s', async (order) => {
    const scan = scanId(1);
    const [a, b] = [changes(4, scan).slice(0, 2), changes(4, scan).slice(2)];
    const steps = { 'changes first': [a, b, 'm'], 'marker first': ['m', a, b], 'marker between': [a, 'm', b] }[order] ?? [];
    const scored = [];
    for (const step of steps) scored.push(...(step === 'm' ? await harness.scans([scanCompleted(scan, 4)]) : await harness.findings(step as never)).scored);
    expect(scored).toMatchObject([{ scanId: scan, tenantId: TENANT, scored: 4 }]);
    expect((await harness.scans([scanCompleted(scan, 4)])).scored).toEqual([]);
  });

  it('counts older versions too, and a scan without changes is scored at once', async () => {
    await harness.findings([finding({ version: 9 })]);
    await harness.findings([finding({ version: 2, scanId: scanId(2) })]);
    expect((await harness.scans([scanCompleted(scanId(2), 1), scanCompleted(scanId(3), 0)])).scored.map((one) => one.scanId)).toEqual([scanId(2), scanId(3)]);
  });

  it('two partitions that end at the same time announce once', async () => {
    const all = changes(40, scanId(4));
    await harness.scans([scanCompleted(scanId(4), 40)]);
    await Promise.all([0, 1, 2, 3].map((partition) => harness.findings(all.filter((_, index) => index % 4 === partition), { from: 0, partition })));
    expect(await harness.run((unit) => unit.query('select applied, announced_at is not null as announced from scan_ledger'))).toEqual([{ applied: 40, announced: true }]);
  });
});

describe('clocks, tickets, tenants', () => {
  it('a clock that reaches a step is announced once a step (J5)', async () => {
    await harness.contexts([context()]);
    await harness.findings([finding()]);
    const steps = [];
    for (const at of ['2026-11-02T01:00:00Z', '2026-11-11T13:00:00Z', '2026-11-11T14:00:00Z', '2026-11-15T01:00:00Z', '2026-11-16T00:00:00Z']) {
      harness.clock.set(at);
      steps.push((await harness.due()).risks.map((risk) => [risk.slaStep, risk.cause]));
    }
    harness.clock.set('2026-11-02T00:00:00.000Z');
    expect(steps.flat()).toEqual([['approaching', 'time'], ['breached', 'time']]);
  });

  it('keeps tickets by version and shows them by fix', async () => {
    const { risks } = await harness.findings([finding()]);
    await harness.tickets([ticketChanged({ fixId: risks[0]?.fix.id ?? '', version: 2 })]);
    await harness.tickets([ticketChanged({ fixId: risks[0]?.fix.id ?? '', version: 1, status: 'pending' })]);
    expect(await harness.run((unit) => unit.query('select status, version from tickets'))).toEqual([{ status: 'open', version: '2' }]);
  });

  it('FAULTS 55: another tenant sees nothing, even without a condition in the query', async () => {
    await harness.contexts([context()]);
    await harness.findings([finding()]);
    for (const table of ['findings', 'finding_identifiers', 'chain_contexts', 'scan_ledger', 'finding_history', 'exceptions', 'activations', 'policies', 'tickets', 'ticket_history']) {
      expect(await harness.run((unit) => unit.query(`select * from ${table}`), OTHER_TENANT)).toEqual([]);
    }
    await expect(harness.run((unit) => unit.query(`insert into activations values ($1, $2, 'team', 'x', '', '', now())`, [TENANT, findingId(1)]), OTHER_TENANT)).rejects.toThrow(/row-level security/);
  });
});
