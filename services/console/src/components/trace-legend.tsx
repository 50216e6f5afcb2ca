import type { ReactElement } from 'react';
import { badgeOf, LINE_STYLES, type LineStyle } from '../trace/style.js';

const SAYS: Readonly<Record<LineStyle, string>> = { verified: 'verified by signature', recorded: 'recorded', inferred: 'inferred, a guess', contested: 'candidate, not claimed', ended: 'ended' };
const SAMPLE: Readonly<Partial<Record<LineStyle, number>>> = { inferred: 0.55, contested: 0.4 };

export function TraceLegend(): ReactElement {
  return (
    <ul className="legend" aria-label="Legend">
      {LINE_STYLES.map((style) => (
        <li key={style}>
          <span className="legend-line" aria-hidden="true">
            <svg width="72" height="12" viewBox="0 0 72 12"><path d={style === 'contested' ? 'M0 3H72M0 9H72' : 'M0 6H72'} className={`line ${style}`} /></svg>
            {badgeOf(style, SAMPLE[style] ?? 1) && <span className={`line-badge ${style}`}><span className="pill">{badgeOf(style, SAMPLE[style] ?? 1)}</span></span>}
          </span>{SAYS[style]}
        </li>
      ))}
      <li><span className="legend-gap" aria-hidden="true" />missing hop</li>
    </ul>
  );
}
