import type { ExposurePeriod } from '../api/chain-types.js';
import { shortName, span, utc } from '../lib/format.js';

/** A stretch of exposure inside the looked-at span; `open` when it still holds, `cut` when it began before. */
export interface Period { readonly key: string; readonly service: string; readonly exposure: string; readonly from: number; readonly to: number; readonly began: string; readonly ended: string | null }

/** What falls into the span, touching stretches of one service and exposure joined. */
export function periodsIn(periods: readonly ExposurePeriod[], start: number, now: number): readonly Period[] {
  const sorted = onceEach(periods).filter((one) => !Number.isNaN(Date.parse(one.from))).sort((a, b) => a.service.localeCompare(b.service) || Date.parse(a.from) - Date.parse(b.from));
  const joined: ExposurePeriod[] = [];
  for (const one of sorted) {
    const last = joined.at(-1);
    if (last && last.service === one.service && last.exposure === one.exposure && last.to !== null && Date.parse(last.to) >= Date.parse(one.from)) joined[joined.length - 1] = { ...last, to: later(last.to, one.to) };
    else joined.push(one);
  }
  return joined.flatMap((one) => {
    const from = Date.parse(one.from), to = one.to === null ? now : Date.parse(one.to);
    if (to <= start || from >= now || to <= from) return [];
    return [{ key: `${one.service} ${one.exposure} ${one.from}`, service: one.service, exposure: one.exposure, from: Math.max(from, start), to: Math.min(to, now), began: one.from, ended: one.to }];
  });
}

/** A durable service (`service:pay`) has the widest of what runs as it, over a longer time: where it is told, its runtimes are not told again. */
function onceEach(periods: readonly ExposurePeriod[]): readonly ExposurePeriod[] {
  const durable = new Set(periods.filter((one) => !one.service.includes('/')).map((one) => shortName(one.service)));
  return periods.filter((one) => !one.service.includes('/') || !durable.has(shortName(one.service)));
}

const later = (a: string, b: string | null): string | null => (b === null ? null : Date.parse(a) > Date.parse(b) ? a : b);

const WORDS: Readonly<Record<string, string>> = { internet: 'exposed to the internet', limited: 'exposed to a limited public', internal: 'reached from inside only', none: 'reached by nothing', unknown: 'exposure unknown' };

/** `exposed to the internet from 3 Nov 2026 to 12 Nov 2026 (9 d)`. */
export function periodText(period: Period): string {
  const day = (iso: string): string => utc(iso).replace(/ \d\d:\d\d UTC$/, '');
  const length = span(((period.ended === null ? period.to : Date.parse(period.ended)) - Date.parse(period.began)) / 1000);
  return `${WORDS[period.exposure] ?? period.exposure} from ${day(period.began)} ${period.ended === null ? 'until now' : `to ${day(period.ended)}`}${length ? ` (${length})` : ''}`;
}
