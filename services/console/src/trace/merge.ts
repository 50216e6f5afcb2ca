import type { Trace, TraceNode } from '../api/types.js';

/** One picture of both walks from a subject: what stands before it and what comes after. */
export function mergeTraces(first: Trace, other: Trace | undefined): Trace {
  if (!other) return first;
  const second = told(other, first);
  const by = <T>(all: readonly T[], key: (one: T) => string): T[] => [...new Map(all.map((one) => [key(one), one])).values()];
  return {
    nodes: by([...first.nodes, ...second.nodes], (node) => node.urn),
    links: by([...first.links, ...second.links], (link) => [link.from, link.to, link.kind, link.method, link.validFrom].join(' ')),
    paths: by([...first.paths, ...second.paths], (path) => path.join(' ')),
    gaps: by([...first.gaps, ...second.gaps], (gap) => [gap.hop, gap.reason, gap.asset].join(' ')),
    exposure: first.exposure === 'unknown' ? second.exposure : first.exposure, owner: first.owner ?? second.owner, partial: (first.partial ?? false) || (second.partial ?? false),
  };
}

/**
 * Restricted nodes have names of their own in each answer (`restricted:service/1`), so that the same name in two answers may be two
 * things. One that has the same links as one of the first answer is that one; every other gets a name that the first does not have.
 */
function told(second: Trace, first: Trace): Trace {
  const hidden = second.nodes.filter(isRestricted);
  if (hidden.length === 0) return second;
  const free = new Map<string, string[]>();
  for (const node of first.nodes.filter(isRestricted)) { const mark = markOf(node, first); free.set(mark, [...free.get(mark) ?? [], node.urn]); }
  const names = new Map(hidden.map((node) => [node.urn, free.get(markOf(node, second))?.shift() ?? `${node.urn}~`]));
  const name = (urn: string): string => names.get(urn) ?? urn;
  return {
    ...second, nodes: second.nodes.map((node) => ({ ...node, urn: name(node.urn) })), links: second.links.map((link) => ({ ...link, from: name(link.from), to: name(link.to) })),
    paths: second.paths.map((path) => path.map(name)),
  };
}

const isRestricted = (node: TraceNode): boolean => node.attributes['restricted'] === true;

/** What a restricted node is known by: its kind and its links to what may be seen. */
function markOf(node: TraceNode, trace: Trace): string {
  const end = (urn: string): string => (urn === node.urn ? '' : urn.replace(/^restricted:([\w-]+)\/.*$/, '$1'));
  return [node.kind, ...trace.links.filter((link) => link.from === node.urn || link.to === node.urn).map((link) => `${end(link.from)} ${link.kind} ${end(link.to)} ${link.validFrom}`).sort()].join('\n');
}
