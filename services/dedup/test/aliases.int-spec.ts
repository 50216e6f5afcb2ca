import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS, type AuditRecorded, type FindingChanged, type IntelUpdated } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { scheduleDue, type DatabaseUnit } from '@throughline/persistence';
import type { OutgoingMessage } from '@throughline/stream';
import { fakeClock } from '@throughline/testing';
import { handleIntelUpdated } from '../src/consumers/intel-updated.handler.js';
import { merge, split } from '../src/corrections/correct-identity.js';
import { DEFAULT_POLICY } from '../src/domain/policy.js';
import { NAME_SUBJECTS, nameSubjects } from '../src/due/name-subjects.js';
import { SETTLE_ALIASES, settleAliases } from '../src/due/settle-aliases.js';
import { VulnerabilitiesController, vulnerabilityAnswer } from '../src/http/vulnerabilities.controller.js';
import { loadKnown } from '../src/persistence/finding.repository.js';
import { scan, startHarness, TENANT, toRecord, vulnerable, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => {
  await harness.run(async (unit) => { for (const table of ['advisory_alias', 'advisory_set', 'alias_cursor', 'alias_merge', 'known_tenant']) await unit.query(`delete from ${table}`); });
  await harness.clear();
});
afterAll(async () => { await harness.close(); });

const clock = fakeClock(new Date('2026-02-01T00:00:00Z'));
const CVE = 'CVE-2024-1000';
const GHSA = 'GHSA-1111-2222-3333';
const PURL = 'pkg:npm/lodash@4.17.4';

interface Told { readonly changed: readonly FindingChanged[]; readonly audits: readonly AuditRecorded[] }

/** Applies records of a feed; `withdrawn`: the record is no longer valid. */
const feed = (advisory: string, version: number, aliases: readonly string[], withdrawn = false) => harness.run((unit) => handleIntelUpdated([{
  ...toRecord(scan({ sequence: 1, drafts: [] })[0] as never, 0), topic: TOPICS.intelUpdated, tenantId: null,
  value: { source: 'osv', advisory, version, aliases, withdrawn, epss: null, percentile: null, modelVersion: '', kev: false, kevAdded: '', kevDue: '', ransomware: false, feedDate: '2026-01-01' } satisfies IntelUpdated,
}], unit, clock));

/** Does the due work of aliases until none is left; `diesAt`: the statement at which the process is gone. */
async function follow(diesAt = Number.POSITIVE_INFINITY): Promise<Told> {
  const messages: OutgoingMessage[] = [];
  for (let left = true; left;) {
    left = await harness.run(async (unit) => {
      const [due] = await unit.query<{ key: string }>('select key from due_work where kind = $1', [SETTLE_ALIASES]);
      if (due === undefined) return false;
      const said: OutgoingMessage[] = [];
      const outcome = await settleAliases({ kind: SETTLE_ALIASES, key: due.key, tenantId: tenantId(TENANT), dueAt: clock.now(), payload: {}, attempt: 1 }, spy(unit, said, diesAt), clock, DEFAULT_POLICY);
      if (outcome.kind === 'done') await unit.query('delete from due_work where kind = $1', [SETTLE_ALIASES]);
      messages.push(...said);
      return outcome.kind === 'again';
    });
  }
  return {
    changed: messages.filter((one) => one.topic === TOPICS.findingChanged).map((one) => one.value as FindingChanged),
    audits: messages.filter((one) => one.topic === TOPICS.auditRecorded).map((one) => one.value as AuditRecorded),
  };
}

function spy(unit: DatabaseUnit, messages: OutgoingMessage[], diesAt: number): DatabaseUnit {
  let statements = 0;
  const query: DatabaseUnit['query'] = async (sql, parameters, options) => {
    if (statements++ === diesAt) throw new Error('killed');
    return unit.query(sql, parameters, options);
  };
  return Object.assign(Object.create(unit) as DatabaseUnit, { query, announce: (...all: readonly OutgoingMessage[]) => { messages.push(...all); unit.announce(...all); } });
}

const trivy = (sequence: number) => scan({ sequence, tool: 'trivy', drafts: [vulnerable(PURL, [CVE])] });
const grype = (sequence: number) => scan({ sequence, tool: 'grype', drafts: [vulnerable(PURL, [GHSA], 'grype')] });
const known = (id: string) => harness.run(async (unit) => (await loadKnown(unit, [id])).get(id));
/** All that is stored of identity, to compare. */
const state = () => harness.run(async (unit) => ({
  findings: await unit.query('select finding_id, status, keys, version, first_seen, aliases, merged_into, split_from, issue_id from finding order by 1'),
  keys: await unit.query('select key, finding_id, kind, subject from identity_key order by 1'),
  occurrences: await unit.query('select occurrence_id, finding_id from occurrence order by 1'),
}));

async function two(): Promise<readonly [FindingChanged, FindingChanged]> {
  const [one] = (await harness.apply(trivy(1))).changed as [FindingChanged];
  const [other] = (await harness.apply(grype(2))).changed as [FindingChanged];
  expect(other.findingId).not.toBe(one.findingId);
  return [one, other];
}

describe('an alias that a feed gives', () => {
  it('comes late: the findings of one package merge into the one seen first, told and accounted for', async () => {
    const [one, other] = await two();
    await feed(GHSA, 1, [CVE]);
    const { changed, audits } = await follow();
    expect(changed).toMatchObject([
      { findingId: one.findingId, change: 'merged', tools: ['grype', 'trivy'], identifiers: [CVE, GHSA], firstSeen: one.firstSeen, status: 'open', version: 2, mergedInto: '' },
      { findingId: other.findingId, change: 'merged', status: 'retired', mergedInto: one.findingId, version: 2 },
    ]);
    expect(audits).toMatchObject([{ actor: 'feed:osv', action: 'finding.merged', object: one.findingId, reason: `${GHSA} = ${CVE} (osv)` }]);
    expect(JSON.parse(audits[0]?.after ?? '')).toMatchObject({ merged: [other.findingId], edges: [{ a: GHSA, b: CVE, source: 'osv' }] });
    expect(await harness.run((unit) => unit.query('select finding_id, rule, recipe, evidence, undone_at from identity_join'))).toEqual([
      { finding_id: one.findingId, rule: 'alias', recipe: 'package/1', evidence: `${GHSA} = ${CVE} (osv)`, undone_at: null },
    ]);
    for (const again of [trivy(3), grype(4)]) expect((await harness.apply(again)).changed).toEqual([]);
  });

  it('is withdrawn: the findings are what they were, with their ids, clocks and keys, told and accounted for', async () => {
    const [one, other] = await two();
    const before = await state();
    await feed(GHSA, 1, [CVE]);
    await follow();
    await feed(GHSA, 2, [CVE], true);
    const { changed, audits } = await follow();
    expect(changed).toMatchObject([
      { findingId: one.findingId, change: 'split', tools: ['trivy'], identifiers: [CVE], status: 'open', splitFrom: '' },
      { findingId: other.findingId, change: 'split', tools: ['grype'], identifiers: [GHSA], status: 'open', firstSeen: other.firstSeen, issueId: other.issueId, mergedInto: '', splitFrom: one.findingId },
    ]);
    expect(audits).toMatchObject([{ actor: 'feed:osv', action: 'finding.split', object: one.findingId, reason: `no longer holds: ${GHSA} = ${CVE} (osv)` }]);
    const after = await state();
    expect(after.keys).toEqual(before.keys);
    expect(after.occurrences).toEqual(before.occurrences);
    expect(await harness.run((unit) => unit.query('select 1 from identity_join where undone_at is null union all select 1 from alias_merge where undone_at is null'))).toEqual([]);
    for (const again of [trivy(3), grype(4)]) expect((await harness.apply(again)).changed).toEqual([]);
    await feed(GHSA, 3, [CVE]);
    expect((await follow()).changed).toMatchObject([{ findingId: one.findingId, change: 'merged' }, { findingId: other.findingId, mergedInto: one.findingId }]);
  });

  it('several merges are taken back one by one, in whatever order', async () => {
    await two();
    await harness.apply(scan({ sequence: 3, tool: 'govulncheck', drafts: [vulnerable(PURL, ['GO-2024-1'], 'govulncheck')] }));
    const before = await state();
    const parts = async () => (await state()).occurrences.length - new Set((await state()).occurrences.map((row) => (row as { finding_id: string }).finding_id)).size;
    await feed('GO-2024-1', 1, [CVE, GHSA]);
    await follow();
    expect(await parts()).toBe(2);
    for (const [version, aliases, joined] of [[2, [GHSA], 1], [3, [CVE, GHSA], 2], [4, [CVE], 1], [5, [GHSA], 1], [6, [], 0]] as const) {
      await feed('GO-2024-1', version, aliases);
      await follow();
      expect([version, await parts()]).toEqual([version, joined]);
    }
    const after = await state();
    expect(after.keys).toEqual(before.keys);
    expect(after.occurrences).toEqual(before.occurrences);
    expect(await harness.run((unit) => unit.query('select 1 from identity_join where undone_at is null union all select 1 from alias_merge where undone_at is null'))).toEqual([]);
  });

  it('is known before: the second tool finds the finding, and leaves it when the alias is withdrawn', async () => {
    await feed(GHSA, 1, [CVE]);
    const [one] = (await harness.apply(grype(1))).changed as [FindingChanged];
    expect(one).toMatchObject({ identifiers: [CVE, GHSA], change: 'created' });
    const second = await harness.apply(trivy(2));
    expect(second.changed).toMatchObject([{ findingId: one.findingId, tools: ['grype', 'trivy'], flags: [] }]);
    await feed(GHSA, 2, []);
    const { changed, audits } = await follow();
    expect(changed).toMatchObject([{ findingId: one.findingId, tools: ['grype'], identifiers: [GHSA] }, { change: 'split', tools: ['trivy'], identifiers: [CVE], splitFrom: one.findingId, firstSeen: second.changed[0]?.lastSeen }]);
    expect(audits).toMatchObject([{ action: 'finding.split', object: one.findingId }]);
    for (const again of [trivy(3), grype(4)]) expect((await harness.apply(again)).changed).toEqual([]);
  });

  it('makes the repository\'s CVE and the image\'s GHSA one issue', async () => {
    const [one] = (await harness.apply(trivy(1))).changed as [FindingChanged];
    const image = 'image-name:registry.example/pay';
    await harness.chain(1, { asset: image, kind: 'image-name', lineage: [image, one.asset] });
    const [other] = (await harness.apply(scan({ sequence: 2, asset: image, tool: 'grype', drafts: [vulnerable(PURL, [GHSA], 'grype')] }))).changed as [FindingChanged];
    await feed(GHSA, 1, [CVE]);
    const { changed } = await follow();
    expect(changed.map(({ findingId, change, mergedInto }) => [findingId, change, mergedInto]).sort()).toEqual([[one.findingId, 'changed', ''], [other.findingId, 'changed', '']].sort());
    expect(new Set(changed.map((finding) => finding.issueId)).size).toBe(1);
  });

  it('twice says nothing the second time, and an older record nothing at all', async () => {
    await two();
    await feed(GHSA, 2, [CVE]);
    await follow();
    const settled = await state();
    await feed(GHSA, 2, [CVE]);
    await feed(GHSA, 1, []);
    expect(await harness.run((unit) => unit.query('select 1 from due_work where kind = $1', [SETTLE_ALIASES]))).toEqual([]);
    await harness.run(async (unit) => {
      await unit.query('update alias_cursor set changed_seq = 0');
      await scheduleDue(unit, { kind: SETTLE_ALIASES, key: TENANT, tenantId: tenantId(TENANT), dueAt: clock.now() });
    });
    expect(await follow()).toEqual({ changed: [], audits: [] });
    expect(await state()).toEqual(settled);
  });

  it('that would make two CVEs one unites nothing', async () => {
    await harness.apply(scan({ sequence: 1, tool: 'trivy', drafts: [vulnerable(PURL, [CVE]), vulnerable(PURL, ['CVE-2024-2000'])] }));
    await harness.apply(scan({ sequence: 2, tool: 'govulncheck', drafts: [vulnerable(PURL, ['GO-2024-1'], 'govulncheck')] }));
    const before = await state();
    await feed('GO-2024-1', 1, [CVE, 'CVE-2024-2000']);
    expect(await follow()).toEqual({ changed: [], audits: [] });
    expect(await state()).toEqual(before);
  });

  it('merges findings whose keys are from before feeds were read', async () => {
    const [one, other] = await two();
    await harness.run((unit) => unit.query('update identity_key set subject = null'));
    await feed(GHSA, 1, [CVE]);
    expect((await follow()).changed).toEqual([]);
    await harness.run((unit) => nameSubjects({ kind: NAME_SUBJECTS, key: TENANT, tenantId: tenantId(TENANT), dueAt: clock.now(), payload: { after: '' }, attempt: 1 }, unit, clock));
    expect((await follow()).changed).toMatchObject([{ findingId: one.findingId, change: 'merged' }, { findingId: other.findingId, mergedInto: one.findingId }]);
  });

  it('a crash at any statement leaves all or nothing of an asset, and the next turn ends it', async () => {
    const [one, other] = await two();
    await feed(GHSA, 1, [CVE]);
    const before = await state();
    for (let statement = 3; statement < 60; statement += 1) {
      const killed = await follow(statement).then(() => false, () => true);
      if (!killed) break;
      expect(await state()).toEqual(before);
    }
    await follow();
    expect((await known(other.findingId))?.finding).toMatchObject({ status: 'retired', mergedInto: one.findingId });
    expect((await known(one.findingId))?.occurrences).toHaveLength(2);
  });
});

describe('GET /v1/vulnerabilities/{id}', () => {
  const caller = { tenantId: tenantId(TENANT) } as unknown as Parameters<VulnerabilitiesController['one']>[0];

  it('names all ids of a flaw with the feeds that say so, and counts its findings', async () => {
    await two();
    await feed(GHSA, 1, [CVE]);
    await feed('PYSEC-2024-9', 1, [GHSA]);
    await feed('PYSEC-2024-9', 2, []);
    await follow();
    const controller = new VulnerabilitiesController(harness.database);
    const answer = await controller.one(caller, GHSA.toLowerCase());
    expect(vulnerabilityAnswer.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      id: GHSA, canonical: CVE, ids: [CVE, GHSA], findings: 1,
      edges: [{ a: GHSA, b: CVE, source: 'osv', since: '2026-02-01T00:00:00.000Z', withdrawnAt: null, unites: true }, { a: 'PYSEC-2024-9', b: GHSA, withdrawnAt: '2026-02-01T00:00:00.000Z', unites: false }],
    });
    await expect(controller.one(caller, 'CVE-1999-0001')).rejects.toMatchObject({ problem: { status: 404 } });
    await expect(controller.one(caller, "x'); drop")).rejects.toMatchObject({ problem: { status: 404 } });
  });
});

describe('what people decided outweighs a feed', () => {
  const by = {
    caller: { sub: 'ada', tenantId: tenantId(TENANT), actor: 'ada', name: 'Ada', role: 'triager', scopes: [] } as unknown as Parameters<typeof merge>[3]['caller'],
    policy: DEFAULT_POLICY, now: new Date('2026-03-01T00:00:00Z'),
  };

  it('findings that were split are not merged again', async () => {
    const drafts = [vulnerable(PURL, [CVE, GHSA], 'osv-scanner'), vulnerable(PURL, [GHSA], 'grype')];
    const [finding] = (await harness.apply(scan({ sequence: 1, tool: 'both', drafts }))).changed as [FindingChanged];
    const observation = (await known(finding.findingId))?.occurrences.find((one) => one.content.rule.tool === 'grype');
    const created = await harness.run((unit) => split(unit, finding.findingId, { observations: [observation?.id ?? ''], reason: 'another flaw' }, by));
    await feed(GHSA, 1, [CVE]);
    const { changed } = await follow();
    expect(changed.filter((one) => one.change !== 'changed')).toEqual([]);
    expect((await known(created))?.finding.status).toBe('open');
  });

  it('findings that were merged stay so when the feed takes its word back', async () => {
    const [one] = await two();
    const [third] = (await harness.apply(scan({ sequence: 3, tool: 'osv', drafts: [vulnerable(PURL, ['PYSEC-2024-9'], 'osv')] }))).changed as [FindingChanged];
    await harness.run((unit) => merge(unit, one.findingId, { findings: [third.findingId], reason: 'the same' }, by));
    await feed(GHSA, 1, [CVE, 'PYSEC-2024-9']);
    await follow();
    await feed(GHSA, 2, []);
    await follow();
    expect((await known(one.findingId))?.occurrences.map((occurrence) => occurrence.content.rule.tool).sort()).toEqual(['osv', 'trivy']);
  });
});
