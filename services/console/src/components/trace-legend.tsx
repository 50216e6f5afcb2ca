import type { ReactElement } from 'react';
import { LINE_STYLES, type LineStyle } from '../trace/style.js';

const SAYS: Readonly<Record<LineStyle, string>> = { verified: 'verified by signature', recorded: 'recorded by a system', inferred: 'inferred, with confidence', contested: 'candidates, none chosen', ended: 'ended' };

export function TraceLegend(): ReactElement {
  return (
    <ul className="legend" aria-label="Legend">
      {LINE_STYLES.map((style) => <li key={style}><svg width="36" height="12" viewBox="0 0 36 12" aria-hidden="true"><path d={style === 'contested' ? 'M0 3H36M0 9H36' : 'M0 6H36'} className={`line ${style}`} /></svg>{SAYS[style]}</li>)}
      <li><span className="legend-gap" aria-hidden="true" />missing hop</li>
    </ul>
  );
}
