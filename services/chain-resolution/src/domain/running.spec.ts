import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import { IMAGE, MemoryWorld } from '../../test/support/memory-world.js';
import { runningImages } from './running.js';

const SERVICE = urn('service:arn:aws:ecs:eu-central-1:1:service/main/pay');
const DEFINITION = 'task-definition:arn:aws:ecs:eu-central-1:1:task-definition/pay:7';
const TASK = 'task:arn:aws:ecs:eu-central-1:1:task/main/1';
const PROXY = 'registry.example/proxy';
const container = (name: string) => ({ evidence: { container: name } });

async function claimedBy(world: MemoryWorld): Promise<{ readonly claimed: readonly string[]; readonly candidates: readonly string[] }> {
  const images = (await runningImages(world.graph(), new Map([[SERVICE, [SERVICE]]]))).get(SERVICE) ?? [];
  const named = (candidate: boolean): string[] => images.filter((one) => one.candidate === candidate).map((one) => one.image).sort();
  return { claimed: named(false), candidates: named(true) };
}

/** A definition with the application by tag and a sidecar by digest. */
const defined = (): MemoryWorld => new MemoryWorld()
  .link(IMAGE('1'), 'runs-as', DEFINITION, { method: 'tag', ...container('app') }).link(IMAGE('9', PROXY), 'runs-as', DEFINITION, container('proxy')).link(DEFINITION, 'runs-as', SERVICE);

describe('what a service runs, container by container', () => {
  it('a sidecar pinned by digest does not make a guess of the application that is named by tag', async () => {
    expect(await claimedBy(defined())).toEqual({ claimed: [IMAGE('1'), IMAGE('9', PROXY)].sort(), candidates: [] });
  });

  it('a task that tells the digest of one container says nothing of the other', async () => {
    const world = defined().link(IMAGE('8', PROXY), 'runs-as', TASK, container('proxy')).link(TASK, 'part-of', SERVICE);
    expect(await claimedBy(world)).toEqual({ claimed: [IMAGE('1'), IMAGE('8', PROXY)].sort(), candidates: [IMAGE('9', PROXY)] });
  });

  it('a record speaks of the container that runs its image, and of all when none does', async () => {
    const record = (image: string, world = defined()): MemoryWorld => world.link(image, 'runs-as', SERVICE, { method: 'deployment-record', evidence: { environment: 'prod' } });
    expect(await claimedBy(record(IMAGE('2')))).toEqual({ claimed: [IMAGE('2'), IMAGE('9', PROXY)].sort(), candidates: [IMAGE('1')] });
    expect(await claimedBy(record(IMAGE('2', 'registry.example/other')))).toEqual({ claimed: [IMAGE('2', 'registry.example/other')], candidates: [IMAGE('1'), IMAGE('9', PROXY)].sort() });
  });
});
