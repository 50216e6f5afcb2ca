import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Finding, Observation } from '../api/types.js';
import { evidenceTable } from '../lib/evidence-table.js';
import { middleCut, shortName } from '../lib/format.js';
import { Mono, Outside, Time } from './bits.js';

/** What each tool said, side by side; where the tools differ, the row is marked. */
export function EvidenceSide({ observations, finding, compared }: { readonly observations: readonly Observation[]; readonly finding: Finding; /** The code of several tools is shown side by side elsewhere. */ readonly compared: boolean }): ReactElement {
  if (observations.length === 0) return <p className="muted">No observation is kept any more: the scans that held them are past their retention.</p>;
  const { columns, rows } = evidenceTable(observations);
  const seenFlow = observations.find((one) => one.codeFlow.length > 0);
  const flow = seenFlow ? { steps: seenFlow.codeFlow, tool: seenFlow.tool } : finding.codeFlow?.length ? { steps: finding.codeFlow, tool: finding.tools[0] ?? 'the tool' } : undefined;
  const snippet = finding.location?.snippet || observations.map((one) => one.location?.snippet).find(Boolean);
  return (
    <div className="stack">
      {observations.length > 1 && <p>{joinTools(columns.map((one) => one.tool))} report one flaw{sameReason(finding)}.</p>}
      {snippet && !compared && <figure className="code"><figcaption className="meta mono-text">{finding.location?.path}{finding.location?.startLine ? `:${finding.location.startLine}` : ''}</figcaption><pre tabIndex={0}>{snippet}</pre></figure>}
      <div className="table-wrap" tabIndex={0} role="region" aria-label="Observations by tool">
        <table className="table evidence">
          <thead><tr><th scope="col"><span className="sr">What</span></th>{columns.map((one, index) => <th key={`${one.id}-${index}`} scope="col"><b>{one.tool}</b> {one.scan && <Link to="/collect/scans/$id" params={{ id: one.scan }}>receipt</Link>}</th>)}</tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} className={row.differs ? 'differs' : ''}>
                <th scope="row">{row.name}{row.differs && <span className="tag dashed">differs</span>}</th>
                {row.values.map((value, index) => <td key={index}>{row.time ? <Time at={value || null} /> : row.mono && value ? <Mono text={value} max={48} /> : value ? <span className="clamp" title={value.length > 160 ? value : undefined}>{middleCut(value, 600)}</span> : <span className="muted">not said</span>}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {finding.description && finding.description !== finding.title && !observations.some((one) => one.description) && <div className="stack-s"><h3>What the tool says</h3><p className="prewrap clamp-long">{finding.description}</p></div>}
      {flow && <CodeFlow steps={flow.steps} tool={flow.tool} />}
      <References urls={finding.references ?? []} />
    </div>
  );
}

function References({ urls }: { readonly urls: readonly string[] }): ReactElement | null {
  if (urls.length === 0) return null;
  return <details><summary className="muted">{urls.length} {urls.length === 1 ? 'reference' : 'references'}</summary><ul className="stack-s references">{urls.slice(0, 30).map((url) => <li key={url}><Outside url={url} /></li>)}</ul></details>;
}

function joinTools(tools: readonly string[]): string {
  const names = [...new Set(tools)];
  return names.length < 2 ? `${names[0] ?? ''}, in several scans,` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function sameReason(finding: Finding): string {
  const ids = finding.identifiers.slice(0, 3).join(' = ');
  if (finding.component) return `: same package ${shortName(finding.component.purl)}${ids ? `, and ${ids}` : ''}`;
  if (finding.location?.path) return `: same place in ${finding.location.path}`;
  return ids ? `: ${ids}` : '';
}

/** From source to sink, in the order in which data moves. */
function CodeFlow({ steps, tool }: { readonly steps: Observation['codeFlow']; readonly tool: string }): ReactElement {
  return (
    <div className="stack-s">
      <h3>From source to sink, as {tool} says</h3>
      <ol className="flow">
        {steps.map((step, index) => (
          <li key={index}><span className="flow-n">{index === 0 ? 'source' : index === steps.length - 1 ? 'sink' : index + 1}</span><span className="stack-tight"><span>{step.message || 'passes through'}</span><Mono text={`${step.path}:${step.line}`} max={72} /></span></li>
        ))}
      </ol>
    </div>
  );
}
