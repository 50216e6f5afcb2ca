import { Link } from '@tanstack/react-router';
import { Fragment, type ReactElement } from 'react';
import type { Finding, Trace, TraceLink, TraceNode } from '../api/types.js';
import { percent, plural, shortName, utc } from '../lib/format.js';
import type { Drawn, DrawnEdge, DrawnNode } from '../trace/fold.js';
import { slots } from '../trace/layout.js';
import { lineStyle, methodWords, STYLE_WORDS } from '../trace/style.js';
import { gapTitle, kindWord, titleOf } from '../trace/words.js';
import { ImageAttestations } from './attestations.js';
import { Mono, Outside } from './bits.js';
import { Icon } from './icons.js';
import { Band } from './marks.js';
import { GapFacts } from './trace-gaps.js';

interface PanelProps { readonly trace: Trace; readonly drawn: Drawn; readonly selected: string; readonly at: number; readonly worst: ReadonlyMap<string, Finding>; readonly onClose: () => void }

/** What stands behind a node, a line or a gap: facts, evidence, validity, findings. */
export function TracePanel(props: PanelProps): ReactElement | null {
  const node = props.drawn.nodes.find((one) => one.urn === props.selected);
  const edge = props.drawn.edges.find((one) => one.id === props.selected);
  const gaps = slots(props.trace.gaps).find((slot) => slot.id === props.selected)?.gaps ?? [];
  if (!node && !edge && gaps.length === 0) return null;
  const title = node ? (node.restricted ? `Restricted ${kindWord(node.kind)}` : node.title) : edge ? 'Link' : gapTitle(gaps[0]?.hop ?? '');
  return (
    <aside className="side narrow" aria-label={title}>
      <div className="side-head"><div className="stack-tight"><span className="meta">{node ? kindWord(node.kind) : edge ? STYLE_WORDS[edge.style] : 'missing hop'}</span><h2 className="break">{title}</h2></div>
        <button type="button" className="icon-button" aria-label="Close" onClick={props.onClose}><Icon name="close" /></button></div>
      <div className="side-body" tabIndex={0}>
        {node && (node.restricted ? <p>A {kindWord(node.kind)} is here and belongs to the path. Your rights do not include it, so only its kind is shown: it is neither left out nor a gap.</p> : <NodeFacts node={node} {...props} />)}
        {edge && <EdgeFacts edge={edge} {...props} />}
        {gaps.length > 0 && <><GapFacts gaps={gaps} /><p className="meta">Until then the hop counts as unknown, and no number treats it as no.</p></>}
      </div>
    </aside>
  );
}

function NodeFacts({ node, trace, worst, at }: PanelProps & { readonly node: DrawnNode }): ReactElement {
  const urns = new Set(node.members.map((one) => one.urn));
  const touching = trace.links.filter((link) => urns.has(link.from) !== urns.has(link.to));
  const found = node.members.map((one) => worst.get(one.urn)).filter((one): one is Finding => one !== undefined);
  return (
    <>
      <Mono text={node.urn} max={44} />
      <Attributes of={node.attributes} />
      {node.kind === 'repository' && <Link to="/findings" search={{ repository: node.urn.slice(5) }}>Findings of this repository</Link>}
      {node.kind === 'service' && <Link to="/findings" search={{ service: node.title }}>Findings of this service</Link>}
      {node.kind === 'team' && <Link to="/findings" search={{ team: node.urn.slice(5) }}>Findings of this team</Link>}
      {found.length > 0 && <><h3>Worst finding here</h3><ul className="stack-s">{found.map((one) => <li key={one.id} className="row"><Band band={one.band} score={one.score} /><Link to="/findings/$id" params={{ id: one.id }} className="ellipsis">{one.title}</Link></li>)}</ul></>}
      {node.kind === 'image' && <ImageAttestations image={node.urn} />}
      {node.platforms > 0 && <p>One logical image: an index and {plural(node.platforms, 'platform digest')}; whichever a runtime names, it is this one.</p>}
      {node.members.length > 1 && <><h3>Folded into it</h3><ul className="stack-s">{node.members.slice(1, 12).map((one) => <li key={one.urn}><span className="meta">{kindWord(one.kind)}</span> {one.attributes['restricted'] === true ? <span className="muted">restricted</span> : <Link to="/trace" search={{ from: one.urn }} className="break">{one.kind === 'image' ? platformName(one, trace) : titleOf(one)}</Link>}</li>)}{node.members.length > 12 && <li className="meta">and {node.members.length - 12} more</li>}</ul></>}
      {touching.length > 0 && <><h3>Links</h3><ul className="stack">{touching.slice(0, 12).map((link, index) => <LinkFacts key={index} link={link} at={at} trace={trace} />)}</ul></>}
      <div className="row-wrap"><Link to="/trace" search={{ from: node.urn }} className="button">Trace from here</Link>{['commit', 'image', 'repository', 'build', 'service'].includes(node.kind) && <Link to="/trace/blast-radius" search={{ from: node.urn }} className="button">Blast radius</Link>}</div>
    </>
  );
}

/** A platform image by its platform, which the index says, and its digest. */
function platformName(image: TraceNode, trace: Trace): string {
  const listed = trace.links.find((link) => link.to === image.urn && link.kind === 'contains')?.evidence;
  const platform = typeof listed === 'object' && listed !== null ? (listed as { platform?: unknown }).platform : undefined;
  return `${typeof platform === 'string' ? `${platform} ` : ''}${shortName(image.urn)}`;
}

const LATER = new Set(['exposurePath', 'raw']);

function Attributes({ of }: { readonly of: Readonly<Record<string, unknown>> }): ReactElement | null {
  const facts = Object.entries(of).filter(([name, value]) => !LATER.has(name) && (['string', 'number', 'boolean'].includes(typeof value) && value !== '' || Array.isArray(value))).slice(0, 16);
  if (facts.length === 0) return null;
  return <dl className="facts">{facts.map(([name, value]) => <Fragment key={name}><dt>{name.replace(/([A-Z])/g, ' $1').toLowerCase()}</dt><dd className="break">{Array.isArray(value) ? value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(', ') : String(value)}</dd></Fragment>)}</dl>;
}

function EdgeFacts({ edge, at, trace }: PanelProps & { readonly edge: DrawnEdge }): ReactElement {
  return (
    <>
      {edge.style === 'contested' && <p>Several sources fit equally well. All are shown, none is claimed.</p>}
      {edge.links.length > 1 && <p className="meta">This line stands for {edge.links.length} links and is drawn as the weakest hop.</p>}
      <ul className="stack">{edge.links.map((link, index) => <LinkFacts key={index} link={link} at={at} trace={trace} />)}</ul>
    </>
  );
}

function LinkFacts({ link, at, trace }: { readonly link: TraceLink; readonly at: number; readonly trace: Trace }): ReactElement {
  const name = (urn: string): string => { const node = trace.nodes.find((one) => one.urn === urn); return node ? titleOf(node) : shortName(urn); };
  return (
    <li className="link-facts">
      <p><b title={link.from}>{name(link.from)}</b> {link.kind.replaceAll('-', ' ')} <b title={link.to}>{name(link.to)}</b></p>
      <dl className="facts">
        <dt>How known</dt><dd>{STYLE_WORDS[lineStyle(link, at)]}, {methodWords(link.method)}</dd>
        <dt>Confidence</dt><dd>{percent(link.confidence * 100, 100)}{link.confidence < 0.5 && ', a candidate'}</dd>
        <dt>Valid</dt><dd>{utc(link.validFrom) || 'since it is known'}{link.validTo && <> until {utc(link.validTo)}</>}</dd>
        <dt>Evidence</dt><dd><Evidence of={link.evidence} /></dd>
      </dl>
    </li>
  );
}

function Evidence({ of }: { readonly of: unknown }): ReactElement {
  if (of === null || of === undefined || of === '') return <span className="muted">none kept</span>;
  if (typeof of === 'string') return <span className="break"><Outside url={of} /></span>;
  if (Array.isArray(of)) return <>{of.slice(0, 6).map((one, index) => <p key={index}><Evidence of={one} /></p>)}</>;
  if (typeof of === 'object') return <>{Object.entries(of).slice(0, 10).map(([name, value]) => <p key={name} className="break"><span className="muted">{name}</span> {typeof value === 'string' ? <Outside url={value} /> : JSON.stringify(value)}</p>)}</>;
  return <>{String(of)}</>;
}
