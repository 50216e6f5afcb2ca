import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Content } from '../content.js';
import { nearLookups, nearOf } from './near.js';
import type { View } from './view.js';

const ASSET = '00000000-0000-0000-0000-00000000000a';
const view = (over: Partial<View>): View => ({
  id: '1', class: 'sast', tool: 't', rule: 'r', ruleName: '', title: '', weaknesses: [], path: 'src/a.js', startLine: 1, endLine: 1, startColumn: 0, endColumn: 0, snippet: '', symbol: '',
  native: '', flow: [], url: '', method: '', parameter: '', resource: '', secret: '', version: '', ...over,
});
const stored = (over: Partial<NonNullable<Content['location']>>, kind = 'sast') => nearOf({
  location: { path: 'src/a.js', startLine: 0, endLine: 0, startColumn: 0, endColumn: 0, snippet: '', symbol: '', url: '', method: '', parameter: '', resource: '', ...over },
} as Content, kind, ASSET);
const finds = (asking: View, other: ReturnType<typeof stored>): boolean => nearLookups(asking, ASSET).some(({ key, from, upto }) => key === other.key && other.line <= upto && other.endLine >= from);

describe('places near a result', () => {
  it('every result that overlaps it, or lies within a few lines of it, is found by its bucket', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(60), fc.integer({ min: -10, max: 10 }), fc.nat(30), (start, length, shift, otherLength) => {
      const line = Math.max(1, start + shift);
      expect(finds(view({ startLine: start, endLine: start + length }), stored({ startLine: line, endLine: line + otherLength }))).toBe(true);
    }));
  });

  it('a step of its data flow in another file finds what is flagged there', () => {
    const asking = view({ flow: [{ path: 'src/db.js', line: 77 }, { path: 'src/a.js', line: 1 }] });
    expect(finds(asking, stored({ path: 'src/db.js', startLine: 77 }))).toBe(true);
    expect(finds(asking, stored({ path: 'src/db.js', startLine: 80 }))).toBe(false);
  });

  it('routes meet without their ids, and no method is GET; packages are near nothing', () => {
    const asking = view({ class: 'dast', path: '', startLine: 0, endLine: 0, url: 'https://shop.example/users/17?x=1', method: 'GET' });
    expect(finds(asking, stored({ path: '', url: 'https://shop.example/users/99' }, 'dast'))).toBe(true);
    expect(finds(asking, stored({ path: '', url: 'https://shop.example/users/99', method: 'POST' }, 'dast'))).toBe(false);
    expect(stored({}, 'sca').key).toBeNull();
    expect(nearLookups(view({ class: 'container' }), ASSET)).toEqual([]);
  });
});
