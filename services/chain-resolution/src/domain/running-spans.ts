import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import type { ExposurePeriod } from './exposure-timeline.js';
import type { Link } from './links.js';
import { CANDIDATE_BELOW } from './method.js';
import { coalesce } from './timeline.js';
import type { Span } from './timeline.js';

/** When services ran any of some images: `outer` links start at the images, `inner` at the tasks and task definitions that those lead to. */
export function runningSpans(outer: readonly Link[], inner: readonly Link[]): Map<Urn, Span[]> {
  const found = new Map<Urn, Span[]>();
  const add = (service: Urn, span: Span | undefined): void => {
    if (span) found.set(service, [...(found.get(service) ?? []), span]);
  };
  const onwards = Map.groupBy(inner, (link) => link.from);
  for (const link of outer.filter((item) => item.confidence >= CANDIDATE_BELOW)) {
    if (kindOf(link.to) === 'service') add(link.to, spanOf(link));
    for (const next of onwards.get(link.to) ?? []) if (kindOf(next.to) === 'service') add(next.to, common(spanOf(link), spanOf(next)));
  }
  return new Map([...found].map(([service, spans]) => [service, coalesce(spans)]));
}

/** The parts of exposure periods in which a service ran what is asked about. */
export function whileRunning(periods: readonly ExposurePeriod[], spans: ReadonlyMap<Urn, readonly Span[]>): ExposurePeriod[] {
  return periods.flatMap((period) => (spans.get(period.service) ?? []).flatMap((span) => {
    const part = common(period, span);
    return part ? [{ ...period, ...part }] : [];
  }));
}

const spanOf = (link: Link): Span => ({ from: link.validFrom, to: link.validTo });

function common(a: Span, b: Span): Span | undefined {
  const from = Math.max(a.from, b.from);
  const to = a.to === null ? b.to : b.to === null ? a.to : Math.min(a.to, b.to);
  return to === null || from < to ? { from, to } : undefined;
}
