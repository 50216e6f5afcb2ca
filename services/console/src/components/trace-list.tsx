import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { percent, utc } from '../lib/format.js';
import { COLUMNS } from '../trace/columns.js';
import { evidenceLine } from '../trace/evidence.js';
import type { Drawn, DrawnEdge, DrawnNode } from '../trace/fold.js';
import { methodWords, STYLE_WORDS } from '../trace/style.js';
import { kindWord } from '../trace/words.js';
import { Icon } from './icons.js';
import { NodeIcon } from './node-icon.js';

const PORTION = 100;

/** The picture as a table: a row a thing, column by column, each with what it is known to come from and by what. */
export function TraceList({ drawn, onSelect }: { readonly drawn: Drawn; readonly onSelect: (id: string) => void }): ReactElement {
  const [shown, setShown] = useState(PORTION);
  const rows = [...drawn.nodes].sort((a, b) => a.column - b.column || a.kind.localeCompare(b.kind) || a.title.localeCompare(b.title));
  const into = new Map<string, DrawnEdge[]>();
  for (const edge of drawn.edges) into.set(edge.to, [...into.get(edge.to) ?? [], edge]);
  const titles = new Map(drawn.nodes.map((node) => [node.urn, node.restricted ? `restricted ${kindWord(node.kind)}` : node.title]));
  return (
    <section className="panel" aria-label="Trace as a list">
      <div className="table-wrap"><table className="table cards-narrow">
        <thead><tr><th scope="col">Stage</th><th scope="col">What</th><th scope="col">Comes from</th><th scope="col">How known</th><th scope="col" className="num">Confidence</th><th scope="col">Evidence</th><th scope="col">Since</th></tr></thead>
        <tbody>{rows.slice(0, shown).map((node) => <Rows key={node.urn} node={node} edges={into.get(node.urn) ?? []} titles={titles} onSelect={onSelect} />)}</tbody>
      </table></div>
      {shown < rows.length && <p className="panel-body"><button type="button" className="button small" onClick={() => setShown(shown + 5 * PORTION)}>Show more ({rows.length - shown} left)</button></p>}
    </section>
  );
}

interface RowsProps { readonly node: DrawnNode; readonly edges: readonly DrawnEdge[]; readonly titles: ReadonlyMap<string, string>; readonly onSelect: (id: string) => void }

function Rows({ node, edges, titles, onSelect }: RowsProps): ReactElement {
  const known = edges.length === 0 ? [undefined] : edges.slice(0, 4);
  return (
    <>
      {known.map((edge, index) => (
        <tr key={edge?.id ?? 'alone'}>
          <td data-label="Stage" className="nowrap">{index === 0 ? COLUMNS[node.column]?.label : <span className="sr">{COLUMNS[node.column]?.label}</span>}</td>
          <td data-label="What">{index === 0 ? <What node={node} /> : <span className="sr">{titles.get(node.urn)}</span>}</td>
          <td data-label="Comes from">{edge ? titles.get(edge.from) : <span className="muted">–</span>}</td>
          <td data-label="How known">{edge ? <button type="button" className={`trust link ${edge.style}`} onClick={() => onSelect(edge.id)}>{STYLE_WORDS[edge.style]}<span className="sr">, open the evidence</span></button> : <span className="muted">start of the walk</span>}{edge && <span className="meta block">{[...new Set(edge.links.map((link) => methodWords(link.method)))].join(', ')}</span>}</td>
          <td data-label="Confidence" className="num">{edge ? percent(edge.confidence * 100, 100) : ''}</td>
          <td data-label="Evidence" className="break">{edge ? <span className="clamp-2">{evidenceLine(edge.links[0]?.evidence) || <span className="muted">none kept</span>}</span> : ''}</td>
          <td data-label="Since" className="nowrap">{edge ? sinceOf(edge) : ''}</td>
        </tr>
      ))}
    </>
  );
}

const sinceOf = (edge: DrawnEdge): string => utc(edge.links.map((link) => link.validFrom ?? '').sort().at(-1)).replace(/ \d\d:\d\d UTC$/, '');

function What({ node }: { readonly node: DrawnNode }): ReactElement {
  if (node.restricted) return <span className="row"><Icon name="lock" size={14} />Restricted {kindWord(node.kind)}</span>;
  return <span className="row"><NodeIcon kind={node.kind} size={14} /><span className="stack-tight"><Link to="/trace" search={{ from: node.urn }} className="strong break">{node.title}</Link><span className="meta">{kindWord(node.kind)} · {node.subtitle}{node.attributes['exposure'] ? ` · ${String(node.attributes['exposure'])}` : ''}</span></span></span>;
}
