import { type ReactElement, useState } from 'react';
import type { Trace } from '../api/types.js';
import { pathRows } from '../trace/paths.js';
import { gapTitle, kindWord } from '../trace/words.js';
import { Mono } from './bits.js';
import { NodeIcon } from './node-icon.js';

/** The same data as the picture, a row a path: what a screen reader and a narrow screen use. */
export function TracePaths({ trace, at, highlighted, onHighlight }: { readonly trace: Trace; readonly at: number; readonly highlighted: number; readonly onHighlight: (path: number) => void }): ReactElement {
  const [all, setAll] = useState(false);
  const rows = pathRows(trace, at);
  const shown = all ? rows : rows.slice(0, 10);
  return (
    <section className="panel" aria-labelledby="paths-title">
      <div className="panel-head"><h2 id="paths-title">Paths</h2><span className="meta">{rows.length ? `${rows.length}, furthest first · n for the next` : ''}</span></div>
      {rows.length === 0 ? <p className="panel-body muted">No complete path is known. {trace.gaps[0]?.remedy}</p> : (
        <ol className="paths">
          {shown.map((row) => (
            <li key={row.key}>
              <button type="button" className="path-button" aria-pressed={row.index === highlighted} onClick={() => onHighlight(row.index === highlighted ? -1 : row.index)}>
                {row.steps.map((step, at2) => (
                  <span key={`${step.urn}-${at2}`} className="path-step">
                    {at2 > 0 && <span className={`path-link ${step.style}`}>{step.how || <span className="sr">recorded</span>}</span>}
                    <span className="path-node"><NodeIcon kind={step.kind} size={13} /><span className="sr">{kindWord(step.kind)} </span>{step.title}</span>
                  </span>
                ))}
              </button>
            </li>
          ))}
        </ol>
      )}
      {shown.length < rows.length && <p className="panel-body"><button type="button" className="button small" onClick={() => setAll(true)}>Show all {rows.length}</button></p>}
      {trace.gaps.length > 0 && <ul className="panel-body stack-s gap-list">{trace.gaps.map((gap, index) => <li key={index}><span className="tag dashed">missing</span> <b>{gapTitle(gap.hop)}</b>{gap.asset ? <> at <Mono text={gap.asset} max={56} /></> : null}: {gap.reason.replace(/\.$/, '')}. {gap.remedy.includes('\n') ? <pre className="remedy" tabIndex={0}>{gap.remedy}</pre> : gap.remedy}</li>)}</ul>}
    </section>
  );
}
