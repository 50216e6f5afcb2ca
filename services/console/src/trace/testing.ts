import type { Trace, TraceLink, TraceNode } from '../api/types.js';

/** Short ways to write a trace in a spec. */
export const node = (urn: string, kind: string, attributes: Record<string, unknown> = {}): TraceNode => ({ urn, kind: kind as TraceNode['kind'], name: urn.split(':').slice(1).join(':'), attributes });
export const link = (from: string, to: string, over: Partial<TraceLink> = {}): TraceLink => ({ from, to, kind: 'contains', method: 'api', verified: false, confidence: 1, evidence: null, validFrom: '2026-11-01T00:00:00Z', validTo: null, ...over });
export const trace = (over: Partial<Trace>): Trace => ({ nodes: [], links: [], paths: [], gaps: [], exposure: 'unknown', owner: null, ...over });

/** repo → commit → build → image → task definition → service → target group → listener → load balancer → endpoint. */
export function chain(): Trace {
  const nodes = [node('repo:h/a', 'repository'), node('commit:h/a@1', 'commit'), node('build:h/a/1', 'build'), node('image:r/a@sha256:1', 'image'), node('task-definition:t', 'task-definition'), node('service:s', 'service', { exposure: 'internet' }), node('target-group:g', 'target-group'), node('listener:l', 'listener'), node('lb:b', 'load-balancer'), node('endpoint:e', 'endpoint')];
  const links = nodes.slice(1).map((one, index) => link(nodes[index]?.urn ?? '', one.urn));
  return trace({ nodes, links, paths: [nodes.map((one) => one.urn)], exposure: 'internet' });
}
