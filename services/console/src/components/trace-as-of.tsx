import { type ReactElement, useEffect, useState } from 'react';
import type { ExposurePeriod } from '../api/chain-types.js';
import { shortName, utc, utcDay } from '../lib/format.js';
import { stepEvent, type TraceEvent } from '../trace/events.js';
import { type Period, periodsIn, periodText } from '../trace/periods.js';

const HOUR = 3_600_000;
export const SPANS = [['30', '30 d'], ['90', '90 d'], ['365', '1 y']] as const;

interface AsOfProps {
  readonly at: number; readonly now: number; readonly start: number; readonly span: string; readonly past: boolean; readonly events: readonly TraceEvent[]; readonly periods: readonly ExposurePeriod[];
  readonly onChange: (at: number | undefined) => void; readonly onSpan: (span: string) => void;
}

/** Time, with a tick for each change and a band where something was exposed; the URL holds the moment, so that a look at the past can be sent to someone. */
export function AsOf(props: AsOfProps): ReactElement {
  const { at, now, start, past, events, onChange } = props;
  const [value, setValue] = useState(at);
  useEffect(() => setValue(at), [at]);
  const commit = (when: number): void => onChange(when >= now - HOUR ? undefined : when);
  const left = (when: number): string => `${((when - start) / (now - start)) * 100}%`;
  const bands = periodsIn(props.periods, start, now);
  return (
    <section className="as-of" aria-label="Time">
      <div className="row between as-of-head">
        <label htmlFor="as-of" className="strong">{past || value < now - HOUR ? `As it was on ${utc(new Date(value).toISOString())}` : 'As it is now'}</label>
        <Moves {...props} commit={commit} value={value} />
      </div>
      <div className="as-of-track">
        {bands.map((band) => <span key={band.key} className={`as-of-band ${band.exposure}`} style={{ left: left(band.from), width: `${((band.to - band.from) / (now - start)) * 100}%` }} title={periodText(band)} aria-hidden="true" />)}
        <input id="as-of" type="range" min={start} max={now} step={HOUR} value={Math.max(value, start)} aria-valuetext={value >= now - HOUR ? 'now' : utc(new Date(value).toISOString())}
          onChange={(event) => setValue(Number(event.target.value))} onPointerUp={() => commit(value)} onKeyUp={(event) => { if (/^(Arrow|Page|Home|End)/.test(event.key)) commit(value); }} />
        {events.map((event) => <button key={event.at} type="button" tabIndex={-1} aria-hidden="true" className="as-of-tick" style={{ left: left(event.at) }} title={`${utc(new Date(event.at).toISOString())}: ${event.what}`} onClick={() => commit(event.at)} />)}
      </div>
      <div className="row between meta"><span>{utcDay(new Date(start))}</span><span>{events.length ? `${events.length} ${events.length === 1 ? 'change' : 'changes'} · [ and ] step` : 'No change in this span'}</span><span>now</span></div>
      <Periods bands={bands} />
    </section>
  );
}

function Moves({ at, now, span, past, events, onChange, onSpan, commit, value }: AsOfProps & { readonly commit: (when: number) => void; readonly value: number }): ReactElement {
  const before = stepEvent(events, at, -1), after = stepEvent(events, at, 1);
  return (
    <span className="row-wrap as-of-moves">
      <button type="button" className="button quiet small" disabled={!before} title={before?.what} onClick={() => before && commit(before.at)}>← {before ? utcDay(new Date(before.at)) : 'earlier'}</button>
      <button type="button" className="button quiet small" disabled={!after} title={after?.what} onClick={() => after && commit(after.at)}>{after ? utcDay(new Date(after.at)) : 'later'} →</button>
      <span className="segmented small" role="group" aria-label="Span">{SPANS.map(([id, label]) => <button key={id} type="button" aria-pressed={span === id} onClick={() => onSpan(id)}>{label}</button>)}</span>
      <label className="sr" htmlFor="as-of-exact">Exact time in UTC</label>
      <input id="as-of-exact" className="field" type="datetime-local" value={new Date(value).toISOString().slice(0, 16)} max={new Date(now).toISOString().slice(0, 16)} onChange={(event) => { const when = Date.parse(`${event.target.value}Z`); if (!Number.isNaN(when)) commit(when); }} />
      <span className="meta">UTC</span>
      <button type="button" className="button small" disabled={!past} onClick={() => onChange(undefined)}>Now</button>
    </span>
  );
}

function Periods({ bands }: { readonly bands: readonly Period[] }): ReactElement | null {
  const reached = bands.filter((band) => band.exposure === 'internet' || band.exposure === 'limited').sort((a, b) => b.to - a.to || b.from - a.from);
  if (reached.length === 0) return null;
  return <ul className="periods" aria-label="Exposed periods">{reached.slice(0, 6).map((band) => <li key={band.key}><span className={`as-of-key ${band.exposure}`} aria-hidden="true" /><b>{shortName(band.service)}</b> {periodText(band)}</li>)}{reached.length > 6 && <li className="meta">and {reached.length - 6} earlier</li>}</ul>;
}
