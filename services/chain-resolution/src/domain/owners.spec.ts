import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Asset } from './assets.js';
import type { Json } from './claims.js';
import { definitionFacts, globMatches } from './definitions.js';
import type { Definition } from './definitions.js';
import type { Link } from './links.js';
import { ownersOf, ownersOfCode } from './owners.js';
import type { OwnerFacts } from './owners.js';
import { activeTeam, teamSlug, teamsOf } from './teams.js';
import type { Team } from './teams.js';

const REPO = urn('repo:github.com/acme/mono');
const asset = (attributes: Json): Asset => ({ urn: REPO, attributes, resolved: true, firstSeen: 1, lastSeen: 1, retiredAt: null });
const link = (team: string, method: string, evidence: Json = {}): Link =>
  ({ from: REPO, kind: 'owned-by', to: urn(`team:${team}`), method, verified: false, confidence: 0.9, evidence, validFrom: 1, validTo: null });
const team = (slug: string, extra: Partial<Team> = {}): Team => ({ slug, handles: [], members: [], former: [], active: true, successor: '', ...extra });
const rule = (slug: string, body: Json): Definition => ({ kind: 'ownership-rules', slug, body });
const facts = (extra: Partial<OwnerFacts>): OwnerFacts => ({ asset: REPO, facts: undefined, links: [], rules: [], teams: [], applications: [], ...extra });
const CODEOWNERS = { codeowners: { path: 'CODEOWNERS', text: '* @acme/core\n/services/pay/ @acme/payments\n/docs/\n*.md @alice\n' } };

describe('owners', () => {
  it('G2: manual, rule, CODEOWNERS, Backstage, tag, repository team, in this order, each with its source', () => {
    const owners = ownersOf(facts({
      facts: asset({ ...CODEOWNERS, backstageOwner: 'group:backstagers', tags: { team: 'tagged' }, teams: ['writers'] }),
      links: [link('hosts', 'api', { source: 'repository-team' }), link('hand', 'manual')],
      rules: [rule('mono', { match: { repository: 'github.com/acme/*' }, team: 'ruled' })],
    }));
    expect(owners.map((owner) => [owner.source, owner.team])).toEqual([
      ['manual', 'hand'], ['ownership-rule', 'ruled'], ['codeowners', ''], ['codeowners', 'payments'], ['codeowners', 'core'],
      ['backstage', 'backstagers'], ['tag', 'tagged'], ['repository-team', 'hosts'], ['repository-team', 'writers'],
    ]);
    expect(owners.find((owner) => owner.team === 'payments')).toMatchObject({ pathPrefix: '/services/pay/', evidence: 'CODEOWNERS:2' });
  });

  it('E13: a sub-path is owned by whom its line names', () => {
    const input = { links: new Map(), facts: new Map([[REPO, asset(CODEOWNERS)]]), rules: [], teams: [], applications: [] };
    expect(ownersOfCode(urn(`${REPO}#services/pay`), input)[0]).toMatchObject({ team: 'payments' });
    expect(ownersOfCode(urn(`${REPO}#services/other`), input)[0]).toMatchObject({ team: 'core' });
    expect(ownersOfCode(urn(`${REPO}#docs`), input)).toEqual([]);
    expect(ownersOfCode(REPO, input)[0]).toMatchObject({ team: 'core' });
  });

  it('maps handles, members and names to teams; a person without a team is nobody', () => {
    const teams = [team('payments', { handles: ['@acme/pay-team'] }), team('core', { members: ['alice', 'bob'] }), team('web', { members: ['bob'] })];
    expect(['@acme/pay-team', '@Acme/Pay-Team', '@acme/other', '@alice', '@bob', '@carol', 'x@example.com', 'group:default/ops'].map((owner) => teamSlug(owner, teams)))
      .toEqual(['payments', 'payments', 'other', 'core', '', '', '', 'ops']);
  });

  it('G3: a team that is gone falls to its successor, never to nobody by a cycle', () => {
    const teams = [team('a', { active: false, successor: 'b' }), team('b', { active: false, successor: 'c' }), team('x', { active: false, successor: 'y' }), team('y', { active: false, successor: 'x' }), team('z', { active: false })];
    expect(['a', 'x', 'z', 'unheard-of'].map((slug) => activeTeam(slug, teams))).toEqual(['c', undefined, undefined, 'unheard-of']);
  });

  it('G3: who left stands for the active team that they were in; else the next line or source speaks', () => {
    const file = { codeowners: { path: 'CODEOWNERS', text: '* @acme/core\n/pay/ @alice\n/web/ @bob\n' }, backstageOwner: 'user:default/alice' };
    const owners = (teams: Team[]): string[] => ownersOf(facts({ facts: asset(file), teams })).map((owner) => `${owner.pathPrefix}=${owner.team}`);
    expect(owners([team('payments', { members: ['alice'] }), team('web', { members: ['bob'] })])).toEqual(['/web/=web', '/pay/=payments', '*=core', '=payments']);
    expect(owners([team('payments', { former: ['alice'] }), team('web', { active: false, members: ['bob'], successor: 'front' })])).toEqual(['/web/=front', '/pay/=payments', '*=core', '=payments']);
    expect(owners([team('payments', { active: false, former: ['alice'] })])).toEqual(['*=core']);
    // in two teams: the one that works on the repository
    const both = [team('payments', { members: ['alice'] }), team('guild', { members: ['alice'] })];
    expect(ownersOf(facts({ facts: asset({ ...file, teams: ['payments'] }), teams: both })).find((owner) => owner.pathPrefix === '/pay/')?.team).toBe('payments');
    expect(ownersOf(facts({ facts: asset(file), teams: both })).find((owner) => owner.pathPrefix === '/pay/')).toBeUndefined();
  });

  it('teams are what people define over what hosts say', () => {
    const hosts = [
      { slug: 'pay', attributes: { handles: ['@acme/pay'], members: ['alice'], parent: 'dept' }, retired: false, ever: ['alice', 'bob'] },
      { slug: 'old', attributes: { active: false, parent: 'dept' }, retired: false, ever: [] }, { slug: 'gone', attributes: { name: 'Gone' }, retired: true, ever: [] },
      { slug: 'deleted', attributes: {}, retired: true, ever: [] }, { slug: 'kept', attributes: { archived: true }, retired: false, ever: [] },
    ];
    const teams = teamsOf([{ kind: 'teams', slug: 'pay', body: { handles: ['@pay'], successor: 'money' } }, { kind: 'teams', slug: 'kept', body: { active: true } }], hosts);
    expect(teams.find((one) => one.slug === 'pay')).toEqual({ slug: 'pay', handles: ['@pay', '@acme/pay'], members: ['alice'], former: ['bob'], active: true, successor: 'money' });
    expect(teams.map((one) => [one.slug, one.active])).toEqual([['deleted', true], ['gone', false], ['kept', true], ['old', false], ['pay', true]]);
    expect(activeTeam('old', teams)).toBe('dept');
  });

  it('G7: GitLab sections give the owner of a path', () => {
    const text = '* @acme/core\n[Pay][2] @acme/payments\nservices/pay/\n^[Docs] @acme/writers\n*.md\n';
    const node = urn('repo:gitlab.com/acme/mono');
    const input = { links: new Map(), facts: new Map([[node, { ...asset({ codeowners: { path: 'CODEOWNERS', text } }), urn: node }]]), rules: [], teams: [], applications: [] };
    expect(ownersOfCode(urn(`${node}#services/pay`), input)[0]).toMatchObject({ team: 'payments', evidence: 'CODEOWNERS:3' });
    expect(ownersOfCode(urn(`${node}#apps/services/pay`), input)[0]).toMatchObject({ team: 'payments' });
    expect(ownersOfCode(node, input)[0]).toMatchObject({ team: 'core' });
  });

  it('rules need every condition they name; the higher priority comes first', () => {
    const rules = [rule('a', { match: { repository: '*/mono' }, team: 'low' }), rule('b', { match: { repository: '*/mono', application: 'shop' }, team: 'high', priority: 5 }), rule('c', { match: {}, team: 'never' }), rule('d', { match: { service: '*' }, team: 'never' })];
    expect(ownersOf(facts({ rules })).map((owner) => owner.team)).toEqual(['low']);
    expect(ownersOf(facts({ rules, applications: ['shop'] })).map((owner) => owner.team)).toEqual(['high', 'low']);
  });

  it('globs are anchored and linear', () => {
    expect([globMatches('a*c', 'abc'), globMatches('a*c', 'abcd'), globMatches('*', ''), globMatches('a?c', 'abc'), globMatches('', 'a')]).toEqual([true, false, true, true, false]);
    const begun = process.hrtime.bigint();
    globMatches(`${'*a'.repeat(400)}!`, 'a'.repeat(10_000));
    expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeLessThan(500);
  });
});

describe('definitions', () => {
  it('state nodes and edges of method manual', () => {
    const { assets, links } = definitionFacts({ kind: 'services', slug: 'pay', body: { application: 'shop', team: 'payments', runtimes: ['arn:aws:ecs:eu-central-1:1:service/prod/pay'], repositories: ['github.com/acme/mono#services/pay'] } }, 5);
    expect(assets[0]?.urn).toBe('service:pay');
    expect(links.map((claim) => [claim.from, claim.kind, claim.to, claim.method])).toEqual([
      ['service:pay', 'owned-by', 'team:payments', 'manual'], ['service:pay', 'member-of', 'application:shop', 'manual'],
      ['service:arn:aws:ecs:eu-central-1:1:service/prod/pay', 'member-of', 'service:pay', 'manual'], ['repo:github.com/acme/mono#services/pay', 'runs-as', 'service:pay', 'manual'],
    ]);
  });
});
