import { type KeyboardEvent, type PointerEvent, type ReactElement, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Finding, Trace } from '../api/types.js';
import { COLUMNS } from '../trace/columns.js';
import type { Drawn, DrawnEdge, DrawnNode } from '../trace/fold.js';
import { coverageOf, related } from '../trace/focus.js';
import { layout, type Layout } from '../trace/layout.js';
import { methodWords, STYLE_WORDS } from '../trace/style.js';
import { startOf, step, WALK_KEYS, type WalkKey } from '../trace/walk.js';
import { TraceCard, useCard } from './trace-card.js';
import { GapBox, type ItemProps, NodeBox, StackBox } from './trace-items.js';
import { Line, LineBadge } from './trace-lines.js';

export interface GraphProps {
  readonly trace: Trace; readonly drawn: Drawn; readonly at: number; readonly subject: string; readonly worst: ReadonlyMap<string, Finding>;
  readonly emphasis: ReadonlySet<string> | undefined; readonly highlight: readonly string[] | undefined; readonly selected: string | undefined;
  readonly open: ReadonlyMap<string, number>; readonly onOpen: (stack: string) => void; readonly onSelect: (id: string | undefined) => void;
}

const EXPOSURE_RANK = ['', 'none', 'internal', 'unknown', 'limited', 'internet'];

/** Five fixed columns, drawn by hand: HTML for what is read and focused, one SVG below it for the lines. */
export function TraceGraph(props: GraphProps): ReactElement {
  const { trace, drawn, worst, selected, open } = props;
  const frame = useRef<HTMLDivElement>(null);
  const wide = useWide();
  const gap = wide ? 64 : 56;
  const rank = useMemo(() => (node: DrawnNode): number => EXPOSURE_RANK.indexOf(String(node.attributes['exposure'] ?? '')) * 1000 + worstScore(node, worst), [worst]);
  const picture = useMemo(() => layout(drawn, trace.gaps, { columnWidth: wide ? 240 : 180, gap, open, rank }), [drawn, trace.gaps, wide, gap, open, rank]);
  const { card, near, close, hold } = useCard();
  const [hover, setHover] = useState<string>();
  const lit = useLit(drawn, picture, hover, props.highlight, props.emphasis);
  const [stop, setStop] = useState<string>();
  const current = stop ?? startOf(picture, props.subject);
  const item = (id: string): ItemProps => ({ id, tabIndex: id === current ? 0 : -1, described: card?.id === id });
  const running = useMemo(() => runningImages(drawn), [drawn]);
  const said = useMemo(() => { const title = new Map(drawn.nodes.map((node) => [node.urn, node.restricted ? 'a restricted node' : node.title])); return (edge: DrawnEdge): string => sentence(edge, title); }, [drawn]);
  const act = (id: string): void => {
    close();
    if (picture.stacks.some((stack) => stack.id === id)) props.onOpen(id);
    else openLine(picture, id, props);
  };
  const coverage = coverageOf(drawn);
  return (
    <div className="trace-scroll" ref={frame} role="region" aria-label="Trace as a picture; arrow keys walk along the lines, Enter opens the evidence. The list view holds the same."
      onClick={(event) => { const id = idOf(event.target); if (id) act(id); }} onKeyDown={(event) => onKey(event, picture, frame, (id) => { setStop(id); }, close)}
      onPointerOver={(event: PointerEvent) => { const found = itemOf(event.target); setHover(found?.getAttribute('data-item') ?? undefined); near(found); }} onPointerLeave={() => { setHover(undefined); near(null); }}
      onFocus={(event) => { const found = itemOf(event.target); if (!found) return; setStop(found.getAttribute('data-item') ?? undefined); if (event.target.matches(':focus-visible')) near(found, true); }} onBlur={close}>
      <div className="trace-canvas" style={{ width: picture.width, height: picture.height + 44 }}>
        {COLUMNS.map((column, index) => <p key={column.id} className="trace-column" style={{ left: index * (picture.columnWidth + gap), width: picture.columnWidth }}><span className="strong">{column.label}</span> <span className="meta">{coverage[index]}</span></p>)}
        <div className="trace-layer">
          <svg className="trace-lines" width={picture.width + 24} height={picture.height + 24} viewBox={`-12 0 ${picture.width + 24} ${picture.height + 24}`} aria-hidden="true">
            {picture.edges.map((placed) => <Line key={placed.id} placed={placed} dim={lit.dim(placed.from) || lit.dim(placed.to)} selected={selected === placed.id} />)}
          </svg>
          {picture.nodes.map(({ node, x, y }) => <NodeBox key={node.urn} item={item(node.urn)} node={node} x={x} y={y} width={picture.columnWidth} worst={node.kind === 'image' && running && !running.has(node.urn) ? undefined : worstOf(node, worst)} subject={node.members.some((one) => one.urn === props.subject)} dim={lit.dim(node.urn)} selected={selected === node.urn} />)}
          {picture.stacks.map((stack) => <StackBox key={stack.id} item={item(stack.id)} stack={stack} width={picture.columnWidth} worst={Math.max(0, ...stack.nodes.map((node) => worstScore(node, worst)))} />)}
          {picture.gaps.map((one) => <GapBox key={one.id} item={item(one.id)} gap={one} width={picture.columnWidth} selected={selected === one.id} />)}
          {picture.edges.map((placed) => <LineBadge key={placed.id} item={item(placed.id)} placed={placed} dim={lit.dim(placed.from) || lit.dim(placed.to)} says={placed.count > 1 ? `${placed.count} lines, the weakest ${STYLE_WORDS[placed.edge.style].toLowerCase()}` : said(placed.edge)} />)}
        </div>
      </div>
      {card && <TraceCard at={card} picture={picture} drawn={drawn} moment={props.at} onEnter={hold} onLeave={close} />}
    </div>
  );
}

const itemOf = (target: EventTarget): Element | null => (target instanceof Element ? target.closest('[data-item]') : null);
const idOf = (target: EventTarget): string | null => itemOf(target)?.getAttribute('data-item') ?? null;

/** A line into a stack stands for many: it opens the stack. */
function openLine(picture: Layout, id: string, { onOpen, onSelect }: GraphProps): void {
  const line = picture.edges.find((edge) => edge.id === id);
  const stack = line && line.count > 1 ? picture.stacks.find((one) => one.id === line.to || one.id === line.from) : undefined;
  if (stack) onOpen(stack.id);
  else onSelect(id);
}

function onKey(event: KeyboardEvent, picture: Layout, frame: RefObject<HTMLDivElement | null>, go: (id: string) => void, close: () => void): void {
  if (event.key === 'Escape') { close(); return; }
  const id = idOf(event.target);
  if (!id || !WALK_KEYS.has(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const next = step(picture, id, event.key as WalkKey);
  if (!next) return;
  go(next);
  const element = [...frame.current?.querySelectorAll<HTMLElement>('button[data-item]') ?? []].find((one) => one.dataset['item'] === next);
  element?.focus();
}

/** What stands out: the paths through the pointed box, a chosen path, or the direction that was asked for. */
function useLit(drawn: Drawn, picture: Layout, hover: string | undefined, highlight: readonly string[] | undefined, emphasis: ReadonlySet<string> | undefined): { readonly dim: (id: string) => boolean } {
  return useMemo(() => {
    const line = picture.edges.find((edge) => edge.id === hover);
    const node = line ? undefined : drawn.nodes.find((one) => one.urn === hover);
    const chosen = line ? new Set([...related(drawn, line.edge.from), ...related(drawn, line.edge.to)]) : node ? related(drawn, node.urn) : highlight ? new Set(highlight) : undefined;
    const shown = chosen ?? (emphasis && new Set(drawn.nodes.filter((one) => one.members.some((member) => emphasis.has(member.urn))).map((one) => one.urn)));
    const stacks = new Map(picture.stacks.map((stack) => [stack.id, stack.nodes]));
    return { dim: (id: string): boolean => shown !== undefined && !shown.has(id) && !(stacks.get(id)?.some((one) => shown.has(one.urn)) ?? false) };
  }, [drawn, picture, hover, highlight, emphasis]);
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

const worstScore = (node: DrawnNode, worst: ReadonlyMap<string, Finding>): number => Math.max(0, ...node.members.map((one) => worst.get(one.urn)?.score ?? 0));

function sentence(edge: DrawnEdge, title: ReadonlyMap<string, string>): string {
  return `${title.get(edge.from)} to ${title.get(edge.to)}: ${STYLE_WORDS[edge.style].toLowerCase()} by ${[...new Set(edge.links.map((link) => methodWords(link.method)))].join(', ')}, confidence ${edge.confidence.toFixed(2)}`;
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
