import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import { IMAGE, MemoryWorld, payWorld, SERVICE, SHA } from '../../test/support/memory-world.js';
import { EMPTY_MODEL } from './model.js';
import { trace } from './trace.js';
import type { Trace } from './trace.js';
import type { Direction } from './walk.js';

const run = (world: MemoryWorld, from: string, direction: Direction, at: number | null = null, model = EMPTY_MODEL): Promise<Trace> =>
  trace(world.graph(at), { from: [urn(from)], direction, model });

const linkTo = (answer: Trace, from: string): { confidence: number; verified: boolean } | undefined =>
  answer.links.find((link) => link.from === urn(from) && link.kind === 'produced');

describe('trace', () => {
  it('leads forward from the repository to the internet, with the owning team as a node', async () => {
    const answer = await run(payWorld(), 'repo:github.com/acme/pay', 'forward');
    expect(answer.exposure).toBe('internet');
    expect(answer.owner).toBe('payments');
    expect(answer.nodes).toEqual(expect.arrayContaining([urn('endpoint:pay.example.com'), urn('team:payments'), urn(SERVICE), urn(IMAGE('1'))]));
    expect(answer.paths[0]).toHaveLength(11);
    expect(answer.gaps).toEqual([]);
    expect(linkTo(answer, 'build:github.com/acme/pay/actions/runs/7')).toMatchObject({ verified: true, confidence: 1 });
  });

  it('leads backward from the endpoint to build, commit, repository and team', async () => {
    const answer = await run(payWorld(), 'endpoint:pay.example.com', 'backward');
    expect(answer.nodes).toEqual(expect.arrayContaining([
      urn('repo:github.com/acme/pay'), urn('build:github.com/acme/pay/actions/runs/7'), urn(`commit:github.com/acme/pay@${SHA('a')}`), urn('team:payments'),
    ]));
    expect(answer).toMatchObject({ exposure: 'internet', owner: 'payments', partial: false });
  });

  it('backward from a service still holds its way to exposure', async () => {
    const answer = await run(payWorld(), SERVICE, 'backward');
    expect(answer.nodes).toContain(urn('endpoint:pay.example.com'));
    expect(answer.nodes).toContain(urn('repo:github.com/acme/pay'));
  });

  it('E7: shows two candidate repositories and claims neither', async () => {
    const world = new MemoryWorld()
      .link(`commit:github.com/acme/pay@${SHA('a')}`, 'produced', IMAGE('1'), { method: 'oci-label' })
      .link(`commit:github.com/acme/base@${SHA('b')}`, 'produced', IMAGE('1'), { method: 'build-output' })
      .link(IMAGE('1'), 'runs-as', SERVICE, { method: 'deployment-record', evidence: { environment: 'prod' } });
    const answer = await run(world, SERVICE, 'backward');
    const produced = answer.links.filter((link) => link.kind === 'produced');
    expect(produced).toHaveLength(2);
    expect(produced.every((link) => link.confidence < 0.5 && !link.verified)).toBe(true);
    expect(answer.gaps.some((item) => item.reason.includes('2 candidates'))).toBe(true);
    expect(answer.owner).toBeNull();
    const forward = await run(world, 'repo:github.com/acme/pay', 'forward');
    expect(forward.nodes).toContain(urn(SERVICE));
    expect(forward.exposure).toBe('unknown');
    expect(forward.links.filter((link) => link.kind === 'produced').every((link) => link.confidence < 0.5)).toBe(true);
  });

  it('a verified attestation decides between rivals, and nothing else is ever verified', async () => {
    const world = payWorld().link(`commit:github.com/acme/base@${SHA('b')}`, 'produced', IMAGE('1'), { method: 'oci-label', verified: true });
    const answer = await run(world, SERVICE, 'backward');
    expect(linkTo(answer, 'build:github.com/acme/pay/actions/runs/7')).toMatchObject({ verified: true, confidence: 1 });
    expect(linkTo(answer, `commit:github.com/acme/base@${SHA('b')}`)?.confidence).toBeLessThan(0.5);
    expect(answer.links.filter((link) => link.verified)).toHaveLength(1);
  });

  it('E8: names a missing build with the workflow lines that add it', async () => {
    const world = new MemoryWorld().link(IMAGE('1'), 'runs-as', SERVICE, { method: 'deployment-record' });
    const answer = await run(world, SERVICE, 'backward');
    expect(answer.gaps.find((item) => item.hop === 'build')?.remedy).toContain('actions/attest-build-provenance');
    expect(answer.gaps.map((item) => item.hop)).toEqual(expect.arrayContaining(['build', 'exposure', 'owner']));
  });

  it('E3: follows the digest that runs, not the tag that moved', async () => {
    const task = 'task:arn:aws:ecs:eu-central-1:111122223333:task/prod/1';
    const definition = 'task-definition:arn:aws:ecs:eu-central-1:111122223333:task-definition/pay:3';
    const world = new MemoryWorld()
      .link(IMAGE('2'), 'runs-as', definition, { method: 'tag' }).link(definition, 'runs-as', SERVICE)
      .link(IMAGE('1'), 'runs-as', task).link(task, 'part-of', SERVICE);
    const answer = await run(world, SERVICE, 'backward');
    const confidence = (image: string): number | undefined => answer.links.find((link) => link.from === urn(image) && link.kind === 'runs-as')?.confidence;
    expect(confidence(IMAGE('1'))).toBeGreaterThan(0.9);
    expect(confidence(IMAGE('2'))).toBeLessThan(0.5);
  });

  it('E4: an index digest and its platform digest are one logical image', async () => {
    const world = payWorld().link(IMAGE('1'), 'contains', IMAGE('9'))
      .link(IMAGE('9'), 'runs-as', 'service:orders', { method: 'deployment-record' });
    const answer = await run(world, 'service:orders', 'backward');
    expect(answer.nodes).toContain(urn('repo:github.com/acme/pay'));
    expect(answer.gaps.filter((item) => item.hop === 'build')).toEqual([]);
  });

  it('25: deployments out of order leave v3 current and v2 history', async () => {
    const world = new MemoryWorld();
    const deploy = (image: string, at: number): void => { world.link(IMAGE(image), 'runs-as', 'service:pay', { method: 'deployment-record', evidence: { environment: 'prod' }, from_: at, seen: 1000 - at }); };
    deploy('3', 30);
    deploy('2', 20);
    const images = async (at: number | null): Promise<string[]> => (await run(world, 'service:pay', 'backward', at)).nodes.filter((node) => node.startsWith('image:'));
    expect(await images(null)).toEqual([urn(IMAGE('3'))]);
    expect(await images(25)).toEqual([urn(IMAGE('2'))]);
    expect(world.links().find((link) => link.from === urn(IMAGE('2')) && link.kind === 'runs-as')).toMatchObject({ validFrom: 20, validTo: 30 });
    // FAULTS 27: roll-back
    deploy('2', 40);
    expect(await images(null)).toEqual([urn(IMAGE('2'))]);
    expect(await images(35)).toEqual([urn(IMAGE('3'))]);
  });

  it('26: a deployment before its build is held, and resolved when the build comes', async () => {
    const world = new MemoryWorld().link(IMAGE('1'), 'runs-as', SERVICE, { method: 'deployment-record', from_: 50 });
    expect((await run(world, SERVICE, 'backward')).gaps.map((item) => item.hop)).toContain('build');
    world.link(`commit:github.com/acme/pay@${SHA('a')}`, 'built-by', 'build:ci.example/pay/1', { from_: 60 })
      .link('build:ci.example/pay/1', 'produced', IMAGE('1'), { method: 'build-output', from_: 61 });
    const answer = await run(world, SERVICE, 'backward');
    expect(answer.nodes).toContain(urn('repo:github.com/acme/pay'));
    expect(answer.gaps.map((item) => item.hop)).not.toContain('build');
    // provenance is a fact about the digest: it holds for the time before we heard of it, too
    expect((await run(world, SERVICE, 'backward', 55)).nodes).toContain(urn('repo:github.com/acme/pay'));
  });

  it('a commit that somebody says of a run whose commit is proven is shown as a candidate, and the run stays claimed', async () => {
    const [right, wrong, build] = [`commit:github.com/acme/pay@${SHA('a')}`, `commit:github.com/evil/x@${SHA('b')}`, 'build:github.com/acme/pay/actions/runs/7'];
    const world = new MemoryWorld().link(build, 'produced', IMAGE('1'), { method: 'attestation', verified: true }).link(right, 'built-by', build, { method: 'attestation', verified: true }).link(wrong, 'built-by', build);
    const { links } = await run(world, IMAGE('1'), 'backward');
    expect(links.filter((link) => ['produced', 'built-by'].includes(link.kind)).map((link) => [link.from, link.confidence]).sort()).toEqual([[build, 1], [right, 1], [wrong, 0.49]].sort());
  });

  it('28: terminates on a cycle and on 10,000 links, and says that it is partial', async () => {
    const cyclic = new MemoryWorld().link('application:a', 'member-of', 'application:b').link('application:b', 'member-of', 'application:a')
      .link('service:x', 'routes-to', 'service:y').link('service:y', 'routes-to', 'service:x');
    expect((await run(cyclic, 'service:x', 'forward')).partial).toBe(false);
    const wide = new MemoryWorld();
    for (let i = 0; i < 10_000; i += 1) wide.link('repo:github.com/acme/mono', 'contains', `commit:github.com/acme/mono@${i.toString(16).padStart(40, '0')}`, { from_: i + 1 });
    const answer = await run(wide, 'repo:github.com/acme/mono', 'forward');
    expect(answer.partial).toBe(true);
    expect(answer.nodes.length).toBeLessThan(200);
    const long = new MemoryWorld();
    for (let i = 0; i < 40; i += 1) long.link(`service:s${i}`, 'routes-to', `service:s${i + 1}`);
    expect((await run(long, 'service:s0', 'forward')).partial).toBe(true);
  });
});
