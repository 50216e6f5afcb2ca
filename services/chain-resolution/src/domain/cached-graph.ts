import type { Urn } from '@throughline/domain';
import type { Asset } from './assets.js';
import type { Adjacency, AdjacencyQuery, Graph } from './graph.js';
import type { Link } from './links.js';

interface Known {
  /** null: links of every kind. */
  readonly kinds: ReadonlySet<string> | null;
  readonly links: readonly Link[];
}

/**
 * Remembers what one answer has read already. A trace walks first and judges then, over mostly the same links: without
 * this it would read them twice. Links of a node that a cap cut are not remembered, as the next question may be narrower.
 */
export function cachedGraph(graph: Graph): Graph {
  const known = new Map<string, Known[]>();
  const assets = new Map<Urn, Asset | null>();
  return {
    links: async (query) => {
      const answers = new Map([...new Set(query.nodes)].map((node) => [node, recall(known.get(`${query.direction}|${node}`), query)]));
      const missing = [...answers].filter(([, links]) => links === undefined).map(([node]) => node);
      const found = missing.length > 0 ? await graph.links({ ...query, nodes: missing }) : { links: [], cut: [] };
      remember(known, query, missing, found);
      return { links: [...[...answers.values()].flatMap((links) => links ?? []), ...found.links], cut: found.cut };
    },
    assets: async (urns) => {
      const missing = [...new Set(urns)].filter((node) => !assets.has(node));
      if (missing.length > 0) {
        const found = await graph.assets(missing);
        for (const node of missing) assets.set(node, found.get(node) ?? null);
      }
      return new Map(urns.flatMap((node) => {
        const asset = assets.get(node);
        return asset ? [[node, asset] as const] : [];
      }));
    },
  };
}

function recall(known: readonly Known[] | undefined, query: AdjacencyQuery): readonly Link[] | undefined {
  const { kinds } = query;
  const entry = known?.find((item) => item.kinds === null || (kinds?.every((kind) => item.kinds?.has(kind)) ?? false));
  const links = entry && kinds ? entry.links.filter((link) => kinds.includes(link.kind)) : entry?.links;
  return links && links.length <= query.perNode ? links : undefined;
}

function remember(known: Map<string, Known[]>, query: AdjacencyQuery, nodes: readonly Urn[], found: Adjacency): void {
  const own = new Map<Urn, Link[]>(nodes.map((node) => [node, []]));
  for (const link of found.links) own.get(query.direction === 'out' ? link.from : link.to)?.push(link);
  const cut = new Set(found.cut);
  for (const [node, links] of own) {
    if (cut.has(node)) continue;
    const key = `${query.direction}|${node}`;
    known.set(key, [...(known.get(key) ?? []), { kinds: query.kinds ? new Set(query.kinds) : null, links }]);
  }
}
