import { describe, expect, it } from '@jest/globals';
import { draw } from './fold.js';
import { layout, slots } from './layout.js';
import { NODE_HEIGHT, PITCH } from './route.js';
import { chain, link, node, trace } from './testing.js';

const OPTIONS = { columnWidth: 184, gap: 56, open: new Map<string, number>(), rank: () => 0 };
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
    expect(layout(of, [], { ...OPTIONS, open: new Map([['stack-3-service', 1]]) }).nodes).toHaveLength(35);
  });

  it('draws the same picture from the same facts in any order', () => {
    const of = chain();
    const turned = { ...of, nodes: [...of.nodes].reverse(), links: [...of.links].reverse() };
    const places = (picture: ReturnType<typeof layout>) => picture.nodes.map((one) => [one.node.urn, one.x, one.y].join(' ')).sort();
    expect(places(layout(drawn(turned), [], OPTIONS))).toEqual(places(layout(drawn(of), [], OPTIONS)));
  });

  it('stacks by kind, and a line into a stack is drawn as the weakest of those that hold', () => {
    const tasks = Array.from({ length: 42 }, (_, n) => node(`task:${String(n).padStart(2, '0')}`, 'task'));
    const services = Array.from({ length: 3 }, (_, n) => node(`service:${n}`, 'service'));
    const links = [...tasks, ...services].map((one, n) => link('image:x', one.urn, n === 41 ? { method: 'tag', confidence: 0.55 } : n === 40 ? { validTo: '2026-01-01T00:00:00Z' } : {}));
    const picture = layout(draw(trace({ nodes: [node('image:x', 'image'), ...tasks, ...services], links }), { allHops: true, at: Date.parse('2026-11-22') }), [], OPTIONS);
    expect(picture.stacks.map((stack) => [stack.id, stack.nodes.length])).toEqual([['stack-3-task', 37]]);
    expect(picture.nodes.filter((one) => one.node.kind === 'service')).toHaveLength(3);
    expect(picture.edges.find((edge) => edge.count === 37)?.edge).toMatchObject({ style: 'inferred', confidence: 0.55 });
  });

  it('gives gaps of one hop a slot of their own up to three, and one for more', () => {
    const gap = (asset: string) => ({ hop: 'build', reason: 'r', remedy: 'm', asset });
    expect(slots(['a', 'b', 'c'].map(gap)).map((slot) => slot.gaps.length)).toEqual([1, 1, 1]);
    expect(slots(['a', 'b', 'c', 'd'].map(gap)).map((slot) => [slot.id, slot.gaps.length])).toEqual([['gaps-build', 4]]);
  });

  it('draws a trace of 2,000 nodes within 300 ms of CPU and at most 60 boxes', () => {
    const of = large(2000);
    const run = (): { ms: number; boxes: number } => {
      // CPU time: the clock of a loaded machine says nothing of the code.
      const start = process.cpuUsage();
      const picture = layout(drawn(of), of.gaps, OPTIONS);
      const { user, system } = process.cpuUsage(start);
      return { ms: (user + system) / 1000, boxes: picture.nodes.length + picture.stacks.length + picture.gaps.length };
    };
    const runs = [run(), run(), run()];
    expect(Math.min(...runs.map((one) => one.ms))).toBeLessThan(300);
    expect(runs[0]?.boxes).toBeLessThanOrEqual(60);
  });
});

/** One repository, a build, image, service and task for each of many services behind one load balancer; a third misses its build. */
function large(size: number) {
  const rows = Array.from({ length: Math.floor(size / 4) }, (_, n) => n);
  const nodes = [node('repo:h/a', 'repository'), node('lb:b', 'load-balancer'), ...rows.flatMap((n) => [node(`build:h/a/${n}`, 'build'), node(`image:r/a@sha256:${n}`, 'image'), node(`service:${n}`, 'service', { exposure: n % 2 ? 'internet' : 'unknown' }), node(`task:${n}`, 'task')])];
  const links = rows.flatMap((n) => [link('repo:h/a', `build:h/a/${n}`), link(`build:h/a/${n}`, `image:r/a@sha256:${n}`), link(`image:r/a@sha256:${n}`, `task:${n}`), link(`task:${n}`, `service:${n}`), link(`image:r/a@sha256:${n}`, `service:${n}`), link(`service:${n}`, 'lb:b')]);
  return trace({ nodes, links, gaps: rows.filter((n) => n % 3 === 0).map((n) => ({ hop: 'build', reason: 'r', remedy: 'm', asset: `image:r/a@sha256:${n}` })) });
}

it('leads a line over columns between the rows: across no box and no gap', () => {
  const nodes = [node('repo:a', 'repository'), node('build:b', 'build'), ...[1, 2, 3].map((n) => node(`image:${n}`, 'image'))];
  const of = trace({ nodes, links: [link('repo:a', 'build:b'), link('build:b', 'image:1'), link('repo:a', 'image:2', { method: 'tag', confidence: 0.55 }), link('repo:a', 'image:3', { method: 'tag', confidence: 0.4 })] });
  const picture = layout(drawn(of), [{ hop: 'build', reason: '', remedy: '', asset: 'image:2' }, { hop: 'build', reason: 'x', remedy: '', asset: 'image:3' }], OPTIONS);
  const lanes = picture.edges.filter((edge) => edge.from === 'repo:a' && edge.to.startsWith('image:'));
  expect(lanes).toHaveLength(2);
  expect(Math.abs((lanes[0]?.middle.y ?? 0) - (lanes[1]?.middle.y ?? 0))).toBeGreaterThanOrEqual(PITCH / 8);
  for (const { middle } of lanes) for (const box of [...picture.nodes, ...picture.gaps]) if (box.x === 240) expect(middle.y > box.y && middle.y < box.y + NODE_HEIGHT).toBe(false);
  expect(picture.height).toBeGreaterThanOrEqual(Math.max(...lanes.map((edge) => edge.middle.y)));
});

it('puts the badges of crossing lines apart', () => {
  const nodes = ['a', 'b', 'c'].flatMap((n) => [node(`repo:${n}`, 'repository'), node(`build:${n}`, 'build')]);
  const picture = layout(drawn(trace({ nodes, links: [link('repo:a', 'build:a'), link('repo:a', 'build:c'), link('repo:b', 'build:b'), link('repo:c', 'build:a')] })), [], OPTIONS);
  const middles = picture.edges.map((edge) => edge.middle);
  for (const a of middles) for (const b of middles) if (a !== b) expect(Math.abs(a.x - b.x) >= 24 || Math.abs(a.y - b.y) >= 20).toBe(true);
});
