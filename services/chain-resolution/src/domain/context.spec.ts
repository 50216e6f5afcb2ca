import { describe, expect, it } from '@jest/globals';
import { parseUrn, urn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { IMAGE, MemoryWorld, payWorld, SERVICE, SHA } from '../../test/support/memory-world.js';
import { contextOf, membersOf } from './context.js';
import type { Context, LineagePair } from './context.js';
import { EMPTY_MODEL } from './model.js';
import type { Model } from './model.js';
import { agreedRepository, resolveOrigins } from './origins.js';
import { serviceStates } from './service-state.js';

const REPO = 'repo:github.com/acme/pay';
const NAME = 'image-name:registry.example/acme/pay';

/** What recompute does, over a world in memory. */
async function contextIn(world: MemoryWorld, asset: string, model: Model = EMPTY_MODEL): Promise<Context> {
  const graph = world.graph();
  const links = world.links();
  const nodes = [...new Set(links.flatMap((link) => [link.from, link.to]))];
  const { states } = await serviceStates(graph, nodes.filter((node) => node.startsWith('service:')), model);
  const images = nodes.filter((node) => node.startsWith('image:'));
  const origins = await resolveOrigins(graph, images);
  const pairs = images.flatMap((image): LineagePair[] => {
    const repository = agreedRepository(origins.get(image) ?? []);
    const subPath = origins.get(image)?.find((origin) => origin.subPath)?.subPath ?? '';
    return repository ? [{ imageName: parseUrn(image.replace('image:', 'image-name:').split('@')[0] ?? '') as Urn, repository, subPath }] : [];
  });
  const facts = await graph.assets([urn(asset), ...nodes]);
  const byNode = Map.groupBy(links.filter((link) => ['owned-by', 'member-of'].includes(link.kind)), (link) => link.from);
  return contextOf({ asset: urn(asset), states: states.filter((state) => membersOf(state).includes(urn(asset))), pairs, facts, links: byNode, model, renamed: [], endTold: '' });
}

const complete: Model = { ...EMPTY_MODEL, runtimeComplete: true };

describe('context', () => {
  it('of a repository: lineage, running versions with commit, deployed, exposed, owned', async () => {
    expect(await contextIn(payWorld(), REPO)).toMatchObject({
      deployed: 'yes', exposure: 'internet', lineage: ['endpoint:pay.example.com', NAME, SERVICE].sort(), services: [SERVICE],
      running: [{ version: IMAGE('1'), commit: `commit:github.com/acme/pay@${SHA('a')}`, confidence: 0.98 }], owners: [{ team: 'payments', pathPrefix: '*' }], gaps: [],
    });
  });

  it('deployed is no only when the runtime is known to its end; without lineage it stays unknown', async () => {
    const built = new MemoryWorld().link(`commit:github.com/acme/pay@${SHA('a')}`, 'produced', IMAGE('1'), { method: 'oci-label' });
    expect((await contextIn(built, REPO)).deployed).toBe('unknown');
    expect(await contextIn(built, REPO, complete)).toMatchObject({ deployed: 'no', exposure: 'none' });
    const bare = new MemoryWorld().node('repo:github.com/acme/other');
    expect(await contextIn(bare, 'repo:github.com/acme/other', complete)).toMatchObject({ deployed: 'unknown', exposure: 'unknown' });
  });

  it('a service without wanted tasks does not deploy what it names', async () => {
    const world = payWorld().node(SERVICE, { desiredCount: 0, runningCount: 0 }, 2);
    expect(await contextIn(world, REPO, complete)).toMatchObject({ deployed: 'no', exposure: 'none', running: [] });
  });

  it('what only candidates say is never claimed', async () => {
    const world = payWorld();
    world.claims.clear();
    world.link(`commit:github.com/acme/pay@${SHA('a')}`, 'produced', IMAGE('1'), { method: 'oci-label' })
      .link(`commit:github.com/acme/base@${SHA('b')}`, 'produced', IMAGE('1'), { method: 'build-output' })
      .link(IMAGE('1'), 'runs-as', SERVICE);
    expect(await contextIn(world, REPO)).toMatchObject({ deployed: 'unknown', lineage: [], running: [] });
    expect((await contextIn(world, SERVICE)).running).toMatchObject([{ version: IMAGE('1'), commit: '' }]);
  });

  it('E13: a monorepo maps each sub-path to the service that its build became', async () => {
    const world = new MemoryWorld().link('repo:github.com/acme/mono#services/pay', 'built-by', 'build:ci.example/1').link(`commit:github.com/acme/mono@${SHA('c')}`, 'built-by', 'build:ci.example/1')
      .link('build:ci.example/1', 'produced', IMAGE('1'), { method: 'build-output' }).link(IMAGE('1'), 'runs-as', 'service:pay', { method: 'deployment-record' })
      .link('repo:github.com/acme/mono', 'contains', 'repo:github.com/acme/mono#services/other');
    expect(await contextIn(world, 'repo:github.com/acme/mono#services/pay')).toMatchObject({ deployed: 'yes', services: ['service:pay'] });
    expect(await contextIn(world, 'repo:github.com/acme/mono')).toMatchObject({ deployed: 'yes', services: ['service:pay'] });
    expect(await contextIn(world, 'repo:github.com/acme/mono#services/other')).toMatchObject({ deployed: 'unknown', services: [] });
  });

  it('a durable service and its runtime count once in what runs', async () => {
    const world = payWorld().link(SERVICE, 'member-of', 'service:pay', { method: 'tag' }).link('service:pay', 'member-of', 'application:shop', { method: 'manual' })
      .link(IMAGE('1'), 'runs-as', 'service:pay', { method: 'deployment-record', evidence: { environment: 'prod' } });
    const context = await contextIn(world, REPO);
    expect(context.running).toHaveLength(1);
    expect(context.applications).toEqual(['shop']);
    expect(await contextIn(world, 'application:shop')).toMatchObject({ deployed: 'yes', exposure: 'internet', lineage: [] });
  });

  it('a task outranks an older record that names the durable service', async () => {
    const task = 'task:arn:aws:ecs:eu-central-1:111122223333:task/prod/9';
    const world = new MemoryWorld().link(SERVICE, 'member-of', 'service:pay', { method: 'tag' })
      .link(IMAGE('2'), 'runs-as', 'service:pay', { method: 'deployment-record', from_: 10 }).link(IMAGE('3'), 'runs-as', task, { from_: 20 }).link(task, 'part-of', SERVICE, { from_: 20 });
    expect((await contextIn(world, 'service:pay')).running.map((item) => item.version)).toEqual([IMAGE('3')]);
    world.link(IMAGE('4'), 'runs-as', 'service:pay', { method: 'deployment-record', from_: 30 });
    expect((await contextIn(world, 'service:pay')).running.map((item) => item.version)).toEqual([IMAGE('3'), IMAGE('4')]);
  });
});
