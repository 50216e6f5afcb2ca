import { describe, expect, it } from '@jest/globals';
import { draw } from './fold.js';
import { layout, NODE_HEIGHT, PITCH } from './layout.js';
import { chain, link, node, trace } from './testing.js';

const OPTIONS = { columnWidth: 184, gap: 56, open: new Set<string>(), rank: () => 0 };
const drawn = (of = chain()) => draw(of, { allHops: false, at: 0 });

describe('layout', () => {
  it('is a straight line for a plain chain, in five fixed columns', () => {
    const picture = layout(drawn(), [], OPTIONS);
    const at = new Map(picture.nodes.map((one) => [one.node.urn, [one.x, one.y]]));
    expect([at.get('repo:h/a'), at.get('build:h/a/1'), at.get('image:r/a@sha256:1'), at.get('service:s'), at.get('lb:b')].map((place) => place?.[0])).toEqual([0, 240, 480, 720, 960]);
    expect(at.get('endpoint:e')?.[1]).toBe((at.get('lb:b')?.[1] ?? 0) + PITCH);
    expect(new Set(['repo:h/a', 'build:h/a/1', 'image:r/a@sha256:1', 'service:s'].map((urn) => at.get(urn)?.[1])).size).toBe(1);
  });

  it('never lets two boxes overlap', () => {
    const services = Array.from({ length: 5 }, (_, n) => node(`service:${n}`, 'service'));
    const of = trace({ nodes: [node('image:x', 'image'), ...services, node('lb:a', 'load-balancer'), node('lb:b', 'load-balancer')], links: [...services.map((one) => link('image:x', one.urn)), link('service:0', 'lb:a'), link('service:0', 'lb:b')] });
    const picture = layout(drawn(of), [{ hop: 'image → build', reason: '', remedy: '', asset: 'image:x' }, { hop: 'build', reason: 'b', remedy: '' }], OPTIONS);
    const boxes = [...picture.nodes, ...picture.gaps];
    for (const a of boxes) for (const b of boxes) if (a !== b && a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(NODE_HEIGHT);
    expect(picture.gaps.map((gap) => gap.column)).toEqual([1, 1]);
  });

  it('stacks siblings over five, worst kept, and opens them in place', () => {
    const services = Array.from({ length: 34 }, (_, n) => node(`service:${String(n).padStart(2, '0')}`, 'service'));
    const of = drawn(trace({ nodes: [node('image:x', 'image'), ...services], links: services.map((one) => link('image:x', one.urn)) }));
    const picture = layout(of, [], { ...OPTIONS, rank: (one) => (one.urn === 'service:33' ? 9 : 0) });
    expect(picture.stacks.map((stack) => stack.nodes.length)).toEqual([29]);
    expect(picture.nodes.filter((one) => one.node.kind === 'service')[0]?.node.urn).toBeDefined();
    expect(picture.stacks[0]?.nodes.some((one) => one.urn === 'service:33')).toBe(false);
    expect(picture.edges).toHaveLength(6);
    expect(layout(of, [], { ...OPTIONS, open: new Set(['stack-3']) }).nodes).toHaveLength(35);
  });

  it('draws the same picture from the same facts in any order', () => {
    const of = chain();
    const turned = { ...of, nodes: [...of.nodes].reverse(), links: [...of.links].reverse() };
    const places = (picture: ReturnType<typeof layout>) => picture.nodes.map((one) => [one.node.urn, one.x, one.y].join(' ')).sort();
    expect(places(layout(drawn(turned), [], OPTIONS))).toEqual(places(layout(drawn(of), [], OPTIONS)));
  });
});
