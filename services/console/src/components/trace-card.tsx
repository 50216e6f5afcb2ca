import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import type { TraceGap, TraceLink } from '../api/types.js';
import { percent, plural, utc } from '../lib/format.js';
import { evidenceLine } from '../trace/evidence.js';
import type { Drawn, DrawnEdge, DrawnNode } from '../trace/fold.js';
import type { Layout } from '../trace/layout.js';
import { lineStyle, methodWords, STYLE_WORDS, weakest } from '../trace/style.js';
import { gapTitle, kindWord, titleOf } from '../trace/words.js';

export interface CardAt { readonly id: string; readonly left: number; readonly top: number; readonly above: boolean }

const WIDTH = 340, HEIGHT = 240, DELAY = 300;

/** Opens 300 ms after the pointer rests on an item and at once on focus; stays while the pointer is on it; Escape closes it (WCAG 1.4.13). */
export function useCard(): { readonly card: CardAt | undefined; readonly near: (element: Element | null, now?: boolean) => void; readonly close: () => void; readonly hold: () => void } {
  const [card, setCard] = useState<CardAt>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hold = useCallback((): void => clearTimeout(timer.current), []);
  const close = useCallback((): void => { clearTimeout(timer.current); setCard(undefined); }, []);
  const near = useCallback((element: Element | null, now = false): void => {
    clearTimeout(timer.current);
    const id = element?.getAttribute('data-item');
    timer.current = setTimeout(() => setCard(id && element ? placeBy(id, element) : undefined), now ? 0 : DELAY);
  }, []);
  useEffect(() => {
    if (!card) return undefined;
    // The page moved under the card: it would stand beside the wrong thing.
    window.addEventListener('scroll', close, { capture: true, passive: true });
    return () => window.removeEventListener('scroll', close, { capture: true });
  }, [card, close]);
  useEffect(() => close, [close]);
  return { card, near, close, hold };
}

function placeBy(id: string, element: Element): CardAt {
  const box = element.getBoundingClientRect();
  const above = box.bottom + HEIGHT > window.innerHeight && box.top > HEIGHT;
  return { id, above, left: Math.max(8, Math.min(box.left, window.innerWidth - WIDTH - 8)), top: above ? box.top - 8 : box.bottom + 8 };
}

interface CardProps { readonly at: CardAt; readonly picture: Layout; readonly drawn: Drawn; readonly moment: number; readonly onEnter: () => void; readonly onLeave: () => void }

/** How it is known: claim, method, confidence, evidence. Enter or a click opens the whole of it beside the picture. */
export function TraceCard({ at, picture, drawn, moment, onEnter, onLeave }: CardProps): ReactElement | null {
  const line = picture.edges.find((one) => one.id === at.id);
  const node = picture.nodes.find((one) => one.node.urn === at.id)?.node;
  const gap = picture.gaps.find((one) => one.id === at.id);
  const stack = picture.stacks.find((one) => one.id === at.id);
  const inside = line ? <OfLine edge={line.edge} count={line.count} drawn={drawn} moment={moment} /> : node ? <OfNode node={node} drawn={drawn} /> : gap ? <OfGap gaps={gap.gaps} /> : stack ? <p>{stack.nodes.slice(0, 6).map((one) => one.title).join(', ')}{stack.nodes.length > 6 && ` and ${stack.nodes.length - 6} more`}</p> : null;
  if (!inside) return null;
  return <div id="trace-card" role="tooltip" className={`trace-card${at.above ? ' above' : ''}`} style={{ left: at.left, top: at.top, width: WIDTH }} onPointerEnter={onEnter} onPointerLeave={onLeave}>{inside}</div>;
}

function OfLine({ edge, count, drawn, moment }: { readonly edge: DrawnEdge; readonly count: number; readonly drawn: Drawn; readonly moment: number }): ReactElement {
  const links = [...edge.links].sort((a, b) => (weakest([lineStyle(a, moment), lineStyle(b, moment)]) === lineStyle(a, moment) ? -1 : 1));
  return (
    <>
      <p className="card-head"><span className={`trust ${edge.style}`}>{STYLE_WORDS[edge.style]}</span>{count > 1 ? <span className="meta">{plural(count, 'line')}, drawn as the weakest</span> : edge.style === 'contested' ? <span className="meta">shown, not claimed</span> : null}</p>
      <ul className="card-links">{links.slice(0, 3).map((link, index) => <CardLink key={index} link={link} drawn={drawn} moment={moment} />)}</ul>
      {links.length > 3 && <p className="meta">and {links.length - 3} more · Enter shows all</p>}
    </>
  );
}

function CardLink({ link, drawn, moment }: { readonly link: TraceLink; readonly drawn: Drawn; readonly moment: number }): ReactElement {
  const name = (urn: string): string => { const member = drawn.nodes.flatMap((node) => node.members).find((one) => one.urn === urn); return member ? `${kindWord(member.kind)} ${titleOf(member)}` : urn; };
  const style = lineStyle(link, moment);
  return (
    <li>
      <p><b>{name(link.from)}</b> {link.kind.replaceAll('-', ' ')} <b>{name(link.to)}</b></p>
      <p className="meta">{STYLE_WORDS[style]} by {methodWords(link.method)} · confidence {percent(link.confidence * 100, 100)}{link.confidence < 0.5 && ', a candidate'}</p>
      {evidenceLine(link.evidence) && <p className="meta break">{evidenceLine(link.evidence)}</p>}
      <p className="meta">{link.validFrom ? `since ${utc(link.validFrom)}` : ''}{link.validTo ? ` until ${utc(link.validTo)}` : ''}</p>
    </li>
  );
}

function OfNode({ node, drawn }: { readonly node: DrawnNode; readonly drawn: Drawn }): ReactElement {
  if (node.restricted) return <p>A {kindWord(node.kind)} is here and belongs to the path. Your rights do not include it, so only its kind is shown: nothing is missing.</p>;
  const into = drawn.edges.filter((edge) => edge.to === node.urn && edge.from !== node.urn);
  const why = String(node.attributes['why'] ?? '');
  const platforms = node.platforms > 0 ? `One logical image: an index and ${plural(node.platforms, 'platform digest')}.` : '';
  return (
    <>
      <p className="card-head"><b>{node.title}</b><span className="meta">{kindWord(node.kind)}</span></p>
      {platforms && <p>{platforms}</p>}
      {why && <p><b>Exposure {String(node.attributes['exposure'] ?? '')}:</b> {why}</p>}
      <ul className="card-links">{into.slice(0, 3).map((edge) => <li key={edge.id}><p className="meta"><span className={`trust ${edge.style}`}>{STYLE_WORDS[edge.style]}</span> from {drawn.nodes.find((one) => one.urn === edge.from)?.title} by {[...new Set(edge.links.map((link) => methodWords(link.method)))].slice(0, 2).join(', ')} · {percent(edge.confidence * 100, 100)}</p></li>)}</ul>
      {into.length > 3 && <p className="meta">and {into.length - 3} more</p>}
      {!why && into.length === 0 && !platforms && <p className="meta">{node.undescribed ? 'Only links speak of it: no source has described it yet.' : `${plural(node.members.length, 'asset')}. Enter shows the facts.`}</p>}
      {node.stale && <p className="meta">Stale: its source cannot be read now.</p>}
    </>
  );
}

function OfGap({ gaps }: { readonly gaps: readonly TraceGap[] }): ReactElement {
  const first = gaps[0];
  return (
    <>
      <p className="card-head"><b>{gapTitle(first?.hop ?? '')}</b>{gaps.length > 1 && <span className="meta">{gaps.length} times</span>}</p>
      <p>{first?.reason}</p>
      <p className="meta">{typeof first?.share === 'number' && first.share > 0 ? `${percent(first.share * 100, 100)} of such assets miss it. ` : ''}Enter or click: the step that fixes it.</p>
    </>
  );
}
