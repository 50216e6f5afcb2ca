import { describe, expect, it } from '@jest/globals';
import { takeToken } from './token-link.js';

describe('takeToken', () => {
  it.each([
    ['#token=tl_abc', { token: 'tl_abc', rest: '' }], ['#token=a%2Bb&x=1', { token: 'a+b', rest: '#x=1' }], ['#why', { token: '', rest: '#why' }], ['', { token: '', rest: '' }],
  ])('%s', (hash, taken) => expect(takeToken(hash)).toEqual(taken));
});
