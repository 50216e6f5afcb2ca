import type { Trace } from '../api/types.js';
import { kindWord } from './words.js';

export interface TraceEvent { readonly at: number; readonly what: string }

/** Moments at which the picture changed: what the time slider marks and `[` `]` step through. */
export function eventsOf(trace: Trace, from: number, to: number): readonly TraceEvent[] {
  const kinds = new Map(trace.nodes.map((node) => [node.urn, node.kind as string]));
  const events = new Map<number, Set<string>>();
  const add = (iso: string | null, what: string): void => {
    const at = iso ? Date.parse(iso) : Number.NaN;
    if (at >= from && at <= to) events.set(at, (events.get(at) ?? new Set()).add(what));
  };
  for (const link of trace.links) {
    const what = `${kindWord(kinds.get(link.from) ?? '')} ${link.kind.replaceAll('-', ' ')} ${kindWord(kinds.get(link.to) ?? '')}`;
    add(link.validFrom, what);
    add(link.validTo, `${what} ended`);
  }
  return [...events].map(([at, what]) => ({ at, what: [...what].slice(0, 3).join('; ') })).sort((a, b) => a.at - b.at);
}

/** The event before or after a moment. */
export function stepEvent(events: readonly TraceEvent[], at: number, step: 1 | -1): TraceEvent | undefined {
  return step > 0 ? events.find((event) => event.at > at) : events.findLast((event) => event.at < at);
}
