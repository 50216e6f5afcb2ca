import { describe, expect, it } from '@jest/globals';
import { scanQuery } from './scan-query.js';
import { contentKey, lineSubject, targetOf } from './target.js';

describe('what an upload says of itself', () => {
  it('brings repositories to one form', () => {
    for (const repository of ['github.com/Acme/Pay', 'https://github.com/acme/pay.git', 'git@github.com:acme/pay.git', 'ssh://git@github.com/acme/pay', 'https://github.com/acme/pay/']) {
      expect(scanQuery.parse({ repository }).repository).toBe('github.com/acme/pay');
    }
    for (const repository of ['pay', '../../etc', 'github.com/a b', 'file:///etc/passwd', '']) expect(scanQuery.safeParse({ repository }).success).toBe(false);
  });
  it('refuses unknown fields, traversal, control characters and nonsense', () => {
    for (const query of [{ tenantId: 'x' }, { path: 'a/../../b' }, { branch: 'a\nb' }, { coverage: 'all' }, { commit: 'HEAD' }, { image: 'a b' }, { url: 'javascript:alert(1)' }, { scannedAt: 'yesterday' }]) {
      expect(scanQuery.safeParse(query).success).toBe(false);
    }
  });
  it('gives another key to another commit, build, scope or bytes, and the same to another time or name', () => {
    const query = scanQuery.parse({ repository: 'github.com/acme/pay', commit: 'abcdef1', build: 'https://ci/1' });
    const key = contentKey('a', query).toString('hex');
    for (const change of [{ commit: 'abcdef2' }, { build: 'https://ci/2' }, { branch: 'x' }, { path: 'p' }, { category: 'c' }, { image: 'a/b' }]) {
      expect(contentKey('a', { ...query, ...change }).toString('hex')).not.toBe(key);
    }
    expect(contentKey('b', query).toString('hex')).not.toBe(key);
    expect(contentKey('a', { ...query, fileName: 'x', scannedAt: '2026-01-01T00:00:00Z' }).toString('hex')).toBe(key);
  });
  it('keeps the line apart from the target that normalization resolves', () => {
    const query = scanQuery.parse({ repository: 'github.com/acme/pay', branch: 'main' });
    expect(targetOf(query, true)).toMatchObject({ asset: '', line: 'main', defaultLine: true, repository: 'github.com/acme/pay' });
    expect(lineSubject(query)).toBe('repo:github.com/acme/pay');
    expect(lineSubject({ application: 'a' })).toBe('application:a');
    expect(lineSubject({})).toBe('');
  });
});
