import type { Trace } from '../api/types.js';

/** One picture of both walks from a subject: what stands before it and what comes after. */
export function mergeTraces(first: Trace, second: Trace | undefined): Trace {
  if (!second) return first;
  const by = <T>(all: readonly T[], key: (one: T) => string): T[] => [...new Map(all.map((one) => [key(one), one])).values()];
  return {
    nodes: by([...first.nodes, ...second.nodes], (node) => node.urn),
    links: by([...first.links, ...second.links], (link) => [link.from, link.to, link.kind, link.method, link.validFrom].join(' ')),
    paths: by([...first.paths, ...second.paths], (path) => path.join(' ')),
    gaps: by([...first.gaps, ...second.gaps], (gap) => [gap.hop, gap.reason, gap.asset].join(' ')),
    exposure: first.exposure === 'unknown' ? second.exposure : first.exposure, owner: first.owner ?? second.owner,
  };
}
