import type { Trace } from '../api/types.js';
import { utcDay } from '../lib/format.js';
import type { Drawn, DrawnEdge, DrawnNode } from './fold.js';
import { LINE_STYLES, type LineStyle, methodWords, weakest } from './style.js';
import { kindWord } from './words.js';

export interface PathStep { readonly urn: string; readonly kind: string; readonly title: string; readonly how: string; readonly style: LineStyle }
/** One way through the picture; `ways` hops of the chain share it (a task and its definition lead to one service). */
export interface PathRow { readonly key: string; readonly steps: readonly PathStep[]; readonly weakest: LineStyle; readonly reaches: number; readonly ways: number }

/** A recorded link needs no word; proof, guess and history do. */
function howOf(edge: DrawnEdge): string {
  switch (edge.style) {
    case 'verified': return '✓ verified';
    case 'recorded': return '';
    case 'ended': return `until ${utcDay(edge.links.map((link) => link.validTo ?? '').sort().at(-1) ?? '')}`;
    default: return `${methodWords(edge.links.find((link) => link.confidence === edge.confidence)?.method ?? '')} ${edge.confidence.toFixed(2)}`;
  }
}

/** A thing named like the one before it (service pay, target group pay) is told by its kind. */
const told = (node: DrawnNode, before: DrawnNode | undefined): string => (node.restricted ? `restricted ${kindWord(node.kind)}` : before?.title === node.title ? `${kindWord(node.kind)} ${node.title}` : node.title);

/** The paths that the platform names, as drawn, from code to exposure whatever the direction asked; what reaches furthest first, then the best proven. */
export function pathRows(trace: Trace, drawn: Drawn): readonly PathRow[] {
  const hosts = new Map<string, DrawnNode>();
  for (const node of drawn.nodes) for (const member of node.members) if (!hosts.has(member.urn) || member.urn === node.urn) hosts.set(member.urn, node);
  const edges = new Map(drawn.edges.map((edge) => [edge.id, edge]));
  const rows = new Map<string, PathRow>();
  for (const path of trace.paths) {
    const nodes = ordered(path.flatMap((urn) => hosts.get(urn) ?? []).filter((node, index, all) => node !== all[index - 1]));
    const key = nodes.map((node) => node.urn).join(' ');
    const before = rows.get(key);
    rows.set(key, before ? { ...before, ways: before.ways + 1 } : rowOf(key, nodes, edges));
  }
  return [...rows.values()].filter((row) => row.steps.length > 1)
    .sort((a, b) => Number(a.weakest === 'ended') - Number(b.weakest === 'ended') || b.reaches - a.reaches || LINE_STYLES.indexOf(a.weakest) - LINE_STYLES.indexOf(b.weakest) || b.steps.length - a.steps.length || a.key.localeCompare(b.key));
}

const ordered = (nodes: readonly DrawnNode[]): readonly DrawnNode[] => ((nodes[0]?.column ?? 0) > (nodes.at(-1)?.column ?? 0) ? [...nodes].reverse() : nodes);

function rowOf(key: string, nodes: readonly DrawnNode[], edges: ReadonlyMap<string, DrawnEdge>): PathRow {
  const steps = nodes.map((node, index): PathStep => {
    const before = nodes[index - 1];
    const edge = before && (edges.get(`${before.urn}\n${node.urn}`) ?? edges.get(`${node.urn}\n${before.urn}`));
    return { urn: node.urn, kind: node.kind, title: told(node, before), how: edge ? howOf(edge) : '', style: edge?.style ?? 'recorded' };
  });
  return { key, steps, weakest: weakest(steps.slice(1).map((one) => one.style)), reaches: Math.max(0, ...nodes.map((node) => node.column)), ways: 1 };
}
