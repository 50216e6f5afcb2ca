import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Asset } from './assets.js';
import type { Json } from './claims.js';
import { definitionFacts, globMatches } from './definitions.js';
import type { Definition } from './definitions.js';
import type { Link } from './links.js';
import { activeTeam, ownersOf, ownersOfCode, teamSlug } from './owners.js';
import type { OwnerFacts, Team } from './owners.js';

const REPO = urn('repo:github.com/acme/mono');
const asset = (attributes: Json): Asset => ({ urn: REPO, attributes, resolved: true, firstSeen: 1, lastSeen: 1, retiredAt: null });
const link = (team: string, method: string, evidence: Json = {}): Link =>
  ({ from: REPO, kind: 'owned-by', to: urn(`team:${team}`), method, verified: false, confidence: 0.9, evidence, validFrom: 1, validTo: null });
const team = (slug: string, extra: Partial<Team> = {}): Team => ({ slug, handles: [], members: [], active: true, successor: '', ...extra });
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
