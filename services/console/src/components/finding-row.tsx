import { Link } from '@tanstack/react-router';
import type { CSSProperties, ReactElement } from 'react';
import { ticketOf } from '../api/normalize.js';
import type { Finding } from '../api/types.js';
import { place, shortName } from '../lib/format.js';
import { DueText, Skeleton } from './bits.js';
import { Band, Chip, Severity } from './marks.js';

export interface RowProps {
  readonly finding: Finding; readonly active?: boolean; readonly selected?: boolean; readonly index?: number;
  /** Where a virtual list puts it, and how it learns its height. */
  readonly style?: CSSProperties; readonly measure?: (element: Element | null) => void;
  readonly onSelect?: (id: string) => void; readonly onFocus?: (index: number) => void;
}

/** One line of a ranked list. The title is a link; the row itself is not a control, so that its text can be copied. */
export function FindingRow({ finding, active = false, selected = false, index, style, measure, onSelect, onFocus }: RowProps): ReactElement {
  const ticket = ticketOf(finding.ticket);
  return (
    <li ref={measure} className={`frow${measure ? ' virtual-row' : ''}${active ? ' active' : ''}${selected ? ' selected' : ''}${onSelect ? ' selectable' : ''}`} style={style} data-index={index} onClick={() => index !== undefined && onFocus?.(index)}>
      {onSelect && <span className="frow-check"><input type="checkbox" checked={selected} aria-label={`Select ${finding.title}`} onChange={() => onSelect(finding.id)} /></span>}
      <span className="frow-band"><Band band={finding.band} score={finding.score} /></span>
      <span className="frow-title">
        <span className="row"><Severity severity={finding.severity} letter /><Link to="/findings/$id" params={{ id: finding.id }} className="ellipsis title-link" title={finding.title}>{finding.title}</Link></span>
        <span className="meta ellipsis" title={`${whereOf(finding)} · ${place(finding)}`}>{finding.status !== 'open' && <StateHint finding={finding} />}{whereOf(finding)} · <span className="mono-text">{place(finding)}</span></span>
      </span>
      <span className="frow-chips">
        <span data-label="Deployed"><Chip value={finding.deployed} /></span>
        <span data-label="Exposed"><Chip value={finding.exposed} /></span>
        <span data-label="Reachable"><Chip value={finding.reachable} /></span>
      </span>
      <span className="frow-tools meta ellipsis" title={finding.tools.join(', ')}>{finding.tools.length > 1 ? `${finding.tools.length} tools` : finding.tools[0] ?? ''}</span>
      <span className="frow-team ellipsis">{finding.team || <span className="tag dashed">no owner</span>}</span>
      <span className="frow-due"><DueText at={finding.dueAt} /></span>
      <span className="frow-ticket ellipsis">{ticket ? <span title={`Ticket ${ticket.key ?? ''} ${ticket.status}`}>{ticket.key || ticket.status || 'ticket'}</span> : <span className="muted">none</span>}</span>
    </li>
  );
}

function StateHint({ finding }: { readonly finding: Finding }): ReactElement {
  return <span className={`tag tag-inline ${finding.status === 'fixed' ? 'ok' : finding.status === 'reopened' ? 'warn' : 'dashed'}`}>{finding.status === 'awaiting-verification' ? 'in verification' : finding.status}</span>;
}

function whereOf(finding: Finding): string {
  return finding.service || finding.repository.split('/').slice(1).join('/') || shortName(finding.asset);
}

export function FindingHead({ selectable = false }: { readonly selectable?: boolean }): ReactElement {
  return (
    <div className={`frow frow-head${selectable ? ' selectable' : ''}`} aria-hidden="true">
      {selectable && <span className="frow-check" />}
      <span className="frow-band">Band</span><span className="frow-title">Finding</span>
      <span className="frow-chips"><span>Deployed</span><span>Exposed</span><span>Reachable</span></span>
      <span className="frow-tools">Tools</span><span className="frow-team">Team</span><span className="frow-due">Due</span><span className="frow-ticket">Ticket</span>
    </div>
  );
}

export function FindingRowSkeletons({ rows, selectable = false }: { readonly rows: number; readonly selectable?: boolean }): ReactElement {
  return (
    <div role="status"><span className="sr">Loading findings</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={`frow${selectable ? ' selectable' : ''}`} aria-hidden="true">
          {selectable && <span className="frow-check" />}
          <span className="frow-band"><Skeleton height={24} width={84} /></span>
          <span className="frow-title"><Skeleton height={14} width={`${72 - (row * 13) % 40}%`} /><Skeleton height={12} width={`${48 - (row * 7) % 20}%`} /></span>
        </div>
      ))}
    </div>
  );
}
