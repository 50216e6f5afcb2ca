import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import fc from 'fast-check';
import { IMAGE, payWorld, SERVICE } from '../../test/support/memory-world.js';
import type { MemoryWorld } from '../../test/support/memory-world.js';
import { EMPTY_MODEL } from './model.js';
import { isVisible, visibilityOf } from './restrict.js';
import type { RestrictedTrace, Visibility } from './restrict.js';
import { trace } from './trace.js';

const run = (world: MemoryWorld, from: string, visible: Visibility): Promise<RestrictedTrace> => trace(world.graph(), { from: [urn(from)], direction: 'backward', model: EMPTY_MODEL, visible });
/** Two teams behind one load balancer. */
const shared = (): MemoryWorld => payWorld().link('service:shop', 'routes-to', 'target-group:arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/pay/1')
  .link('service:shop', 'owned-by', 'team:shop', { method: 'manual' }).link(IMAGE('7', 'registry.example/acme/shop'), 'runs-as', 'service:shop', { method: 'deployment-record' });

describe('R7: what a reader may not see', () => {
  it('is said by scopes of the form team:<slug>', () => {
    expect(visibilityOf(['application:x'])).toBeNull();
    expect(visibilityOf(['team:a', 'team:b', 'application:x'])).toEqual(new Set(['a', 'b']));
    expect([isVisible([], new Set(['a'])), isVisible(['b'], new Set(['a'])), isVisible(['b', 'a'], new Set(['a'])), isVisible(['b'], null)]).toEqual([true, false, true, true]);
  });

  it('shows as restricted with its kind, in its place, and neither as a gap nor by name', async () => {
    const [all, some] = [await run(shared(), 'endpoint:pay.example.com', null), await run(shared(), 'endpoint:pay.example.com', new Set(['payments']))];
    expect(some.nodes).toHaveLength(all.nodes.length);
    expect(some.links).toHaveLength(all.links.length);
    expect([...some.restricted.values()]).toEqual(expect.arrayContaining(['service', 'team', 'image']));
    expect(JSON.stringify([some.nodes, some.links, some.paths, some.services, some.gaps, [...some.facts]])).not.toContain('shop');
    expect(some.nodes).toEqual(expect.arrayContaining([urn(SERVICE), urn('endpoint:pay.example.com'), urn('repo:github.com/acme/pay')]));
    const hidden = [...some.restricted.keys()];
    expect(some.links.filter((link) => hidden.includes(link.from) || hidden.includes(link.to)).every((link) => Object.keys(link.evidence).length === 0)).toBe(true);
    expect(some.gaps.some((gap) => hidden.includes(gap.at))).toBe(false);
  });

  it('what nobody owns is visible, and what two teams share is visible to both', async () => {
    for (const team of ['payments', 'shop']) {
      const answer = await run(shared(), 'endpoint:pay.example.com', new Set([team]));
      expect(answer.nodes).toContain(urn('endpoint:pay.example.com'));
    }
    const other = await run(shared(), 'endpoint:pay.example.com', new Set(['nobody']));
    expect(other.nodes).not.toContain(urn('endpoint:pay.example.com'));
    expect(other.owner).toBeNull();
  });

  it('every link still joins nodes of the answer', async () => {
    await fc.assert(fc.asyncProperty(fc.subarray(['payments', 'shop', 'other'], { minLength: 1 }), async (teams) => {
      const answer = await run(shared(), 'endpoint:pay.example.com', new Set(teams));
      const nodes = new Set(answer.nodes);
      expect(answer.links.every((link) => nodes.has(link.from) && nodes.has(link.to))).toBe(true);
      expect(answer.paths.flat().every((node) => nodes.has(node))).toBe(true);
    }));
  });
});
