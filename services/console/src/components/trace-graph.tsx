import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { Finding, Trace } from '../api/types.js';
import { utcDay } from '../lib/format.js';
import { whole } from '../lib/waterfall.js';
import { COLUMNS } from '../trace/columns.js';
import type { Drawn, DrawnEdge, DrawnNode } from '../trace/fold.js';
import { coverageOf, related } from '../trace/focus.js';
import { layout, NODE_HEIGHT, type PlacedEdge, type PlacedGap, type PlacedStack } from '../trace/layout.js';
import { methodWords, STYLE_WORDS } from '../trace/style.js';
import { gapTitle, kindWord } from '../trace/words.js';
import { Icon } from './icons.js';
import { BandShape } from './marks.js';
import { NodeIcon } from './node-icon.js';

export interface GraphProps {
  readonly trace: Trace; readonly drawn: Drawn; readonly at: number; readonly subject: string; readonly worst: ReadonlyMap<string, Finding>;
  readonly emphasis: ReadonlySet<string> | undefined; readonly highlight: readonly string[] | undefined; readonly selected: string | undefined; readonly onSelect: (id: string | undefined) => void;
}

const EXPOSURE_RANK = ['', 'none', 'internal', 'unknown', 'limited', 'internet'];

/** Five fixed columns, drawn by hand: HTML for what is read and focused, one SVG below it for the lines. */
export function TraceGraph(props: GraphProps): ReactElement {
  const { trace, drawn, worst, selected, onSelect } = props;
  const wide = useWide();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [hover, setHover] = useState<string>();
  const rank = useMemo(() => (node: DrawnNode): number => EXPOSURE_RANK.indexOf(String(node.attributes['exposure'] ?? '')) * 1000 + Math.max(0, ...node.members.map((one) => worst.get(one.urn)?.score ?? 0)), [worst]);
  const picture = useMemo(() => layout(drawn, trace.gaps, { columnWidth: wide ? 240 : 180, gap: wide ? 64 : 56, open, rank }), [drawn, trace.gaps, wide, open, rank]);
  const lit = useMemo(() => {
    if (hover) return related(drawn, hover);
    if (props.highlight) return new Set(drawn.nodes.filter((node) => node.members.some((one) => props.highlight?.includes(one.urn))).map((node) => node.urn));
    return undefined;
  }, [hover, props.highlight, drawn]);
  const dim = (urn: string): boolean => (lit ? !lit.has(urn) : props.emphasis !== undefined && !drawn.nodes.find((node) => node.urn === urn)?.members.some((one) => props.emphasis?.has(one.urn)));
  const coverage = coverageOf(drawn);
  const running = runningImages(drawn);
  return (
    <div className="trace-scroll" tabIndex={0} role="region" aria-label="Trace, drawn; the same as a table below">
      <div className="trace-canvas" style={{ width: picture.width, height: picture.height + 44 }}>
        {COLUMNS.map((column, index) => (
          <p key={column.id} className="trace-column" style={{ left: index * (picture.columnWidth + (wide ? 64 : 56)), width: picture.columnWidth }}>
            <span className="strong">{column.label}</span> <span className="meta">{coverage[index]}</span>
          </p>
        ))}
        <div className="trace-layer">
          <svg className="trace-lines" width={picture.width + 24} height={picture.height + 24} viewBox={`-12 0 ${picture.width + 24} ${picture.height + 24}`} aria-hidden="true">
            {picture.edges.map((placed) => <Line key={placed.edge.id} placed={placed} dim={dim(placed.edge.from) || dim(placed.edge.to)} selected={selected === placed.edge.id} onSelect={onSelect} />)}
          </svg>
          {picture.nodes.map(({ node, x, y }) => <NodeBox key={node.urn} node={node} x={x} y={y} width={picture.columnWidth} worst={node.kind === 'image' && running && !running.has(node.urn) ? undefined : worstOf(node, worst)} subject={node.members.some((one) => one.urn === props.subject)} dim={dim(node.urn)} selected={selected === node.urn} onSelect={onSelect} onHover={setHover} />)}
          {picture.stacks.map((stack) => <StackBox key={stack.id} stack={stack} width={picture.columnWidth} worst={worst} onOpen={() => setOpen(new Set([...open, stack.id]))} />)}
          {picture.gaps.map((gap) => <GapBox key={gap.id} gap={gap} width={picture.columnWidth} selected={selected === gap.id} onSelect={onSelect} />)}
        </div>
      </div>
      <p className="sr">{drawn.edges.map((edge) => sentence(edge, drawn)).join('. ')}</p>
    </div>
  );
}

/**
 * Images that run, where any does: a finding lives on the image's name, and an older image of that name says nothing of today.
 */
function runningImages(drawn: Drawn): ReadonlySet<string> | undefined {
  const images = new Set(drawn.nodes.filter((node) => node.kind === 'image').map((node) => node.urn));
  const running = new Set(drawn.edges.filter((edge) => images.has(edge.from) && edge.style !== 'ended' && edge.style !== 'contested').map((edge) => edge.from));
  return running.size > 0 ? running : undefined;
}

function worstOf(node: DrawnNode, worst: ReadonlyMap<string, Finding>): Finding | undefined {
  return node.members.map((one) => worst.get(one.urn)).filter((one): one is Finding => one !== undefined).sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0];
}

function sentence(edge: DrawnEdge, drawn: Drawn): string {
  const name = (urn: string): string => drawn.nodes.find((node) => node.urn === urn)?.title ?? urn;
  return `${name(edge.from)} to ${name(edge.to)}: ${STYLE_WORDS[edge.style].toLowerCase()} by ${[...new Set(edge.links.map((link) => methodWords(link.method)))].join(', ')}`;
}

interface LineProps { readonly placed: PlacedEdge; readonly dim: boolean; readonly selected: boolean; readonly onSelect: (id: string) => void }

function Line({ placed, dim, selected, onSelect }: LineProps): ReactElement {
  const { edge, path, middle, into } = placed;
  const until = edge.style === 'ended' ? edge.links.map((link) => link.validTo).filter((one): one is string => one !== null).sort().at(-1) : undefined;
  const label = until ? ['until', utcDay(until)] : edge.style === 'verified' ? ['✓'] : edge.style === 'inferred' ? [edge.confidence.toFixed(2)] : edge.style === 'contested' ? [`${edge.confidence.toFixed(2)}?`] : [];
  return (
    <g className={`trace-edge${dim ? ' dim' : ''}${selected ? ' selected' : ''}`} onClick={() => onSelect(edge.id)}>
      <path d={path} className="trace-hit" />
      {edge.style === 'contested' ? <><path d={path} className="line contested" transform="translate(0 -2.500)" /><path d={path} className="line contested" transform="translate(0 2.500)" /></> : <path d={path} className={`line ${edge.style}`} />}
      <circle cx={into.x} cy={into.y} r="3" className={`line-end ${edge.style}`} />
      {label.length > 0 && <Label x={middle.x} y={middle.y} lines={label} style={edge.style} />}
    </g>
  );
}

function Label({ x, y, lines, style }: { readonly x: number; readonly y: number; readonly lines: readonly string[]; readonly style: string }): ReactElement {
  const width = Math.max(...lines.map((line) => line.length)) * 6.200 + 8;
  const height = lines.length * 12 + 4;
  return <g className={`line-label ${style}`}><rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={8} />{lines.map((line, index) => <text key={line} x={x} y={y - height / 2 + 12 + index * 12} textAnchor="middle">{line}</text>)}</g>;
}

interface NodeProps { readonly node: DrawnNode; readonly x: number; readonly y: number; readonly width: number; readonly worst: Finding | undefined; readonly subject: boolean; readonly dim: boolean; readonly selected: boolean; readonly onSelect: (id: string) => void; readonly onHover: (id: string | undefined) => void }

function NodeBox({ node, x, y, width, worst, subject, dim, selected, onSelect, onHover }: NodeProps): ReactElement {
  const exposure = String(node.attributes['exposure'] ?? '');
  const subtitle = node.restricted ? 'restricted' : node.undescribed && node.subtitle === kindWord(node.kind) ? 'not described yet' : node.subtitle;
  return (
    <button type="button" className={`trace-node${worst?.band ? ` ${worst.band}` : ''}${subject ? ' subject-node' : ''}${dim ? ' dim' : ''}${selected ? ' selected' : ''}${node.restricted ? ' restricted' : ''}${node.undescribed ? ' undescribed' : ''}`}
      style={{ left: x, top: y, width, height: NODE_HEIGHT }} title={node.urn} onClick={() => onSelect(node.urn)} onPointerEnter={() => onHover(node.urn)} onPointerLeave={() => onHover(undefined)}>
      <span className="row"><NodeIcon kind={node.kind} size={15} /><span className="ellipsis trace-title">{node.restricted ? kindWord(node.kind) : node.title}</span>
        {node.restricted && <Icon name="lock" size={13} />}{node.stale && <Icon name="clock" size={13} />}
        {worst?.band && <span className={`trace-band ${worst.band}`} title={`Worst finding here: ${whole(worst.score)} ${worst.band}`}><BandShape band={worst.band} />{whole(worst.score)}</span>}
      </span>
      <span className="meta ellipsis">{subject && <b>subject · </b>}{subtitle}{(exposure === 'internet' || exposure === 'limited') && node.kind === 'service' && ` · ${exposure}`}</span>
    </button>
  );
}

function StackBox({ stack, width, worst, onOpen }: { readonly stack: PlacedStack; readonly width: number; readonly worst: ReadonlyMap<string, Finding>; readonly onOpen: () => void }): ReactElement {
  const internet = stack.nodes.filter((node) => node.attributes['exposure'] === 'internet').length;
  const score = Math.max(0, ...stack.nodes.map((node) => worstOf(node, worst)?.score ?? 0));
  return (
    <button type="button" className="trace-node trace-stack" style={{ left: stack.x, top: stack.y, width, height: NODE_HEIGHT }} onClick={onOpen}>
      <span className="row"><NodeIcon kind={stack.kind} size={15} /><span className="ellipsis trace-title">{stack.nodes.length} more {kindWord(stack.kind)}s</span></span>
      <span className="meta ellipsis">{[internet ? `${internet} internet` : '', score ? `worst ${whole(score)}` : '', 'show them'].filter(Boolean).join(' · ')}</span>
    </button>
  );
}

function GapBox({ gap, width, selected, onSelect }: { readonly gap: PlacedGap; readonly width: number; readonly selected: boolean; readonly onSelect: (id: string) => void }): ReactElement {
  return (
    <button type="button" className={`trace-gap${selected ? ' selected' : ''}`} style={{ left: gap.x, top: gap.y, width, height: NODE_HEIGHT }} title={gap.gap.reason} onClick={() => onSelect(gap.id)}>
      <span className="ellipsis trace-title">{gapTitle(gap.gap.hop)}</span><span className="fix-this">Fix this</span>
    </button>
  );
}

function useWide(): boolean {
  const media = useRef(window.matchMedia('(min-width: 1700px)'));
  const [wide, setWide] = useState(media.current.matches);
  useEffect(() => {
    const query = media.current;
    const listen = (): void => setWide(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return wide;
}
