import { describe, expect, it } from '@jest/globals';
import { draw } from './fold.js';
import { mergeTraces } from './merge.js';
import { chain, link, node, trace } from './testing.js';

const NOW = Date.parse('2026-11-22T00:00:00Z');
const edges = (drawn: ReturnType<typeof draw>): string[] => drawn.edges.map((edge) => `${edge.from} → ${edge.to} ${edge.style}`);

describe('folding', () => {
  it('leaves one node a column for a plain chain, and a line carries what it stands for', () => {
    const drawn = draw(chain(), { allHops: false, at: NOW });
    expect(drawn.nodes.map((one) => one.urn)).toEqual(['repo:h/a', 'build:h/a/1', 'image:r/a@sha256:1', 'service:s', 'lb:b', 'endpoint:e']);
    expect(edges(drawn)).toEqual(['repo:h/a → build:h/a/1 recorded', 'build:h/a/1 → image:r/a@sha256:1 recorded', 'image:r/a@sha256:1 → service:s recorded', 'service:s → lb:b recorded', 'lb:b → endpoint:e recorded']);
    expect(drawn.edges.find((edge) => edge.to === 'lb:b')?.links).toHaveLength(3);
  });

  it('draws every hop when asked', () => expect(draw(chain(), { allHops: true, at: NOW }).nodes).toHaveLength(10));

  it('never makes a guess look like a fact', () => {
    const of = chain();
    const links = of.links.map((one) => (one.to === 'commit:h/a@1' ? { ...one, method: 'tag', confidence: 0.6 } : one.to === 'build:h/a/1' ? { ...one, method: 'attestation', verified: true } : one));
    expect(draw({ ...of, links }, { allHops: false, at: NOW }).edges[0]).toMatchObject({ style: 'inferred', confidence: 0.6 });
  });

  it('takes the strongest of several proofs of one hop', () => {
    const of = chain();
    const both = [...of.links, link('build:h/a/1', 'image:r/a@sha256:1', { method: 'attestation', verified: true })];
    expect(draw({ ...of, links: both }, { allHops: false, at: NOW }).edges.find((edge) => edge.to.startsWith('image:'))?.style).toBe('verified');
  });

  it('shows rivals as candidates and history as ended, as of the moment that is looked at', () => {
    const nodes = [node('repo:a', 'repository'), node('repo:b', 'repository'), node('image:x', 'image'), node('service:s', 'service')];
    const links = [link('repo:a', 'image:x', { method: 'dockerfile', confidence: 0.4 }), link('repo:b', 'image:x', { method: 'dockerfile', confidence: 0.4 }), link('image:x', 'service:s', { validTo: '2026-11-10T00:00:00Z' })];
    expect(edges(draw(trace({ nodes, links }), { allHops: false, at: NOW }))).toEqual(['repo:a → image:x contested', 'repo:b → image:x contested', 'image:x → service:s ended']);
    expect(draw(trace({ nodes, links }), { allHops: false, at: Date.parse('2026-11-05T00:00:00Z') }).edges[2]?.style).toBe('recorded');
  });

  it('does not join two services because they share a cluster, nor two images because they share a name', () => {
    const nodes = [node('service:a', 'service'), node('service:b', 'service'), node('cluster:c', 'cluster'), node('image:1', 'image'), node('image:2', 'image'), node('image-name:n', 'image-name')];
    const links = [link('service:a', 'cluster:c', { kind: 'part-of' }), link('service:b', 'cluster:c', { kind: 'part-of' }), link('image-name:n', 'image:1'), link('image-name:n', 'image:2')];
    const drawn = draw(trace({ nodes, links }), { allHops: false, at: NOW });
    expect(drawn.edges).toEqual([]);
    expect(drawn.nodes.map((one) => one.urn).sort()).toEqual(['image:1', 'image:2', 'service:a', 'service:b']);
  });

  it('folds the durable service into those that run as it', () => {
    const nodes = [node('image:1', 'image'), node('service:pay', 'service'), node('service:arn', 'service')];
    const links = [link('image:1', 'service:pay', { kind: 'runs-as', method: 'deployment-record' }), link('service:arn', 'service:pay', { kind: 'member-of' })];
    const drawn = draw(trace({ nodes, links }), { allHops: false, at: NOW });
    expect(drawn.nodes.map((one) => one.urn)).toEqual(['image:1', 'service:arn']);
    expect(edges(drawn)).toEqual(['image:1 → service:arn recorded']);
  });

  it('keeps what has no primary near it', () => expect(draw(trace({ nodes: [node('image-name:n', 'image-name')] }), { allHops: false, at: NOW }).nodes.map((one) => one.urn)).toEqual(['image-name:n']));

  it('ignores links to nodes that are not there', () => expect(draw(trace({ nodes: [node('repo:a', 'repository')], links: [link('repo:a', 'image:gone')] }), { allHops: false, at: NOW }).edges).toEqual([]));

  it('draws a multi-arch index and its platform digests as one logical image, whichever digest runs', () => {
    const nodes = [node('build:b', 'build'), node('image:r/a@sha256:i', 'image'), node('image:r/a@sha256:amd', 'image'), node('image:r/a@sha256:arm', 'image'), node('service:s', 'service')];
    const links = [link('build:b', 'image:r/a@sha256:i', { kind: 'produced', method: 'attestation', verified: true }), link('image:r/a@sha256:i', 'image:r/a@sha256:amd'), link('image:r/a@sha256:i', 'image:r/a@sha256:arm'), link('image:r/a@sha256:amd', 'service:s', { kind: 'runs-as' })];
    const drawn = draw(trace({ nodes, links }), { allHops: false, at: NOW });
    expect(drawn.nodes.filter((one) => one.kind === 'image').map((one) => [one.urn, one.platforms, one.subtitle.split(' · ')[0]])).toEqual([['image:r/a@sha256:i', 2, '2 platforms']]);
    expect(edges(drawn)).toEqual(['build:b → image:r/a@sha256:i verified', 'image:r/a@sha256:i → service:s recorded']);
    expect(draw(trace({ nodes, links }), { allHops: true, at: NOW }).nodes.filter((one) => one.kind === 'image')).toHaveLength(3);
  });

  it('keeps a proof whole: what a name says of itself is neither proof nor doubt', () => {
    const nodes = [node('repo:h/a', 'repository'), node('commit:h/a@1', 'commit'), node('build:b', 'build')];
    const links = [link('repo:h/a', 'commit:h/a@1'), link('commit:h/a@1', 'build:b', { kind: 'built-by', method: 'attestation', verified: true })];
    expect(draw(trace({ nodes, links }), { allHops: false, at: NOW }).edges[0]?.style).toBe('verified');
    const guessed = [link('repo:h/a', 'commit:h/a@1', { method: 'tag', confidence: 0.55 }), links[1] as typeof links[number]];
    expect(draw(trace({ nodes, links: guessed }), { allHops: false, at: NOW }).edges[0]?.style).toBe('inferred');
  });

  it('keeps the proof of a line between restricted nodes', () => {
    const nodes = ['repository', 'commit', 'build'].map((kind) => node(`restricted:${kind}/1`, kind, { restricted: true }));
    const links = [link('restricted:repository/1', 'restricted:commit/1'), link('restricted:commit/1', 'restricted:build/1', { kind: 'built-by', method: 'attestation', verified: true })];
    expect(draw(trace({ nodes, links }), { allHops: false, at: NOW }).edges[0]?.style).toBe('verified');
  });

  it('marks a restricted node and keeps its lines', () => {
    const drawn = draw(trace({ nodes: [node('image:1', 'image'), node('service:x', 'service', { restricted: true })], links: [link('image:1', 'service:x', { kind: 'runs-as' })] }), { allHops: false, at: NOW });
    expect(drawn.nodes.find((one) => one.urn === 'service:x')?.restricted).toBe(true);
    expect(drawn.edges).toHaveLength(1);
  });
});

describe('both walks in one picture', () => {
  const hidden = (urn: string) => node(urn, 'service', { restricted: true });
  it('never takes two restricted nodes for one because they bear one name', () => {
    const forward = trace({ nodes: [node('image:x', 'image'), hidden('restricted:service/1')], links: [link('image:x', 'restricted:service/1')] });
    const backward = trace({ nodes: [node('image:y', 'image'), hidden('restricted:service/1')], links: [link('image:y', 'restricted:service/1')] });
    const merged = mergeTraces(forward, backward);
    expect(merged.nodes.filter((one) => one.kind === 'service')).toHaveLength(2);
    expect(merged.links.map((one) => one.to)).toEqual(['restricted:service/1', 'restricted:service/1~']);
  });
  it('knows a restricted node again by its links', () => {
    const forward = trace({ nodes: [node('image:x', 'image'), hidden('restricted:service/2')], links: [link('image:x', 'restricted:service/2')] });
    const backward = trace({ nodes: [node('image:x', 'image'), hidden('restricted:service/1')], links: [link('image:x', 'restricted:service/1')], paths: [['restricted:service/1', 'image:x']] });
    const merged = mergeTraces(forward, backward);
    expect(merged.nodes.map((one) => one.urn)).toEqual(['image:x', 'restricted:service/2']);
    expect(merged.links).toHaveLength(1);
    expect(merged.paths).toEqual([['restricted:service/2', 'image:x']]);
  });
});
