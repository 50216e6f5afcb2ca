import type { Node } from './node.js';
import type { Census } from './relate.js';

/** Columns that each rule flags on a line for a kind: they say how many flaws of the kind the line holds. */
export function censusOf(nodes: readonly Node[]): Census {
  const columns = new Map<string, Set<number>>();
  const most = new Map<string, number>();
  for (const node of nodes) {
    if (node.region.from === 0) continue;
    for (const kind of node.nature.kinds.keys()) {
      const line = lineKey(node, kind);
      const key = `${line}\u0000${node.signature}`;
      const seen = columns.get(key) ?? new Set();
      columns.set(key, seen.add(node.region.from));
      most.set(line, Math.max(most.get(line) ?? 0, seen.size));
    }
  }
  const ranks = new Map([...columns].map(([key, seen]) => [key, [...seen].sort((a, b) => a - b)]));
  const of = (node: Node, kind: string): readonly number[] => ranks.get(`${lineKey(node, kind)}\u0000${node.signature}`) ?? [];
  return {
    most: (node, kind) => most.get(lineKey(node, kind)) ?? 0,
    count: (node, kind) => of(node, kind).length,
    rank: (node, kind) => of(node, kind).indexOf(node.region.from),
  };
}

const lineKey = ({ view, region }: Node, kind: string): string => [view.path, view.version, region.start, kind].join('\u0000');
