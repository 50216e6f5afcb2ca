import { type ReactElement, useState } from 'react';
import type { Trace } from '../api/types.js';
import type { PathRow } from '../trace/paths.js';
import { kindWord } from '../trace/words.js';
import { NodeIcon } from './node-icon.js';

/** A row a path: the picture's data in reading order, and the way to light one path up. */
export function TracePaths({ trace, rows, highlighted, onHighlight }: { readonly trace: Trace; readonly rows: readonly PathRow[]; readonly highlighted: number; readonly onHighlight: (path: number) => void }): ReactElement {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, Math.max(10, highlighted + 1));
  return (
    <section className="panel paths-panel" aria-labelledby="paths-title">
      <div className="panel-head"><h2 id="paths-title">Paths</h2><span className="meta">{rows.length ? `${rows.length}, furthest first` : ''}{rows.length > 1 && <> · <kbd>n</kbd> lights the next</>}</span></div>
      {rows.length === 0 ? <p className="panel-body muted">No complete path is known. {trace.gaps[0]?.remedy.split('\n')[0]}</p> : (
        <ol className="paths">
          {shown.map((row, index) => (
            <li key={row.key}>
              <button type="button" className="path-button" aria-pressed={index === highlighted} onClick={() => onHighlight(index === highlighted ? -1 : index)}>
                {row.steps.map((step, at) => (
                  <span key={`${step.urn}-${at}`} className="path-step">
                    {at > 0 && <span className={`path-link ${step.style}`}>{step.how || <span className="sr">recorded</span>}</span>}
                    <span className="path-node"><NodeIcon kind={step.kind} size={13} /><span className="sr">{kindWord(step.kind)} </span>{step.title}</span>
                  </span>
                ))}
                {row.ways > 1 && <span className="meta path-ways" title="Hops of the chain that fold into this path">{row.ways} ways</span>}
              </button>
            </li>
          ))}
        </ol>
      )}
      {shown.length < rows.length && <p className="panel-body"><button type="button" className="button small" onClick={() => setAll(true)}>Show all {rows.length}</button></p>}
    </section>
  );
}
