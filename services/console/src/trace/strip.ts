import type { Trace, TraceGap } from '../api/types.js';
import { COLUMNS, columnOfHop } from './columns.js';
import { draw, type DrawnEdge, type DrawnNode } from './fold.js';
import { mergeTraces } from './merge.js';
import { LINE_STYLES, type LineStyle } from './style.js';

export interface StripStep { readonly node: DrawnNode | undefined; readonly more: number; readonly gap: TraceGap | undefined; readonly style: LineStyle | 'none'; readonly label: string }

/** The trace in one line: from the most exposed end backwards, the strongest linked node of each column. */
export function strip(forward: Trace, backward: Trace | undefined, at = Date.now()): { readonly steps: readonly StripStep[]; readonly merged: Trace } {
  const merged = mergeTraces(forward, backward);
  const drawn = draw(merged, { allHops: false, at });
  const chosen: (DrawnNode | undefined)[] = COLUMNS.map(() => undefined);
  for (let column = COLUMNS.length - 1; column >= 0; column -= 1) {
    const candidates = drawn.nodes.filter((node) => node.column === column && node.kind !== 'team');
    const next = chosen.slice(column + 1).find((node) => node !== undefined);
    chosen[column] = [...candidates].sort((a, b) => weight(b, next, drawn.edges) - weight(a, next, drawn.edges) || a.title.localeCompare(b.title))[0];
  }
  const steps = COLUMNS.map((_, column): StripStep => {
    const node = chosen[column], before = chosen.slice(0, column).reverse().find((one) => one !== undefined);
    const edge = drawn.edges.find((one) => one.from === before?.urn && one.to === node?.urn);
    const style = chosen[column - 1] && edge ? edge.style : 'none';
    const more = drawn.nodes.filter((one) => one.column === column && one.kind === node?.kind).length - 1;
    return { node, more: Math.max(more, 0), gap: merged.gaps.find((gap) => columnOfHop(gap.hop) === column), style, label: labelOf(style, edge) };
  });
  return { steps, merged };
}

function weight(node: DrawnNode, next: DrawnNode | undefined, edges: readonly DrawnEdge[]): number {
  const edge = edges.find((one) => one.from === node.urn && one.to === next?.urn);
  const exposure = ['none', 'internal', 'unknown', 'limited', 'internet'].indexOf(String(node.attributes['exposure'] ?? ''));
  const fed = edges.some((one) => one.to === node.urn) ? 1 : 0;
  return (edge ? 100 - LINE_STYLES.indexOf(edge.style) * 10 : 0) + exposure + fed;
}

export function labelOf(style: LineStyle | 'none', edge: DrawnEdge | undefined): string {
  if (style === 'verified') return '✓';
  if (style === 'inferred' && edge) return edge.confidence.toFixed(2);
  return style === 'contested' ? '?' : '';
}
