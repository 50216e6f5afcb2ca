import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS, type ChainChanged, type FindingChanged } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { fakeClock } from '@throughline/testing';
import { handleChainChanged } from '../src/consumers/chain-changed.handler.js';
import { merge, split, type Correcting } from '../src/corrections/correct-identity.js';
import { REGROUP, regroupIssues } from '../src/due/regroup-issues.js';
import { applyRetention, RETENTION } from '../src/due/retention.js';
import { FindingsController } from '../src/http/findings.controller.js';
import { observationsAnswer } from '../src/http/schemas.js';
import { loadKnown } from '../src/persistence/finding.repository.js';
import { DEFAULT_POLICY } from '../src/domain/policy.js';
import { at, draft, scan, startHarness, TENANT, toRecord, vulnerable, REPOSITORY, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const by: Correcting = {
  caller: { sub: 'ada', tenantId: TENANT, actor: 'ada', name: 'Ada', role: 'triager', scopes: [] } as unknown as Correcting['caller'],
  policy: DEFAULT_POLICY, now: new Date('2026-03-01T00:00:00Z'),
};
const two = [vulnerable('pkg:npm/x@1', ['CVE-2024-1'], 'a'), vulnerable('pkg:npm/x@1', ['GHSA-1111-2222-3333'], 'a')];
const known = (id: string) => harness.run(async (unit) => (await loadKnown(unit, [id])).get(id));

describe('corrections of identity by people', () => {
  it('a merge survives later scans, of other tools and lines too', async () => {
    const [one, other] = (await harness.apply(scan({ sequence: 1, tool: 'a', drafts: two }))).changed as [FindingChanged, FindingChanged];
    await harness.run((unit) => merge(unit, one.findingId, { findings: [other.findingId], reason: 'aliases' }, by));
    expect(await known(other.findingId)).toMatchObject({ finding: { status: 'retired', statusReason: `merged into ${one.findingId}`, version: 2 }, occurrences: [] });
    const again = await harness.apply(scan({ sequence: 2, tool: 'a', drafts: two }));
    expect(again.changed).toEqual([]);
    expect(again.completed[0]?.counts).toMatchObject({ unchanged: 1, merged: 1 });
    const third = await harness.apply(scan({ sequence: 3, tool: 'b', drafts: [vulnerable('pkg:npm/x@1', ['GHSA-1111-2222-3333'], 'b')] }));
    expect(third.changed).toMatchObject([{ findingId: one.findingId, tools: ['a', 'b'], flags: [] }]);
  });

  it('a split survives later scans, also on a new branch, and can be merged again', async () => {
    const secret = (path: string) => draft({ class: 'secrets', secret: { type: '', hash: 'e'.repeat(64), keyVersion: 1 }, location: at(path, 1, 'x') });
    const drafts = [secret('a'), secret('test/b')];
    const [finding] = (await harness.apply(scan({ sequence: 1, drafts }))).changed as [FindingChanged];
    const observation = (await known(finding.findingId))?.occurrences.find((one) => one.content.location?.path === 'test/b');
    const created = await harness.run((unit) => split(unit, finding.findingId, { observations: [observation?.id ?? ''], reason: 'a fixture' }, by));
    const again = await harness.apply(scan({ sequence: 2, drafts }));
    expect(again).toMatchObject({ changed: [], completed: [{ counts: { unchanged: 2, merged: 0 } }] });
    const branch = await harness.apply(scan({ sequence: 3, line: 'feature', drafts: drafts.slice(1) }));
    expect(branch).toMatchObject({ changed: [], completed: [{ introduced: [], counts: { unchanged: 1 } }] });
    const gone = await harness.apply(scan({ sequence: 4, drafts: drafts.slice(0, 1) }));
    expect(gone.changed).toMatchObject([{ findingId: created, status: 'awaiting-verification' }]);
    await harness.run((unit) => merge(unit, finding.findingId, { findings: [created], reason: 'after all' }, by));
    const back = await harness.apply(scan({ sequence: 5, drafts }));
    expect(back.changed).toMatchObject([{ findingId: finding.findingId, status: 'open' }]);
    expect(back.completed[0]?.counts).toMatchObject({ created: 0, merged: 1 });
  });

  it('observations say what each scan shows, since when, and why they are one finding', async () => {
    const flaw = (tool: string) => [vulnerable('pkg:npm/x@1', ['CVE-2024-1'], tool)];
    const [one] = (await harness.apply(scan({ sequence: 1, tool: 'a', drafts: flaw('a') }))).changed as [FindingChanged];
    await harness.apply(scan({ sequence: 2, tool: 'b', drafts: flaw('b') }));
    await harness.apply(scan({ sequence: 3, tool: 'a', drafts: flaw('a') }));
    await harness.apply(scan({ sequence: 4, tool: 'b', drafts: [] }));
    const controller = new FindingsController(harness.database, fakeClock(by.now), by.policy);
    const answer = await controller.observations(by.caller, one.findingId);
    expect(observationsAnswer.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      items: [
        { tool: 'a', present: true, missedScans: 0, firstSeen: '2026-01-01T00:01:00.000Z', lastSeen: '2026-01-01T00:03:00.000Z', version: 'commit:3' },
        { tool: 'b', present: false, missedScans: 1, firstSeen: '2026-01-01T00:02:00.000Z', lastSeen: '2026-01-01T00:02:00.000Z', version: 'commit:2' },
      ],
      identity: { keys: [{ kind: 'alias', recipe: 'package/1' }], decisions: [], flags: [] },
    });
    expect(answer.items[1]).toMatchObject({ join: { rule: 'same key: alias', recipe: 'package/1', fields: ['package', 'advisory'], confidence: 1, evidence: 'CVE-2024-1', by: '' }, firstScan: expect.any(String), goneScan: expect.any(String) });
    expect(answer.items[0]).toMatchObject({ goneScan: null });
    await expect(controller.observations({ ...by.caller, tenantId: tenantId('00000000-0000-7000-8000-000000000002') }, one.findingId)).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it('observations that a person or nearness brought say so (C8)', async () => {
    const [one, other] = (await harness.apply(scan({ sequence: 1, tool: 'a', drafts: two }))).changed as [FindingChanged, FindingChanged];
    await harness.run((unit) => merge(unit, one.findingId, { findings: [other.findingId], reason: 'aliases' }, by));
    const controller = new FindingsController(harness.database, fakeClock(by.now), by.policy);
    const joined = (await controller.observations(by.caller, one.findingId)).items.map((item) => item.join);
    expect(joined).toContainEqual({ rule: 'merged by a person', recipe: 'operator/1', fields: [], confidence: 1, at: by.now.toISOString(), by: 'ada', evidence: 'aliases', scan: null });
    await harness.apply(scan({ sequence: 2, drafts: [draft({ location: at('src/a.js', 10, 'return eval(input);', 'run') })] }));
    const [moved] = (await harness.apply(scan({ sequence: 3, drafts: [draft({ location: at('lib/a.js', 12, 'return eval(input);', 'run') })] }))).changed as [FindingChanged];
    expect((await controller.observations(by.caller, moved.findingId)).items).toMatchObject([{ join: { recipe: expect.stringMatching(/^drift\//), by: '', scan: expect.any(String) } }]);
  });

  it('a flagged finding names those that might be the same, from both sides', async () => {
    const [cve, ghsa] = (await harness.apply(scan({ sequence: 1, tool: 'a', drafts: two }))).changed as [FindingChanged, FindingChanged];
    await harness.apply(scan({ sequence: 2, tool: 'b', drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1', 'GHSA-1111-2222-3333'], 'b')] }));
    const controller = new FindingsController(harness.database, fakeClock(by.now), by.policy);
    const of = async (id: string) => (await controller.observations(by.caller, id)).identity;
    expect(await of(cve.findingId)).toMatchObject({ flags: ['identity_conflict'], candidates: [{ finding: ghsa.findingId, flag: 'identity_conflict' }] });
    expect(await of(ghsa.findingId)).toMatchObject({ flags: ['identity_conflict'], candidates: [{ finding: cve.findingId, flag: 'identity_conflict' }] });
  });

  it('refuses what cannot be: another asset, nothing left, an unknown finding', async () => {
    const here = (await harness.apply(scan({ sequence: 1, drafts: [draft()] }))).changed[0] as FindingChanged;
    const there = (await harness.apply(scan({ sequence: 2, asset: 'repo:github.com/acme/other', drafts: [draft()] }))).changed[0] as FindingChanged;
    const fails = (work: Parameters<Harness['run']>[0]) => harness.run(work).then(() => 'done', (error: { problem?: { code?: string } }) => error.problem?.code);
    expect(await fails((unit) => merge(unit, here.findingId, { findings: [there.findingId], reason: 'no' }, by))).toBe('different_assets');
    const only = (await known(here.findingId))?.occurrences[0]?.id ?? '';
    expect(await fails((unit) => split(unit, here.findingId, { observations: [only], reason: 'no' }, by))).toBe('nothing_left');
    expect(await fails((unit) => split(unit, here.findingId, { observations: ['1'], reason: 'no' }, by))).toBe('observation_not_found');
    expect(await fails((unit) => merge(unit, '01900000-0000-7000-8000-000000000000', { findings: [there.findingId], reason: 'no' }, by))).toBe('finding_not_found');
  });
});

describe('issues and lineage', () => {
  const image = 'image-name:registry.example/pay';
  const chain = (asset: string, version: number, lineage: readonly string[]) => ({
    ...toRecord(scan({ sequence: 1, drafts: [] })[0] as never, 0), topic: TOPICS.chainChanged,
    value: { tenantId: TENANT, asset, version, kind: 'image-name', lineage, running: [], formerly: [], decommissionedAt: '' } as unknown as ChainChanged,
  });

  it('the same flaw in repository and image is one issue, whichever comes first: scan or chain', async () => {
    const flaw = ['CVE-2019-10744'];
    const [repository] = (await harness.apply(scan({ sequence: 1, drafts: [vulnerable('pkg:npm/lodash@4.17.4', flaw)] }))).changed as [FindingChanged];
    const [container] = (await harness.apply(scan({ sequence: 2, asset: image, drafts: [vulnerable('pkg:npm/lodash@4.17.4', flaw)] }))).changed as [FindingChanged];
    expect(container.issueId).not.toBe(repository.issueId);
    const clock = fakeClock(new Date('2026-02-01T00:00:00Z'));
    await harness.run((unit) => handleChainChanged([chain(image, 2, [REPOSITORY, image]), chain(image, 1, [])], unit, clock));
    await harness.run((unit) => handleChainChanged([chain(image, 1, [])], unit, clock));
    const due = await harness.run((unit) => unit.query<{ kind: string; key: string; payload: { asset: string; after: string } }>(`select kind, key, payload from due_work where kind = '${REGROUP}'`));
    expect(due).toMatchObject([{ kind: REGROUP, payload: { asset: image, after: '' } }]);
    await harness.run((unit) => regroupIssues({ kind: REGROUP, key: due[0]?.key ?? '', tenantId: tenantId(TENANT), dueAt: new Date(), payload: { asset: image, after: '' }, attempt: 1 }, unit, clock));
    expect((await known(container.findingId))?.finding).toMatchObject({ issueId: repository.issueId, version: 2 });
    const grype = await harness.apply(scan({ sequence: 3, asset: image, tool: 'grype', drafts: [vulnerable('pkg:npm/lodash@4.17.4', flaw, 'grype')] }));
    expect(grype.changed).toMatchObject([{ issueId: repository.issueId }]);
  });
});

describe('retention', () => {
  const later = (days: number) => fakeClock(new Date(Date.UTC(2026, 0, 1) + days * 86_400_000));
  const work = { kind: RETENTION, key: TENANT, tenantId: tenantId(TENANT), dueAt: new Date(), payload: {}, attempt: 1 };

  it('a branch that nobody scans is forgotten, its own findings retired; the default line stays; back, it is the same finding', async () => {
    await harness.apply(scan({ sequence: 1, drafts: [draft()] }));
    const onBranch = [draft(), draft({ location: at('src/new.js', 1, 'eval(other)') })];
    const [mine] = (await harness.apply(scan({ sequence: 2, line: 'feature', drafts: onBranch }))).changed as [FindingChanged];
    const due = await harness.run((unit) => unit.query('select kind from due_work'));
    expect(due).toEqual([{ kind: RETENTION }]);
    expect(await harness.run((unit) => applyRetention(work, unit, later(60)))).toMatchObject({ kind: 'again' });
    expect((await known(mine.findingId))?.finding.status).toBe('open');
    await harness.run((unit) => applyRetention(work, unit, later(100)));
    expect(await known(mine.findingId)).toMatchObject({ finding: { status: 'retired', version: 2 }, occurrences: [] });
    expect(await harness.run((unit) => unit.query("select status, count(*)::int as n from finding group by 1 order by 1"))).toEqual([{ status: 'open', n: 1 }, { status: 'retired', n: 1 }]);
    const back = await harness.apply(scan({ sequence: 3, line: 'feature', drafts: onBranch }));
    expect(back.changed).toMatchObject([{ findingId: mine.findingId, status: 'open', version: 3 }]);
    await harness.run((unit) => applyRetention(work, unit, later(500)));
    expect(await harness.run((unit) => unit.query('select 1 from scan union all select 1 from scan_part'))).toEqual([]);
  });
});
