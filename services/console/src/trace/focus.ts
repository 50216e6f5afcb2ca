import { COLUMNS } from './columns.js';
import type { Drawn } from './fold.js';

/** Every node on a path through this one: what it comes from and what it leads to. */
export function related(drawn: Drawn, urn: string): ReadonlySet<string> {
  const found = new Set([urn]);
  reach(drawn, urn, 'forward', found);
  reach(drawn, urn, 'backward', found);
  return found;
}

function reach(drawn: Drawn, start: string, direction: 'forward' | 'backward', found: Set<string>): void {
  const queue = [start];
  const seen = new Set(queue);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const edge of drawn.edges) {
      const next = direction === 'forward' ? (edge.from === at ? edge.to : '') : edge.to === at ? edge.from : '';
      if (!next || seen.has(next)) continue;
      seen.add(next);
      found.add(next);
      queue.push(next);
    }
  }
}

/** For each column, the share of its nodes that a line joins to the column before. */
export function coverageOf(drawn: Drawn): readonly string[] {
  return COLUMNS.map((_, column) => {
    const nodes = drawn.nodes.filter((node) => node.column === column && node.kind !== 'team');
    if (column === 0 || nodes.length === 0) return nodes.length ? String(nodes.length) : '';
    const columns = new Map(drawn.nodes.map((node) => [node.urn, node.column]));
    const joined = nodes.filter((node) => drawn.edges.some((edge) => edge.to === node.urn && edge.style !== 'contested' && edge.style !== 'ended' && (columns.get(edge.from) ?? 9) <= column && edge.from !== node.urn)).length;
    return `${joined} of ${nodes.length} linked`;
  });
}
