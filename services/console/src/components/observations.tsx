import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import type { SeenObservation } from '../api/identity-types.js';
import { middleCut, plural, shortName } from '../lib/format.js';
import { firstOf, observedAt, snippetsOf, whyWords } from '../lib/identity-words.js';
import { useActorNames } from './actor-name.js';
import { Mono, Time } from './bits.js';

const FIRST = 12;

interface RowProps { readonly one: SeenObservation; /** The finding began with it. */ readonly first: boolean }

/** Every observation of a finding: who showed what, where and when, and why it is this finding. */
export function AllObservations({ observations }: { readonly observations: readonly SeenObservation[] }): ReactElement {
  const [all, setAll] = useState(false);
  if (observations.length === 0) return <p className="muted">No observation is kept any more: the scans that held them are past their retention.</p>;
  const first = firstOf(observations);
  const shown = all ? observations : observations.slice(0, FIRST);
  return (
    <div className="stack">
      <SideBySide observations={observations} />
      <div className="table-wrap" tabIndex={0} role="region" aria-label="All observations">
        <table className="table cards-narrow observations">
          <thead><tr><th scope="col">Tool and rule</th><th scope="col">Place</th><th scope="col">Seen</th><th scope="col">Why it is this finding</th></tr></thead>
          <tbody>{shown.map((one) => <Row key={`${one.id}|${one.line}|${one.rule}`} one={one} first={one === first} />)}</tbody>
        </table>
      </div>
      {shown.length < observations.length && <button type="button" className="button small more" onClick={() => setAll(true)}>Show all {plural(observations.length, 'observation')}</button>}
    </div>
  );
}

function Row({ one, first }: RowProps): ReactElement {
  return (
    <tr className={one.present ? undefined : 'gone'}>
      <td data-label="Tool"><span className="stack-tight"><span className="strong">{one.tool}</span><Mono text={one.rule} max={40} copy={false} />{!one.defaultLine && <span className="meta">on {one.line}</span>}</span></td>
      <td data-label="Place"><span className="stack-tight"><Mono text={observedAt(one)} max={48} />{one.version && <span className="meta" title={one.version}>in {versionName(one.version)}</span>}</span></td>
      <td data-label="Seen"><Seen one={one} /></td>
      <td data-label="Why"><WhyPart one={one} first={first} /></td>
    </tr>
  );
}

function Seen({ one }: { readonly one: SeenObservation }): ReactElement {
  return (
    <span className="stack-tight">
      {one.present ? <span>shown <Time at={one.lastSeen} /></span> : <span><span className="tag dashed">gone</span> last shown <Time at={one.lastSeen} /></span>}
      <span className="meta">since <Time at={one.firstSeen} />{one.firstScan && <> · <Receipt scan={one.firstScan} label="first receipt" /></>}</span>
      {!one.present && <span className="meta">missed by {plural(one.missedScans, 'complete scan')}{one.goneScan && <> · <Receipt scan={one.goneScan} label="receipt" /></>}</span>}
    </span>
  );
}

/** `pay@d1c2678`: a commit by its first seven digits, as people write it. */
const versionName = (urn: string): string => middleCut(shortName(urn).replace(/@([0-9a-f]{7})[0-9a-f]{33}$/, '@$1'), 32);

export function Receipt({ scan, label }: { readonly scan: string; readonly label: string }): ReactElement {
  return <Link to="/collect/scans/$id" params={{ id: scan }}>{label}</Link>;
}

function WhyPart({ one, first }: RowProps): ReactElement {
  const { text, detail } = whyWords(one.join, first);
  const nameOf = useActorNames([one.join?.by ?? '']);
  return (
    <span className="stack-tight">
      <span className="break">{text}</span>
      <span className="meta">{one.join?.by && <>{nameOf(one.join.by)}, <Time at={one.join.at} />{detail && ' · '}</>}{detail}{one.join?.scan && <> · <Receipt scan={one.join.scan} label="receipt" /></>}</span>
    </span>
  );
}

/** The code as each tool flags it; only where two tools show some. */
function SideBySide({ observations }: { readonly observations: readonly SeenObservation[] }): ReactElement | null {
  const shown = snippetsOf(observations);
  if (shown.length === 0) return null;
  return (
    <div className="code-sides">
      {shown.map((one) => (
        <figure key={`${one.tool}|${one.id}`} className="code">
          <figcaption className="meta"><b className="strong">{one.tool}</b> <span className="mono-text">{middleCut(observedAt(one), 56)}</span></figcaption>
          <pre tabIndex={0} aria-label={`Code as ${one.tool} shows it`}>{one.location?.snippet}</pre>
        </figure>
      ))}
    </div>
  );
}
