import { censusOf, type Census } from './census.js';
import { isWholeFile } from './controls.js';
import { isTelling, isUnnamed } from './identical.js';
import { meet } from './kinds.js';
import type { Node } from './node.js';
import { NEAR, relate, UNNAMED, type Place } from './relate.js';
import { routeOf } from './routes.js';

/** Two views (by their index) that may be one flaw, and how sure that is. */
export interface Edge {
  readonly a: number;
  readonly b: number;
  readonly rule: string;
  readonly confidence: number;
  readonly fit: number;
  readonly fields: readonly string[];
}

/** A view is compared with at most this many followers in order of place: a line with more results tells none apart. */
const FOLLOWERS = 64;

/** All pairs that are at one place and of one kind, at least one of them fresh; surest first, in an order of content. */
export function edgesOf(nodes: readonly Node[], minConfidence: number): readonly Edge[] {
  const census = censusOf(nodes);
  const edges = new Map<number, Edge>();
  for (const [one, other] of candidatePairs(nodes)) {
    const a = Math.min(one, other);
    const b = Math.max(one, other);
    const id = a * nodes.length + b;
    if (a === b || edges.has(id)) continue;
    const [left, right] = [nodes[a] as Node, nodes[b] as Node];
    const reason = left.findingId !== '' && right.findingId !== '' ? undefined : reasonOf(left, right, census);
    if (reason !== undefined && reason.confidence >= minConfidence) edges.set(id, { a, b, ...reason });
  }
  const joinsFinding = (edge: Edge): number => (nodes[edge.a]?.findingId === '' && nodes[edge.b]?.findingId === '' ? 1 : 0);
  return [...edges.values()].sort((x, y) => y.confidence - x.confidence || y.fit - x.fit || joinsFinding(x) - joinsFinding(y) || x.a - y.a || x.b - y.b);
}

/** Why two views may be one flaw: a place and a kind, or a place so exact that one rule need not say its kind. */
function reasonOf(a: Node, b: Node, census: Census): Place | undefined {
  const met = meet(a.nature, b.nature);
  if (met === undefined) return isUnnamed(a, b, census) ? UNNAMED : undefined;
  const place = relate(a, b, met.kinds, census);
  return place && { ...place, confidence: Math.round(place.confidence * met.weight * 100) / 100, fields: [...place.fields, ...met.fields] };
}

/** Pairs worth comparing. Every group is by path, route or resource and by kind, so cost follows what is near. */
function* candidatePairs(nodes: readonly Node[]): Generator<readonly [number, number]> {
  for (const group of grouped(nodes, (node) => (node.view.path === '' || node.view.class === 'dast' ? [] : kindKeys(node, node.view.path, node.view.version)))) yield* nearLines(nodes, group);
  for (const group of grouped(nodes, (node) => [...placeKeys(node)])) yield* pairs(group);
  if (nodes.some(isUnknown)) for (const group of grouped(nodes, regionKeys)) if (group.some((index) => isUnknown(nodes[index] as Node))) yield* pairs(group);
  yield* acrossVersions(nodes);
  yield* flows(nodes);
}

const kindKeys = (node: Node, ...parts: readonly string[]): readonly string[] => [...node.nature.kinds.keys()].map((kind) => [kind, ...parts].join('\u0000'));

const isUnknown = (node: Node): boolean => node.nature.kinds.size === 0;

const regionKeys = ({ view, region }: Node): readonly string[] => (isTelling(region) ? [[view.path, view.version, region.start, region.end, region.from, region.to].join('\u0000')] : []);

/** Places that need no lines: a route, a resource, a file whose control is about all of it. */
function placeKeys({ nature, view }: Node): readonly string[] {
  return [...nature.kinds.keys()].flatMap((kind) => {
    if (view.class === 'dast') return view.url === '' ? [] : [`route\u0000${kind}\u0000${routeOf(view)}`];
    return [
      ...(view.resource === '' ? [] : [`resource\u0000${kind}\u0000${view.resource}\u0000${view.path}`]),
      ...(isWholeFile(kind) ? [`file\u0000${kind}\u0000${view.path}`] : []),
    ];
  });
}

function grouped(nodes: readonly Node[], keys: (node: Node) => readonly string[]): Iterable<readonly number[]> {
  const groups = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    for (const key of keys(node)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [index]);
      else group.push(index);
    }
  });
  return groups.values();
}

function* pairs(group: readonly number[]): Generator<readonly [number, number]> {
  for (const [at, one] of group.entries()) for (const other of group.slice(at + 1, at + 1 + FOLLOWERS)) yield [one, other];
}

/** Views whose lines overlap or are near; the group is in order of line. */
function* nearLines(nodes: readonly Node[], group: readonly number[]): Generator<readonly [number, number]> {
  for (const [at, one] of group.entries()) {
    const reach = (nodes[one] as Node).region.end + NEAR;
    for (const other of group.slice(at + 1, at + 1 + FOLLOWERS)) {
      if ((nodes[other] as Node).region.start > reach) break;
      yield [one, other];
    }
  }
}

/** Equal code, or the same line, in two versions of a file. */
function* acrossVersions(nodes: readonly Node[]): Generator<readonly [number, number]> {
  if (new Set(nodes.map((node) => node.view.version)).size < 2) return;
  const keys = (node: Node): readonly string[] => (node.view.path === '' ? [] : [
    ...(node.code === '' ? [] : kindKeys(node, node.view.path, 'code', node.code)), ...kindKeys(node, node.view.path, 'line', `${node.region.start}`),
  ]);
  for (const group of grouped(nodes, keys)) for (const [one, other] of pairs(group)) if (nodes[one]?.view.version !== nodes[other]?.view.version) yield [one, other];
}

/** A view and those whose first line is on its data flow. */
function* flows(nodes: readonly Node[]): Generator<readonly [number, number]> {
  const at = new Map<string, number[]>();
  const lineKey = (path: string, line: number): string => `${path}\u0000${line}`;
  if (nodes.every((node) => node.view.flow.length === 0)) return;
  nodes.forEach((node, index) => {
    const key = lineKey(node.view.path, node.region.start);
    at.set(key, [...(at.get(key) ?? []), index].slice(0, FOLLOWERS));
  });
  for (const [index, node] of nodes.entries()) {
    for (const step of node.view.flow) for (const other of at.get(lineKey(step.path, step.line)) ?? []) yield [index, other];
  }
}
