import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fillAcme, GithubStandIn } from '@throughline/testing';
import { plainContext } from '../../src/api/index.js';
import { createGithubClient } from '../../src/github/client.js';
import { githubConfig } from '../../src/github/config.js';
import { missedOf } from '../../src/github/pull/deliveries.js';
import { NEEDS } from '../../src/github/pull/permissions.js';
import { githubPull } from '../../src/github/pull.js';
import { attributesOf, pullAll } from './world.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pem = (key: typeof privateKey, type: 'pkcs1' | 'pkcs8' = 'pkcs1') => String(key.export({ type, format: 'pem' }));
const ALL_PERMISSIONS = Object.fromEntries(NEEDS.map(({ permission }) => [permission, 'read']));

let github: GithubStandIn;
beforeEach(async () => {
  github = await new GithubStandIn().start();
  github.app = { key: publicKey, permissions: ALL_PERMISSIONS, tokenLifeMs: 3_600_000 };
  fillAcme(github);
  github.routes.set('GET /app/installations', [{ id: 1, account: { login: 'Acme', type: 'Organization' } }, { id: 2, account: { login: 'gone' }, suspended_at: '2026-01-01T00:00:00Z' }]);
});
afterEach(() => github.stop());

const config = (over: object = {}) => ({ baseUrl: github.url, appId: '77', privateKey: pem(privateKey), installations: [{ id: 1, organization: 'Acme' }], webhookSecret: '0123456789abcdef', ...over });
// The stand-in checks the life of a token by the real clock.
const pull = (over: object = {}, options: object = {}) => pullAll(githubPull, config(over), { now: new Date(), ...options });

describe('a GitHub App', () => {
  it('asks for one token an installation and uses it until it ends', async () => {
    const { facts, gaps } = await pull();
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).toBeDefined();
    expect(gaps).toEqual([expect.objectContaining({ scope: 'github:webhooks' })]);
    await pull();
    expect(github.asked(/access_tokens$/)).toHaveLength(1);
    expect(github.asked(/installation\/repositories/).length).toBeGreaterThan(0);
  });

  it.each(['pkcs1', 'pkcs8'] as const)('takes a %s key, also with its line breaks written out', async (type) => {
    for (const text of [pem(privateKey, type), pem(privateKey, type).replaceAll('\n', '\\n')]) expect((await pull({ privateKey: text, installations: [{ id: type === 'pkcs1' ? 11 : 12, organization: 'Acme' }] })).facts.length).toBeGreaterThan(0);
  });

  it('finds its installations when none is named, but not those that are suspended or of others', async () => {
    const { facts } = await pull({ installations: undefined });
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).toBeDefined();
    expect(github.asked(/installations\/2/)).toEqual([]);
    expect((await pull({ installations: undefined, organizations: ['elsewhere'] })).gaps.some(({ code }) => code === 'not_found')).toBe(true);
  });

  it('names each permission that it lacks, and what it costs, and asks for nothing that needs it', async () => {
    github.app = { key: publicKey, permissions: { metadata: 'read', contents: 'read' }, tokenLifeMs: 3_600_000 };
    const { gaps, facts } = await pull({ installations: [{ id: 21, organization: 'Acme' }] });
    for (const { permission, label } of NEEDS.filter((need) => need.permission !== 'contents')) {
      expect(gaps).toContainEqual(expect.objectContaining({ scope: 'github:acme', code: 'access_denied', reason: expect.stringContaining(permission), remedy: expect.stringContaining(label) }));
    }
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).toHaveProperty('codeowners');
    expect(github.asked(/actions|alerts|teams|packages|attestations|deployments/)).toEqual([]);
  });

  it('whose key is refused or is none is a gap of each installation, and the pull ends', async () => {
    for (const key of [pem(other), 'x'.repeat(200)]) {
      const { gaps, pages } = await pull({ privateKey: key, installations: [{ id: 31, organization: 'Acme' }, { id: 32, organization: 'Beta' }] });
      expect(gaps.filter(({ code }) => code === 'access_denied').map(({ scope }) => scope)).toEqual(['github:acme', 'github:beta']);
      expect(pages.at(-1)?.more).toBe(false);
    }
  });

  it('that was removed from one organization reads the others', async () => {
    const { gaps, facts } = await pullAll(githubPull, config({ installations: [{ id: 41, organization: 'Beta' }, { id: 42, organization: 'Acme' }] }), { now: new Date() });
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).toBeDefined();
    github.next.push(() => ({ status: 404, body: { message: 'Integration not found' } }));
    const again = await pull({ installations: [{ id: 43, organization: 'Beta' }, { id: 42, organization: 'Acme' }] });
    expect(again.gaps).toContainEqual(expect.objectContaining({ scope: 'github:beta', remedy: expect.stringContaining('installed in Beta') }));
    expect(attributesOf(again.facts, 'repo:github.com/acme/pay')).toBeDefined();
    expect(gaps.length).toBeGreaterThan(0);
  });

  it('a token that GitHub took back is asked for anew', async () => {
    await pull({ installations: [{ id: 51, organization: 'Acme' }] });
    github.tokens.clear();
    await pull({ installations: [{ id: 51, organization: 'Acme' }] });
    const { gaps } = await pull({ installations: [{ id: 51, organization: 'Acme' }] });
    expect(gaps.filter(({ scope }) => scope === 'github:acme')).toEqual([]);
  });

  it('never gives a token of one App to another, nor to another address, though the installation has the same number', async () => {
    const ask = (over: object) => createGithubClient(githubConfig.parse(config(over)), plainContext()).ask({ as: 'installation', id: 61 }, 'GET /installation/repositories');
    await ask({});
    await expect(ask({ privateKey: pem(other) })).rejects.toMatchObject({ kind: 'unauthorized' });
    const thief = await new GithubStandIn().start();
    await Promise.all([ask({}), ask({ baseUrl: thief.url }).catch(() => undefined)]);
    expect(thief.calls.map(({ authorization }) => authorization).join()).not.toContain('ghs_');
    await thief.stop();
  });

  it('sends the key nowhere and never names it in a gap or an error', async () => {
    const { pages } = await pull({ privateKey: pem(other) });
    expect(JSON.stringify([pages, github.calls])).not.toContain('PRIVATE KEY');
  });
});

describe('events that did not reach us', () => {
  const delivery = (id: number, guid: string, status_code: number, over: object = {}) => ({ id, guid, status_code, event: 'push', delivered_at: new Date().toISOString(), ...over });
  it('are asked for again, once, in their order; those that came, say nothing, or are refused again and again are not', async () => {
    github.routes.set('GET /app/hook/deliveries', [
      delivery(9, 'late', 502), delivery(8, 'came', 200), delivery(7, 'came', 0), delivery(6, 'early', 0), delivery(5, 'star', 500, { event: 'star' }),
      delivery(4, 'refused', 401), delivery(3, 'refused', 401), delivery(2, 'refused', 401), delivery(1, 'old', 500, { delivered_at: '2020-01-01T00:00:00Z' }),
    ]);
    for (const id of [6, 9]) github.routes.set(`POST /app/hook/deliveries/${id}/attempts`, () => ({ status: 202, body: {} }));
    const { gaps } = await pull();
    expect(github.asked(/attempts$/).map(({ path }) => path)).toEqual(['/app/hook/deliveries/6/attempts', '/app/hook/deliveries/9/attempts']);
    expect(gaps).toEqual([]);
  });
  it('are not asked for without a webhook of ours, with a token, or for one scope', async () => {
    await pull({ webhookSecret: undefined });
    await pull({}, { focus: 'teams:acme' });
    expect(github.asked(/deliveries/)).toEqual([]);
  });
  it('are told apart by the id that GitHub gave the first attempt', () => {
    expect(missedOf([{ id: 2, guid: 'a', ok: false, event: 'push' }, { id: 1, guid: 'a', ok: false, event: 'push' }])).toEqual([{ id: 2, guid: 'a', ok: false, event: 'push' }]);
  });
});
