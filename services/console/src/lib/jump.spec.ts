import { describe, expect, it } from '@jest/globals';
import { jumpOf } from './jump.js';

describe('what a pasted text leads to', () => {
  it.each([
    ['01900000-0000-7000-8000-00000000000A', { kind: 'finding', id: '01900000-0000-7000-8000-00000000000a' }],
    ['cve-2021-23337', { kind: 'identifier', id: 'CVE-2021-23337' }],
    ['GHSA-35jh-r3h4-6jhm', { kind: 'identifier', id: 'GHSA-35JH-R3H4-6JHM' }],
    ['pkg:npm/lodash@4.17.20', { kind: 'component', purl: 'pkg:npm/lodash@4.17.20' }],
    [`sha256:${'A'.repeat(64)}`, { kind: 'trace', from: `image:sha256:${'a'.repeat(64)}` }],
    ['arn:aws:ecs:eu-west-1:1:service/a/b', { kind: 'trace', from: 'arn:aws:ecs:eu-west-1:1:service/a/b' }],
    ['https://github.com/acme/pay', { kind: 'trace', from: 'repo:github.com/acme/pay' }],
    ['lodash', undefined], ['javascript:alert(1)', undefined],
  ])('%s', (text, jump) => expect(jumpOf(text)).toEqual(jump));
});
