import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { explanationQuery } from '../api/queries.js';
import type { Finding } from '../api/types.js';
import { whySentence } from '../lib/why.js';
import { place } from '../lib/format.js';
import { DueText, Mono, Skeleton, Time } from './bits.js';
import { Icon } from './icons.js';
import { Band, Chip, Severity, State } from './marks.js';
import { WaterfallView } from './waterfall-view.js';

/** The finding beside its list: enough to decide whether to open it. */
export function Peek({ finding, onClose }: { readonly finding: Finding; readonly onClose: () => void }): ReactElement {
  const why = useQuery(explanationQuery(finding.id));
  return (
    <aside className="side" aria-label="Preview">
      <div className="side-head">
        <div className="stack-s"><div className="row-wrap"><Band band={finding.band} score={finding.score} /><State state={finding.status} /><Severity severity={finding.severity} /></div><h2 className="break">{finding.title}</h2></div>
        <button type="button" className="icon-button" aria-label="Close the preview" onClick={onClose}><Icon name="close" /></button>
      </div>
      <div className="side-body" tabIndex={0}>
        <p>{why.data ? whySentence(why.data, finding) : <Skeleton height={40} />}</p>
        <div className="row-wrap"><Chip value={finding.deployed} label="Deployed" /><Chip value={finding.exposed} label="Exposed" /><Chip value={finding.reachable} label="Reachable" /></div>
        {why.data && <WaterfallView explanation={why.data} brief />}
        <dl className="facts">
          <dt>Where</dt><dd><Mono text={place(finding)} max={44} /></dd>
          <dt>Asset</dt><dd><Mono text={finding.asset} max={44} /></dd>
          <dt>Owner</dt><dd>{finding.team || 'nobody yet'}</dd>
          <dt>Due</dt><dd><DueText at={finding.dueAt} /></dd>
          <dt>Seen by</dt><dd>{finding.tools.join(', ')}</dd>
          <dt>Last seen</dt><dd><Time at={finding.lastSeen} /></dd>
        </dl>
        <div className="row-wrap"><Link to="/findings/$id" params={{ id: finding.id }} className="button primary">Open</Link><Link to="/trace" search={{ from: finding.asset }} className="button">Trace</Link></div>
      </div>
    </aside>
  );
}
