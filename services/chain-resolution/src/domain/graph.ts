import type { Urn } from '@throughline/domain';
import type { Asset } from './assets.js';
import type { Link } from './links.js';

export interface Adjacency {
  readonly links: readonly Link[];
  /** Nodes that have more links than were asked for. */
  readonly cut: readonly Urn[];
}

export interface AdjacencyQuery {
  readonly nodes: readonly Urn[];
  /** `out`: links that start at the nodes (towards exposure), `in`: links that end at them (towards code). */
  readonly direction: 'out' | 'in';
  readonly kinds?: readonly string[];
  /** Links of one node at most, newest first; what is left out is told in `cut`. */
  readonly perNode: number;
}

/**
 * The graph as of one moment, level by level: each call is one query, whatever the number of nodes, so that a walk
 * costs a bounded number of queries. Implemented over Postgres (persistence) and in memory (tests, simulations).
 */
export interface Graph {
  links(query: AdjacencyQuery): Promise<Adjacency>;
  assets(urns: readonly Urn[]): Promise<ReadonlyMap<Urn, Asset>>;
}

/** A graph over given links and assets, as of a time. Provenance of immutable things holds backwards in time. */
export function memoryGraph(links: readonly Link[], assets: readonly Asset[], at: number | null): Graph {
  const known = new Map(assets.map((asset) => [asset.urn, asset]));
  return {
    links: (query) => Promise.resolve(adjacency(links.filter((link) => visible(link, at, query.direction)), query)),
    assets: (urns) => Promise.resolve(new Map(urns.flatMap((node) => {
      const asset = known.get(node);
      return asset ? [[node, asset] as const] : [];
    }))),
  };
}

/** What made a digest or a commit was true before we heard of it: walking towards code, their start is no limit. */
export const PROVENANCE_KINDS: readonly string[] = ['contains', 'built-by', 'produced'];

export function visible(link: Link, at: number | null, direction: 'out' | 'in'): boolean {
  if (at === null) return link.validTo === null;
  const begun = link.validFrom <= at || (direction === 'in' && PROVENANCE_KINDS.includes(link.kind));
  return begun && (link.validTo === null || link.validTo > at);
}

function adjacency(links: readonly Link[], query: AdjacencyQuery): Adjacency {
  const cut: Urn[] = [];
  const found = [...new Set(query.nodes)].flatMap((node) => {
    const own = links
      .filter((link) => (query.direction === 'out' ? link.from : link.to) === node)
      .filter((link) => !query.kinds || query.kinds.includes(link.kind))
      .sort((a, b) => b.validFrom - a.validFrom);
    if (own.length > query.perNode) cut.push(node);
    return own.slice(0, query.perNode);
  });
  return { links: found, cut };
}
