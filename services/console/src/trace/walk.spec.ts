import { describe, expect, it } from '@jest/globals';
import { draw } from './fold.js';
import { layout } from './layout.js';
import { chain, link, node, trace } from './testing.js';
import { startOf, step, type WalkKey } from './walk.js';

const picture = (of = chain(), gaps = of.gaps) => layout(draw(of, { allHops: false, at: 0 }), gaps, { columnWidth: 184, gap: 56, open: new Map(), rank: () => 0 });

describe('the keyboard', () => {
  it('walks the whole chain, thing and line in turn, and back', () => {
    const of = picture();
    const met = [startOf(of, 'repo:h/a') ?? ''];
    for (let n = 0; n < 8; n += 1) met.push(step(of, met.at(-1) ?? '', 'ArrowRight') ?? '');
    expect(met.filter((id) => !id.includes('\n'))).toEqual(['repo:h/a', 'build:h/a/1', 'image:r/a@sha256:1', 'service:s', 'lb:b']);
    expect(met[1]).toBe('repo:h/a\nbuild:h/a/1');
    expect(step(of, met[1] ?? '', 'ArrowLeft')).toBe('repo:h/a');
  });

  it('moves up and down in a column and stops at its ends', () => {
    const of = picture();
    expect(step(of, 'lb:b', 'ArrowDown')).toBe('endpoint:e');
    expect(step(of, 'endpoint:e', 'ArrowDown')).toBeUndefined();
    expect(step(of, 'endpoint:e', 'Home')).toBe('repo:h/a');
  });

  it('reaches every box: gaps too, to which no line leads', () => {
    const nodes = [node('repo:a', 'repository'), node('image:x', 'image'), node('service:s', 'service')];
    const of = picture(trace({ nodes, links: [link('image:x', 'service:s')] }), [{ hop: 'build', reason: 'r', remedy: 'm', asset: 'image:x' }]);
    const keys: readonly WalkKey[] = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];
    const met = new Set(['repo:a']);
    for (const id of met) for (const key of keys) { const next = step(of, id, key); if (next) met.add(next); }
    expect([...met].sort()).toEqual(['gap-build-0', 'image:x', 'image:x\nservice:s', 'repo:a', 'service:s'].sort());
  });
});
