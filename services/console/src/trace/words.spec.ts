import { describe, expect, it } from '@jest/globals';
import { columnOfHop } from './columns.js';
import { eventsOf, stepEvent } from './events.js';
import { draw } from './fold.js';
import { pathRows } from './paths.js';
import { strip } from './strip.js';
import { chain, link, trace } from './testing.js';
import { verdict } from './verdict.js';

describe('the verdict', () => {
  it('says who reaches it, through what, and what is guessed or missing', () => {
    const of = chain();
    expect(verdict(of).text).toBe('The internet reaches this through s.');
    const doubtful = { ...of, links: [...of.links, link('repo:h/a', 'image:r/a@sha256:1', { method: 'dockerfile', confidence: 0.3 })], gaps: [{ hop: 'build', reason: 'r', remedy: 'm' }] };
    expect(verdict(doubtful).text).toBe('The internet reaches this through s; 1 link is a guess, 1 hop is missing.');
    expect(verdict(of, '2026-11-12T14:02:00Z').text).toMatch(/^As of 12 Nov: the internet/);
  });
  it('never says no where it does not know', () => {
    expect(verdict(trace({})).text).toMatch(/^Nothing is known/);
    expect(verdict({ ...chain(), exposure: 'unknown' }).text).toMatch(/unknown/);
  });
});

it.each([['image → build', 1], ['build', 1], ['service->exposure', 4], ['commit to image', 2], ['runs-as', 3], ['owned-by owner', 0]])('the missing hop %s is drawn in column %d', (hop, column) => expect(columnOfHop(hop)).toBe(column));

it('steps through what changed', () => {
  const events = eventsOf(trace({ links: [link('a', 'b', { validFrom: '2026-11-01T00:00:00Z', validTo: '2026-11-10T00:00:00Z' }), link('b', 'c', { validFrom: '2020-01-01T00:00:00Z' })] }), Date.parse('2026-10-01'), Date.parse('2026-11-22'));
  expect(events.map((event) => new Date(event.at).toISOString().slice(0, 10))).toEqual(['2026-11-01', '2026-11-10']);
  expect(stepEvent(events, Date.parse('2026-11-05'), 1)?.what).toMatch(/ended$/);
  expect(stepEvent(events, Date.parse('2026-11-05'), -1)?.at).toBe(Date.parse('2026-11-01'));
});

it('reads a path from code to exposure in either direction', () => {
  const of = chain();
  const back = pathRows({ ...of, paths: of.paths.map((path) => [...path].reverse()) }, draw(of, { allHops: false, at: 0 }))[0];
  expect(back?.steps.map((step) => step.urn)).toEqual(['repo:h/a', 'build:h/a/1', 'image:r/a@sha256:1', 'service:s', 'lb:b', 'endpoint:e']);
});

it('writes the trace in one line, a node a column, gaps where nothing is known', () => {
  const { steps } = strip(chain(), undefined, Date.parse('2026-11-22'));
  expect(steps.map((step) => [step.node?.urn, step.style])).toEqual([['repo:h/a', 'none'], ['build:h/a/1', 'recorded'], ['image:r/a@sha256:1', 'recorded'], ['service:s', 'recorded'], ['lb:b', 'recorded']]);
  expect(strip(trace({ gaps: [{ hop: 'build', reason: 'r', remedy: '' }] }), undefined).steps.map((step) => Boolean(step.gap))).toEqual([false, true, false, false, false]);
});
