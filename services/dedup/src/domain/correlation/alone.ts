import type { Node } from './node.js';
import { contains, overlap } from './place.js';

/** Lines around a result in which another of its kind makes doubtful which of them a tool with other lines means. */
const DOUBT = 10;

/** Longest way from a source to its sink in one function; a longer region is a file's. */
const FUNCTION = 40;

/** With more results in a region, nothing is alone in it. */
const FEW = 16;

/** Where a result is the only one of its kind: what makes weak evidence of place enough. */
export interface Alone {
  /** Whether no version of the file has the kind on another line nearby, and no rule has it twice on this one. */
  readonly nearby: (node: Node, kind: string) => boolean;
  /** Whether a region of many lines is about one flaw: its tool has no other there, and what others flag in it touches. */
  readonly around: (outer: Node, kind: string) => boolean;
}

export function aloneOf(nodes: readonly Node[]): Alone {
  const ofPath = new Map<string, Node[]>();
  for (const node of nodes) {
    if (node.view.path === '' || node.region.start === 0) continue;
    for (const kind of node.nature.kinds.keys()) {
      const known = ofPath.get(key(node, kind));
      if (known === undefined) ofPath.set(key(node, kind), [node]);
      else known.push(node);
    }
  }
  return {
    nearby: remembered((node, kind) => isOnlyNearby(node, ofPath.get(key(node, kind)) ?? [])),
    around: remembered((outer, kind) => isOneAround(outer, ofPath.get(key(outer, kind)) ?? [])),
  };
}

const key = ({ view }: Node, kind: string): string => `${view.path}\u0000${kind}`;

function remembered(judge: (node: Node, kind: string) => boolean): (node: Node, kind: string) => boolean {
  const answers = new Map<Node, Map<string, boolean>>();
  return (node, kind) => {
    const own = answers.get(node) ?? new Map<string, boolean>();
    const answer = own.get(kind) ?? judge(node, kind);
    answers.set(node, own.set(kind, answer));
    return answer;
  };
}

function isOnlyNearby({ region }: Node, others: readonly Node[]): boolean {
  const near = others.filter((one) => Math.abs(one.region.start - region.start) <= DOUBT);
  if (near.some((one) => one.region.start !== region.start)) return false;
  return new Set(near.map((one) => `${one.view.version}\u0000${one.signature}`)).size === near.length;
}

function isOneAround(outer: Node, others: readonly Node[]): boolean {
  if (outer.region.end - outer.region.start >= FUNCTION) return false;
  const there = others.filter((one) => one !== outer && one.view.version === outer.view.version && overlap(outer.region, one.region) !== undefined);
  if (there.length > FEW || there.some((one) => one.view.tool === outer.view.tool || !contains(outer.region, one.region))) return false;
  return there.every((one) => there.every((other) => {
    const between = overlap(one.region, other.region);
    return between !== undefined && between.rule !== 'apart-on-line';
  }));
}
