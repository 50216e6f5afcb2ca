import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sourceAddress } from './git-url.js';

describe('where a label points to', () => {
  it.each([
    ['https://github.com/acme/pay', 'github.com/acme/pay', '', ''],
    ['https://github.com/Acme/Pay.git', 'github.com/acme/pay', '', ''],
    ['https://user:token@github.com/acme/pay.git/', 'github.com/acme/pay', '', ''],
    ['http://www.github.com/acme/pay', 'github.com/acme/pay', '', ''],
    ['git@github.com:acme/pay.git', 'github.com/acme/pay', '', ''],
    ['ssh://git@github.com/acme/pay.git', 'github.com/acme/pay', '', ''],
    ['ssh://git@ssh.github.com:443/acme/pay.git', 'github.com/acme/pay', '', ''],
    ['git://github.com/acme/pay.git', 'github.com/acme/pay', '', ''],
    ['git+https://github.com/acme/pay.git', 'github.com/acme/pay', '', ''],
    ['git+ssh://git@github.com/acme/pay.git', 'github.com/acme/pay', '', ''],
    ['scm:git:https://github.com/acme/pay.git', 'github.com/acme/pay', '', ''],
    ['github.com/acme/pay', 'github.com/acme/pay', '', ''],
    ['https://github.com/acme/mono/tree/main/services/pay', 'github.com/acme/mono', 'services/pay', 'main'],
    ['https://github.com/acme/mono/blob/0f2d/services/pay/Dockerfile', 'github.com/acme/mono', 'services/pay/Dockerfile', '0f2d'],
    ['https://github.com/acme/mono.git#main:services/pay', 'github.com/acme/mono', 'services/pay', 'main'],
    ['https://github.com/acme/pay/actions', 'github.com/acme/pay', '', ''],
    ['https://gitlab.com/acme/group/pay/-/tree/main/services/x', 'gitlab.com/acme/group/pay', 'services/x', 'main'],
    ['git@gitlab.example.org:acme/group/pay.git', 'gitlab.example.org/acme/group/pay', '', ''],
    ['https://git.example.org:8443/acme/pay.git?ref=1', 'git.example.org/acme/pay', '', ''],
    ['https://github.com/acme/mono/tree/main/../../etc', 'github.com/acme/mono', '', 'main'],
  ])('%s', (text, repository, path, ref) => {
    expect(sourceAddress(text)).toEqual({ repository, path, ref });
  });

  it.each(['', 'pay', 'https://github.com/', 'https://github.com/acme', 'file:///etc/passwd', '/srv/git/pay.git', 'C:\\pay', 'https://github.com/acme/pa y', 'javascript:alert(1)', 'mailto:me@example.org'])('%j names no repository', (text) => {
    expect(sourceAddress(text)).toBeUndefined();
  });

  it('every form of one repository names the same', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
    fc.assert(fc.property(word, word, (owner, name) => {
      const forms = [`https://github.com/${owner}/${name}`, `https://x@github.com/${owner}/${name}.git`, `git@github.com:${owner}/${name}.git`, `ssh://git@github.com:22/${owner}/${name}`, `github.com/${owner.toUpperCase()}/${name}`];
      expect(new Set(forms.map((form) => sourceAddress(form)?.repository))).toEqual(new Set([`github.com/${owner}/${name}`]));
    }));
  });

  it('no text makes it throw or take long', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => { sourceAddress(text); }));
    const began = performance.now();
    for (const text of ['a'.repeat(100_000), 'a/'.repeat(50_000), `https://${'a.'.repeat(50_000)}`, `git@${'a'.repeat(100_000)}:`, `https://x/${'tree/'.repeat(20_000)}`]) sourceAddress(text);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
