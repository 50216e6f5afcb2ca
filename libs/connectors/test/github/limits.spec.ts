import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { codeScanningAlert, fillAcme, GithubStandIn } from '@throughline/testing';
import { githubConfig, ownersOf } from '../../src/github/config.js';
import { catalogAttributes } from '../../src/github/pull/catalog.js';
import { githubPull } from '../../src/github/pull.js';
import { attributesOf, pullAll } from './world.js';

let github: GithubStandIn;
beforeEach(async () => {
  github = await new GithubStandIn().start();
  fillAcme(github);
  github.routes.set('GET /users/Acme', () => ({ body: { login: 'Acme', type: 'Organization' } }));
});
afterEach(() => github.stop());
const pull = (focus: string) => pullAll(githubPull, { baseUrl: github.url, token: 'ghp_0123456789', organizations: ['Acme'] }, { focus });
const text = (value: string) => () => ({ body: { encoding: 'base64', content: Buffer.from(value).toString('base64') } });
const tree = (files: Record<string, string>) => github.routes.set('GET /repos/Acme/pay/git/trees/main', () => ({ body: { truncated: false, tree: Object.entries(files).map(([path, id]) => ({ path, type: 'blob', sha: id.repeat(40).slice(0, 40), size: 100 })) } }));
const attributes = async () => attributesOf((await pull('repository:acme/pay')).facts, 'repo:github.com/acme/pay') ?? {};

describe('files of a repository', () => {
  it('CODEOWNERS is taken from the first of GitHub\'s places that has one', async () => {
    github.routes.set(`GET /repos/Acme/pay/git/blobs/${'a'.repeat(40)}`, text('* @acme/x'));
    for (const [files, path] of [[{ 'docs/CODEOWNERS': 'a', CODEOWNERS: 'a' }, 'CODEOWNERS'], [{ 'docs/CODEOWNERS': 'a' }, 'docs/CODEOWNERS'], [{ 'src/CODEOWNERS': 'a' }, undefined]] as const) {
      tree(files as Record<string, string>);
      expect((await attributes())['codeowners']).toEqual(path === undefined ? undefined : { path, text: '* @acme/x' });
    }
  });
  it('one that is too long names nobody rather than wrong owners', async () => {
    tree({ CODEOWNERS: 'a' });
    github.routes.set(`GET /repos/Acme/pay/git/blobs/${'a'.repeat(40)}`, text('/some/long/path @acme/team\n'.repeat(500)));
    const { gaps, facts } = await pull('repository:acme/pay');
    expect(gaps).toEqual([expect.objectContaining({ code: 'too_large', reason: expect.stringContaining('CODEOWNERS') })]);
    expect(attributesOf(facts, 'repo:github.com/acme/pay')).not.toHaveProperty('codeowners');
  });
  it('stay within 16 KiB of attributes, Dockerfiles near the root first, and say what was left out', async () => {
    const names = Object.fromEntries(['CODEOWNERS', 'Dockerfile', ...Array.from({ length: 30 }, (_, index) => `services/s${index}/Dockerfile`)].map((path) => [path, path === 'CODEOWNERS' ? 'a' : 'b']));
    tree(names);
    github.routes.set(`GET /repos/Acme/pay/git/blobs/${'a'.repeat(40)}`, text('* @acme/x\n'.repeat(600)));
    github.routes.set(`GET /repos/Acme/pay/git/blobs/${'b'.repeat(40)}`, text('RUN "x"\n'.repeat(2000)));
    const given = await attributes();
    expect(JSON.stringify(given).length).toBeLessThanOrEqual(16_384);
    expect((given['dockerfiles'] as { path: string; text: string }[])[0]).toMatchObject({ path: 'Dockerfile' });
    expect(given['dockerfilesLeftOut']).toBeGreaterThan(0);
  });
  it('that are binary or gone meanwhile are passed over', async () => {
    tree({ CODEOWNERS: 'a', Dockerfile: 'f' });
    github.routes.set(`GET /repos/Acme/pay/git/blobs/${'a'.repeat(40)}`, text('a\u0000b'));
    expect((await attributes())['codeowners']).toEqual({ path: 'CODEOWNERS', text: '' });
  });
});

describe('catalog-info.yaml', () => {
  it('names the owner of the first component, in any number of documents', () => {
    expect(catalogAttributes('kind: System\nmetadata: {name: s}\nspec: {owner: group:platform}\n---\nkind: Component\nmetadata: {name: pay}\nspec: {owner: payments}\n')).toEqual({ backstageOwner: 'payments', backstageName: 'pay' });
    expect(catalogAttributes('kind: API\nmetadata: {name: a}\nspec: {owner: team-a, system: x}\n')).toEqual({ backstageOwner: 'team-a', backstageName: 'a', backstageSystem: 'x' });
  });
  it('that is broken, empty, a bomb of aliases or something else names nobody', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}\n`;
    for (const broken of ['', '- a\n- b', 'kind: [', 'spec: 7', bomb, 'x'.repeat(100_000), 'kind: Component\nspec: {owner: [a]}']) expect(catalogAttributes(broken)).toEqual({});
  });
});

describe('alerts', () => {
  it('more than are read make the scan partial, and a gap', async () => {
    github.pageSize = 1;
    github.routes.set('GET /repos/Acme/pay/dependabot/alerts', Array.from({ length: 60 }, (_, number) => ({ number, state: 'open' })));
    const { scans, gaps } = await pull('dependabot:acme/pay');
    expect(scans[0]?.target['coverage']).toBe('partial');
    expect(gaps).toEqual([expect.objectContaining({ code: 'too_many' })]);
  });
  it('of kinds that are left out are not read, neither by a pull nor because of an event', async () => {
    const config = { baseUrl: github.url, token: 'ghp_0123456789', organizations: ['Acme'], alerts: ['dependabot'] };
    for (const focus of [undefined, 'code-scanning:acme/pay', 'whole:acme/pay']) {
      const { scans } = await pullAll(githubPull, config, focus === undefined ? {} : { focus });
      expect(new Set(scans.map(({ format }) => format))).toEqual(new Set(focus === 'code-scanning:acme/pay' ? [] : ['github-dependabot']));
    }
    expect(github.asked(/code-scanning|secret-scanning/)).toEqual([]);
  });
  it('are the same bytes in any order and with any change that says nothing', async () => {
    const body = async (alerts: readonly object[]) => {
      github.routes.set('GET /repos/Acme/pay/code-scanning/alerts', (call) => ({ body: call.query.get('state') === 'open' ? alerts : [] }));
      return (await pull('code-scanning:acme/pay')).scans[0]?.body;
    };
    const first = await body([codeScanningAlert(1), codeScanningAlert(2)]);
    expect(await body([codeScanningAlert(2, { updated_at: '2026-02-09T00:00:00Z' }), codeScanningAlert(1)])).toBe(first);
    expect(await body([codeScanningAlert(1)])).not.toBe(first);
  });
});

describe('configuration', () => {
  it('takes what the contract names and refuses what it does not', () => {
    expect(githubConfig.parse({})).toEqual({ baseUrl: 'https://api.github.com' });
    expect(githubConfig.parse({ appId: 7 })).toMatchObject({ appId: '7' });
    for (const wrong of [{ baseUrl: 'file:///etc' }, { organizations: ['a/b'] }, { webhookSecret: 'short' }, { installations: [{ id: -1, organization: 'a' }] }, { other: 1 }]) expect(githubConfig.safeParse(wrong).success).toBe(false);
  });
  it('says whose events are taken; a broken one takes all that its signature proves', () => {
    expect(ownersOf({ organizations: ['Acme'], installations: [{ id: 1, organization: 'Beta' }] })).toEqual(new Set(['acme', 'beta']));
    expect(ownersOf({})).toBeUndefined();
    expect(ownersOf(undefined)).toBeUndefined();
  });
});
