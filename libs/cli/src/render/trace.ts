import type { Trace, TraceLink, TraceNode } from '../api/answers.js';
import { plain, type Paint } from '../terminal.js';
import { count, paragraphs } from './lines.js';

const CANDIDATE = 0.5;
/** Kinds beside the chain: they are told once below it and would else repeat at every node. */
const BESIDE = new Set(['owned-by', 'member-of']);

/** Why a link is believed, in a few words; a guess never looks like a proof. */
export function strengthOf({ method, verified, confidence, validTo }: TraceLink, paint: Paint): string {
  const ended = validTo === null ? '' : `, until ${validTo.slice(0, 16).replace('T', ' ')}`;
  if (confidence < CANDIDATE) return paint.yellow(`[? ${method} ${confidence.toFixed(2)}, candidate${ended}]`);
  if (verified) return paint.green(`[✓ ${method}, verified${ended}]`);
  return paint.dim(`[${method} ${confidence.toFixed(2)}${ended}]`);
}

const labelOf = (node: TraceNode | undefined, urn: string, paint: Paint): string => {
  if (node === undefined) return `${paint.dim('restricted')} ${plain(urn)}`;
  const marks = [node.attributes['resolved'] === false && 'no source has described it', node.attributes['stale'] === true && 'stale', typeof node.attributes['retiredAt'] === 'string' && 'gone'].filter(Boolean);
  return `${paint.cyan(node.kind)} ${plain(node.urn.slice(node.urn.indexOf(':') + 1))}${marks.length > 0 ? paint.yellow(` (${marks.join(', ')})`) : ''}`;
};

interface Walk {
  readonly nodes: ReadonlyMap<string, TraceNode>;
  readonly next: ReadonlyMap<string, readonly { readonly urn: string; readonly link: TraceLink }[]>;
  readonly seen: Set<string>;
  readonly paint: Paint;
}

/** The trace as a tree from where it starts; a node that two ways reach is drawn once and referred to after. Pure. */
export function renderTrace(trace: Trace, paint: Paint): string {
  const nodes = new Map(trace.nodes.map((node) => [node.urn, node]));
  const next = adjacency(trace);
  const targets = new Set([...next.values()].flat().map(({ urn }) => urn));
  const starts = nodes.has(trace.from) ? [trace.from] : trace.nodes.map(({ urn }) => urn).filter((urn) => !targets.has(urn) && next.has(urn));
  const walk: Walk = { nodes, next, seen: new Set(), paint };
  const tree = (starts.length > 0 ? starts : trace.nodes.slice(0, 1).map(({ urn }) => urn)).flatMap((urn) => [labelOf(nodes.get(urn), urn, paint), ...branches(urn, '', walk)]);
  return paragraphs([...tree, '', ...verdict(trace, paint), ...gaps(trace, paint)]);
}

function adjacency(trace: Trace): Walk['next'] {
  const next = new Map<string, { urn: string; link: TraceLink }[]>();
  for (const link of trace.links.filter(({ kind }) => !BESIDE.has(kind))) {
    const [from, to] = trace.direction === 'backward' ? [link.to, link.from] : [link.from, link.to];
    next.set(from, [...(next.get(from) ?? []), { urn: to, link }]);
  }
  for (const list of next.values()) list.sort((a, b) => b.link.confidence - a.link.confidence || (a.urn < b.urn ? -1 : 1));
  return next;
}

function branches(urn: string, indent: string, walk: Walk): string[] {
  walk.seen.add(urn);
  const children = walk.next.get(urn) ?? [];
  return children.flatMap(({ urn: child, link }, index) => {
    const last = index === children.length - 1;
    const line = `${indent}${last ? '└─' : '├─'} ${labelOf(walk.nodes.get(child), child, walk.paint)} ${strengthOf(link, walk.paint)}`;
    if (walk.seen.has(child)) return [walk.next.has(child) ? `${line} ${walk.paint.dim('↑ see above')}` : line];
    return [line, ...branches(child, `${indent}${last ? '   ' : '│  '}`, walk)];
  });
}

const EXPOSURE: Readonly<Record<string, string>> = {
  internet: 'the internet reaches it', limited: 'some outside reach it: an allow-list or a sign-in stands before it', internal: 'only the inside reaches it', none: 'nobody reaches it', unknown: 'it is not known who reaches it',
};

function verdict(trace: Trace, paint: Paint): string[] {
  const colour = trace.exposure === 'internet' ? paint.red : trace.exposure === 'limited' || trace.exposure === 'unknown' ? paint.yellow : paint.green;
  return [
    `exposure  ${colour(trace.exposure)}: ${EXPOSURE[trace.exposure] ?? ''}`, `owner     ${trace.owner === null ? paint.yellow('none') : `team ${plain(trace.owner)}`}`,
    `as of     ${trace.at}; ${count(trace.nodes.length, 'node')}, ${count(trace.links.length, 'link')}, ${trace.links.filter(({ verified }) => verified).length} verified${trace.partial ? `; ${paint.yellow('cut off: there is more than a trace shows')}` : ''}`,
  ];
}

function gaps(trace: Trace, paint: Paint): string[] {
  if (trace.gaps.length === 0) return [];
  const lines = trace.gaps.map(({ hop, reason, remedy, asset }) => `  ${paint.yellow(plain(hop))}${asset ? ` at ${plain(asset)}` : ''}: ${plain(reason)}\n    → ${plain(remedy)}`);
  return ['', `${count(trace.gaps.length, 'gap')} in what is known:`, ...new Set(lines)];
}
