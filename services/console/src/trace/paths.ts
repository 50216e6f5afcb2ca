import type { Trace, TraceLink, TraceNode } from '../api/types.js';
import { utcDay } from '../lib/format.js';
import { columnOf } from './columns.js';
import { LINE_STYLES, type LineStyle, lineStyle, methodWords, weakest } from './style.js';
import { kindWord, titleOf } from './words.js';

export interface PathStep { readonly urn: string; readonly kind: string; readonly title: string; readonly how: string; readonly style: LineStyle }
export interface PathRow { readonly key: string; readonly index: number; readonly steps: readonly PathStep[]; readonly weakest: LineStyle; readonly reaches: number }

/** A recorded link needs no word; proof, guess and history do. */
function howOf(link: TraceLink, style: LineStyle): string {
  switch (style) {
    case 'verified': return `✓ ${methodWords(link.method)}`;
    case 'recorded': return '';
    case 'ended': return `until ${utcDay(link.validTo ?? '')}`;
    default: return `${methodWords(link.method)} ${link.confidence.toFixed(2)}`;
  }
}

/** A thing named like the one before it (service pay, target group pay) is told by its kind. */
function told(node: TraceNode, before: TraceNode | undefined): string {
  const title = titleOf(node);
  return before !== undefined && titleOf(before) === title ? `${kindWord(node.kind)} ${title}` : title;
}

/** The paths that the platform names, from code to exposure whatever the direction asked, what reaches furthest first, then the best proven. */
export function pathRows(trace: Trace, at: number): readonly PathRow[] {
  const nodes = new Map(trace.nodes.map((node) => [node.urn, node]));
  const rows = trace.paths.map((urns, index): PathRow => {
    const known = urns.filter((urn) => nodes.has(urn));
    const first = nodes.get(known[0] ?? ''), last = nodes.get(known.at(-1) ?? '');
    const ordered = first && last && columnOf(first.kind) > columnOf(last.kind) ? [...known].reverse() : known;
    const steps = ordered.map((urn, step): PathStep => {
      const node = nodes.get(urn);
      const before = ordered[step - 1];
      const link = trace.links.find((one) => (one.from === before && one.to === urn) || (one.from === urn && one.to === before));
      const style = link ? lineStyle(link, at) : 'recorded';
      return { urn, kind: node?.kind ?? '', title: node ? told(node, nodes.get(before ?? '')) : urn, how: link ? howOf(link, style) : '', style };
    });
    return { key: `${index}`, index, steps, weakest: weakest(steps.slice(1).map((step) => step.style)), reaches: Math.max(0, ...steps.map((step) => columnOf(step.kind))) };
  });
  return rows.filter((row) => row.steps.length > 1)
    .sort((a, b) => Number(a.weakest === 'ended') - Number(b.weakest === 'ended') || b.reaches - a.reaches || LINE_STYLES.indexOf(a.weakest) - LINE_STYLES.indexOf(b.weakest) || b.steps.length - a.steps.length);
}
