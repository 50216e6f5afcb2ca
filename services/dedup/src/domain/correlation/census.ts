import { aloneOf, type Alone } from './alone.js';
import type { Node } from './node.js';

/** How many flaws of a kind stand on a line and how often a rule shows the same code: what a pair alone cannot say. */
export interface Census {
  /** Most regions that one rule has on the line of this node for the kind. */
  readonly most: (node: Node, kind: string) => number;
  /** Regions of the node's own rule on its line, and which of them it is. */
  readonly count: (node: Node, kind: string) => number;
  readonly rank: (node: Node, kind: string) => number;
  /** Whether the node's rule shows this code once in its version of the file. */
  readonly unique: (node: Node) => boolean;
  /** Results that the node's tool has in exactly its region. */
  readonly inRegion: (node: Node) => number;
  readonly alone: Alone;
}

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
  const repeated = repeatedCode(nodes);
  const inRegion = new Map<string, number>();
  for (const node of nodes) inRegion.set(regionKey(node), (inRegion.get(regionKey(node)) ?? 0) + 1);
  return {
    most: (node, kind) => most.get(lineKey(node, kind)) ?? 0,
    count: (node, kind) => of(node, kind).length,
    rank: (node, kind) => of(node, kind).indexOf(node.region.from),
    unique: (node) => !repeated.has(codeKey(node)),
    inRegion: (node) => inRegion.get(regionKey(node)) ?? 0,
    alone: aloneOf(nodes),
  };
}

const lineKey = ({ view, region }: Node, kind: string): string => [view.path, view.version, region.start, kind].join('\u0000');

const regionKey = ({ view, region }: Node): string => [view.path, view.version, view.tool, region.start, region.end, region.from, region.to].join('\u0000');

const codeKey = (node: Node): string => [node.view.path, node.view.version, node.signature, node.code].join('\u0000');

function repeatedCode(nodes: readonly Node[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const node of nodes) (seen.has(codeKey(node)) ? repeated : seen).add(codeKey(node));
  return repeated;
}
