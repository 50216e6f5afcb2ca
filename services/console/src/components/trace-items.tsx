import type { ReactElement } from 'react';
import type { Finding } from '../api/types.js';
import { whole } from '../lib/waterfall.js';
import type { DrawnNode } from '../trace/fold.js';
import { OPEN_STEP, type PlacedGap, type PlacedStack } from '../trace/layout.js';
import { NODE_HEIGHT } from '../trace/route.js';
import { gapTitle, kindWord } from '../trace/words.js';
import { Icon } from './icons.js';
import { BandShape } from './marks.js';
import { NodeIcon } from './node-icon.js';

/** What every box and badge of the picture gets: one of them is in the tab order, the arrow keys reach the others. */
export interface ItemProps { readonly id: string; readonly tabIndex: 0 | -1; readonly described: boolean }
export const itemProps = ({ id, tabIndex, described }: ItemProps) => ({ 'data-item': id, tabIndex, ...(described ? { 'aria-describedby': 'trace-card' } : {}) });

interface NodeProps { readonly item: ItemProps; readonly node: DrawnNode; readonly x: number; readonly y: number; readonly width: number; readonly worst: Finding | undefined; readonly subject: boolean; readonly dim: boolean; readonly selected: boolean }

export function NodeBox({ item, node, x, y, width, worst, subject, dim, selected }: NodeProps): ReactElement {
  const classes = ['trace-node', worst?.band, subject && 'subject-node', dim && 'dim', selected && 'selected', node.restricted && 'restricted', node.undescribed && 'undescribed', node.platforms > 0 && 'logical'].filter(Boolean).join(' ');
  const title = node.restricted ? `Restricted ${kindWord(node.kind)}` : node.title;
  const subtitle = node.restricted ? 'outside your rights' : node.undescribed && node.subtitle === kindWord(node.kind) ? 'not described yet' : node.subtitle;
  return (
    <button type="button" {...itemProps(item)} className={classes} style={{ left: x, top: y, width, height: NODE_HEIGHT }} title={node.restricted ? undefined : node.urn}>
      <span className="row">{node.restricted ? <Icon name="lock" size={15} /> : <><NodeIcon kind={node.kind} size={15} /><span className="sr">{kindWord(node.kind)} </span></>}<span className="ellipsis trace-title">{title}</span>
        {node.stale && <><Icon name="clock" size={13} /><span className="sr">, stale, </span></>}
        {worst?.band && <span className={`trace-band ${worst.band}`}><BandShape band={worst.band} /><span className="sr">, worst finding </span>{whole(worst.score)}<span className="sr"> {worst.band}, </span></span>}
      </span>
      <span className="row trace-sub"><span className="meta ellipsis">{subject && <b>subject · </b>}{subtitle}</span><Reach node={node} /></span>
    </button>
  );
}

/** Who reaches it, in words and with a mark: colour is not needed to read it. */
function Reach({ node }: { readonly node: DrawnNode }): ReactElement | null {
  const exposure = reachOf(node);
  if (exposure === 'internet' || exposure === 'limited') return <span className={`reach ${exposure}`}><Icon name="globe" size={12} /><span className="sr">, exposure </span>{exposure}</span>;
  return exposure === 'unknown' ? <span className="reach unknown">? reach<span className="sr"> unknown</span></span> : null;
}

const reachOf = (node: DrawnNode): string => (node.kind === 'service' && !node.restricted ? String(node.attributes['exposure'] ?? '') : '');

export function StackBox({ item, stack, width, worst }: { readonly item: ItemProps; readonly stack: PlacedStack; readonly width: number; readonly worst: number }): ReactElement {
  const internet = stack.nodes.filter((node) => node.attributes['exposure'] === 'internet').length;
  const show = stack.nodes.length > OPEN_STEP ? `show ${OPEN_STEP}` : 'show them';
  return (
    <button type="button" {...itemProps(item)} className="trace-node trace-stack" style={{ left: stack.x, top: stack.y, width, height: NODE_HEIGHT }}>
      <span className="row"><NodeIcon kind={stack.kind} size={15} /><span className="ellipsis trace-title">+{stack.nodes.length} {kindWord(stack.kind)}s</span></span>
      <span className="meta ellipsis">{[internet ? `${internet} internet` : '', worst ? `worst ${whole(worst)}` : '', show].filter(Boolean).join(' · ')}</span>
    </button>
  );
}

export function GapBox({ item, gap, width, selected }: { readonly item: ItemProps; readonly gap: PlacedGap; readonly width: number; readonly selected: boolean }): ReactElement {
  const first = gap.gaps[0];
  return (
    <button type="button" {...itemProps(item)} className={`trace-gap${selected ? ' selected' : ''}`} style={{ left: gap.x, top: gap.y, width, height: NODE_HEIGHT }}>
      <span className="ellipsis trace-title"><span className="sr">Missing hop: </span>{gapTitle(first?.hop ?? '')}</span><span className="ellipsis"><span className="sr">{first?.reason}. </span><span className="fix-this">Fix this</span>{gap.gaps.length > 1 && <span className="gap-many"> · {gap.gaps.length} times</span>}</span>
    </button>
  );
}
