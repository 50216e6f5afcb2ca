import { type ReactElement, useEffect, useState } from 'react';
import { utc, utcDay } from '../lib/format.js';
import { stepEvent, type TraceEvent } from '../trace/events.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

interface AsOfProps { readonly at: number; readonly now: number; readonly past: boolean; readonly events: readonly TraceEvent[]; readonly onChange: (at: number | undefined) => void }

/** Ninety days with a tick for each change; the URL holds the moment, so that a look at the past can be sent to someone. */
export function AsOf({ at, now, past, events, onChange }: AsOfProps): ReactElement {
  const start = now - 90 * DAY;
  const [value, setValue] = useState(at);
  useEffect(() => setValue(at), [at]);
  const commit = (when: number): void => onChange(when >= now - HOUR ? undefined : when);
  const before = stepEvent(events, at, -1), after = stepEvent(events, at, 1);
  const left = (when: number): string => `${((when - start) / (now - start)) * 100}%`;
  return (
    <section className="as-of" aria-label="As of">
      <div className="row between">
        <label htmlFor="as-of" className="strong">{past || value < now - HOUR ? `As of ${utc(new Date(value).toISOString())}` : 'Now'}</label>
        <span className="row-wrap">
          {before && <button type="button" className="button quiet small" title={before.what} onClick={() => commit(before.at)}>← {utcDay(new Date(before.at))}</button>}
          {after && <button type="button" className="button quiet small" title={after.what} onClick={() => commit(after.at)}>{utcDay(new Date(after.at))} →</button>}
          <label className="sr" htmlFor="as-of-exact">Exact time in UTC</label>
          <input id="as-of-exact" className="field" type="datetime-local" value={new Date(value).toISOString().slice(0, 16)} max={new Date(now).toISOString().slice(0, 16)} onChange={(event) => { const when = Date.parse(`${event.target.value}Z`); if (!Number.isNaN(when)) commit(when); }} />
          <span className="meta">UTC</span>
          <button type="button" className="button small" disabled={!past} onClick={() => onChange(undefined)}>Now</button>
        </span>
      </div>
      <div className="as-of-track">
        <input id="as-of" type="range" min={start} max={now} step={HOUR} value={Math.max(value, start)} aria-valuetext={utc(new Date(value).toISOString())}
          onChange={(event) => setValue(Number(event.target.value))} onPointerUp={() => commit(value)} onKeyUp={(event) => { if (event.key.startsWith('Arrow') || event.key.startsWith('Page') || event.key === 'Home' || event.key === 'End') commit(value); }} />
        {events.map((event) => <span key={event.at} className="as-of-tick" style={{ left: left(event.at) }} aria-hidden="true" />)}
      </div>
      <div className="row between meta"><span>{utcDay(new Date(start))}</span><span>{events.length ? `${events.length} ${events.length === 1 ? 'change' : 'changes'} in 90 days` : 'No change in 90 days'}</span><span>now</span></div>
    </section>
  );
}
