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
  const next = new Map<string, string[]>();
  for (const edge of drawn.edges) {
    const [from, to] = direction === 'forward' ? [edge.from, edge.to] : [edge.to, edge.from];
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  }
  const queue = [start];
  const seen = new Set(queue);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const one of next.get(at) ?? []) {
      if (seen.has(one)) continue;
      seen.add(one);
      found.add(one);
      queue.push(one);
    }
  }
}

/** For each column, the share of its nodes that a line joins to the column before. */
export function coverageOf(drawn: Drawn): readonly string[] {
  const columns = new Map(drawn.nodes.map((node) => [node.urn, node.column]));
  const joinedNodes = new Set(drawn.edges.filter((edge) => edge.style !== 'contested' && edge.style !== 'ended' && (columns.get(edge.from) ?? 9) <= (columns.get(edge.to) ?? -1)).map((edge) => edge.to));
  return COLUMNS.map((_, column) => {
    const nodes = drawn.nodes.filter((node) => node.column === column && node.kind !== 'team');
    if (column === 0 || nodes.length === 0) return nodes.length ? String(nodes.length) : '';
    return `${nodes.filter((node) => joinedNodes.has(node.urn)).length} of ${nodes.length} linked`;
  });
}
