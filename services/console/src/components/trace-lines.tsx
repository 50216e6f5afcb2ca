import type { ReactElement } from 'react';
import { utcDay } from '../lib/format.js';
import type { PlacedEdge } from '../trace/layout.js';
import { badgeOf } from '../trace/style.js';
import { itemProps, type ItemProps } from './trace-items.js';

interface LineProps { readonly placed: PlacedEdge; readonly dim: boolean; readonly selected: boolean }

export function Line({ placed, dim, selected }: LineProps): ReactElement {
  const { edge, path, into } = placed;
  return (
    <g className={`trace-edge ${edge.style}${dim ? ' dim' : ''}${selected ? ' selected' : ''}`} data-item={placed.id}>
      <path d={path} className="trace-hit" />
      {edge.style === 'contested' ? <><path d={path} className="line contested" transform="translate(0 -2.500)" /><path d={path} className="line contested" transform="translate(0 2.500)" /></> : <path d={path} className={`line ${edge.style}`} />}
      <circle cx={into.x} cy={into.y} r="3" className={`line-end ${edge.style}`} />
    </g>
  );
}

/** The middle of a line: how far it is to be trusted in a word or two, and the way to its evidence by pointer and key. */
export function LineBadge({ item, placed, dim, says }: { readonly item: ItemProps; readonly placed: PlacedEdge; readonly dim: boolean; readonly says: string }): ReactElement {
  const { edge, middle, count } = placed;
  const until = edge.style === 'ended' ? edge.links.map((link) => link.validTo).filter((one): one is string => one !== null).sort().at(-1) : undefined;
  const text = until ? `until ${utcDay(until)}` : badgeOf(edge.style, edge.confidence);
  return (
    <button type="button" {...itemProps(item)} className={`line-badge ${edge.style}${dim ? ' dim' : ''}`} style={{ left: middle.x, top: middle.y }}>
      <span className="pill" aria-hidden="true">{text}{count > 1 && `${text ? ' ' : ''}×${count}`}</span><span className="sr">{says}</span>
    </button>
  );
}
