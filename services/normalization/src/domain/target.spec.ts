import { describe, expect, it } from '@jest/globals';
import type { ScanTarget } from '@throughline/contracts';
import fc from 'fast-check';
import { repositoryName, resolveTarget, scopeKey, UNASSIGNED } from './target.js';

const EMPTY: ScanTarget = {
  asset: '', version: '', line: 'default', defaultLine: true, path: '', category: '', application: '', service: '', repository: '', branch: '', commit: '', image: '', url: '', account: '', environment: '', build: '', pullRequest: '', base: '',
};
const query = (over: Partial<ScanTarget>): ScanTarget => ({ ...EMPTY, ...over });
const DIGEST = `sha256:${'a'.repeat(64)}`;
const COMMIT = 'f9ec22dff2cb0d0bb2d3b2c28ec09e9e37afbf98';

describe('the target of a scan', () => {
  it.each<[string, Partial<ScanTarget>, string, string, string]>([
    ['a repository and commit', { repository: 'github.com/acme/pay', commit: COMMIT, line: 'main', branch: 'main' }, 'repo:github.com/acme/pay', `commit:github.com/acme/pay@${COMMIT}`, 'main'],
    ['a part of a monorepo', { repository: 'github.com/acme/mono', path: 'services/pay' }, 'repo:github.com/acme/mono#services/pay', '', 'default'],
    ['an image by tag', { image: 'Registry.example.com/acme/Pay:1.2' }, 'image-name:registry.example.com/acme/pay', '', 'default'],
    ['an image by digest', { image: `acme/pay@${DIGEST}`, line: 'main' }, 'image-name:docker.io/acme/pay', `image:docker.io/acme/pay@${DIGEST}`, 'default'],
    ['an image built from a repository', { image: `r.io/acme/pay@${DIGEST}`, repository: 'github.com/acme/pay' }, 'image-name:r.io/acme/pay', `image:r.io/acme/pay@${DIGEST}`, 'default'],
    ['an address', { url: 'https://Shop.example.com:8443/api/?q=1' }, 'endpoint:shop.example.com:8443/api', '', 'default'],
    ['an AWS account', { account: '111122223333' }, 'account:aws/111122223333', '', 'default'],
    ['another account', { account: 'azure/sub-1' }, 'account:azure/sub-1', '', 'default'],
    ['a service', { service: 'pay', application: 'shop' }, 'service:pay', '', 'default'],
    ['an application', { application: 'shop' }, 'application:shop', '', 'default'],
  ])('is %s', (_name, said, asset, version, line) => {
    expect(resolveTarget(query(said), {})).toMatchObject({ target: { asset, version, line }, problems: [] });
  });

  it('is what the query says, whatever the report says', () => {
    expect(resolveTarget(query({ application: 'shop' }), { repository: 'https://github.com/other/thing', image: 'x' }).target.asset).toBe('application:shop');
    expect(resolveTarget(query({ repository: 'github.com/acme/pay' }), { commit: COMMIT, repository: 'https://github.com/other/thing' }).target.version).toBe('');
  });

  it('is what the report says, when the query names nothing', () => {
    expect(resolveTarget(EMPTY, { image: `alpine:3.11@${DIGEST}` }).target).toMatchObject({ asset: 'image-name:docker.io/library/alpine', version: `image:docker.io/library/alpine@${DIGEST}` });
    expect(resolveTarget(EMPTY, { repository: 'git@github.com:Acme/Pay.git', commit: COMMIT, branch: 'main' }).target).toMatchObject({ asset: 'repo:github.com/acme/pay', version: `commit:github.com/acme/pay@${COMMIT}`, branch: 'main', repository: 'github.com/acme/pay' });
    expect(resolveTarget(EMPTY, { url: 'https://shop.example.com' }).target.asset).toBe('endpoint:shop.example.com');
  });

  it('is completed by the report when both mean the same thing', () => {
    expect(resolveTarget(query({ repository: 'github.com/acme/pay' }), { repository: 'https://github.com/acme/pay.git', commit: COMMIT }).target.version).toBe(`commit:github.com/acme/pay@${COMMIT}`);
    expect(resolveTarget(query({ image: 'acme/pay:1' }), { image: `acme/pay:1@${DIGEST}` }).target.version).toBe(`image:docker.io/acme/pay@${DIGEST}`);
    expect(resolveTarget(query({ image: 'acme/pay:1' }), { image: `acme/pay:2@${DIGEST}` }).target.version).toBe('');
  });

  it('is unassigned, with a problem, when nobody says', () => {
    expect(resolveTarget(EMPTY, {})).toMatchObject({ target: { asset: UNASSIGNED, line: 'default' }, problems: [{ code: 'target_unknown' }] });
    expect(resolveTarget(EMPTY, { url: 'not an address', image: 'has space', repository: '../..' }).target.asset).toBe(UNASSIGNED);
  });

  it('never throws, whatever the report says', () => fc.assert(fc.property(fc.record({ image: fc.string(), url: fc.string(), repository: fc.string(), account: fc.string(), commit: fc.string(), branch: fc.string(), category: fc.string() }), (hints) => {
    const { target } = resolveTarget(EMPTY, hints);
    expect(target.asset).not.toBe('');
  })));
});

describe('the scope', () => {
  it('differs in each of its parts, also when they hold the separator', () => {
    const keys = [query({ asset: 'a', path: 'b|c' }), query({ asset: 'a|b', path: 'c' }), query({ asset: 'a', category: 'x' }), query({ asset: 'a', line: 'dev' })].map((target) => scopeKey(target, 'tool'));
    expect(new Set([...keys, scopeKey(query({ asset: 'a' }), 'other')]).size).toBe(5);
  });
});

it.each([['https://github.com/Acme/Pay.git', 'github.com/acme/pay'], ['git@gitlab.example.com:group/sub/pay.git', 'gitlab.example.com/group/sub/pay'], ['ssh://git@host:2222/a/b', 'host:2222/a/b'], ['pay', ''], ['', '']])(
  'a repository written %s is %s', (raw, name) => expect(repositoryName(raw)).toBe(name),
);
