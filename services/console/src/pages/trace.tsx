import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useMemo, useState } from 'react';
import { exposureHistoryQuery } from '../api/chain-queries.js';
import { traceQuery } from '../api/queries.js';
import type { Direction, Trace } from '../api/types.js';
import { Copy, DataWarning, Empty, Failure, Skeleton, useNow } from '../components/bits.js';
import { useKeys } from '../components/keys.js';
import { AsOf, SPANS } from '../components/trace-as-of.js';
import { TraceGaps } from '../components/trace-gaps.js';
import { TraceGraph } from '../components/trace-graph.js';
import { TraceLegend } from '../components/trace-legend.js';
import { TraceList } from '../components/trace-list.js';
import { TracePanel } from '../components/trace-panel.js';
import { TracePaths } from '../components/trace-paths.js';
import { TraceStart } from '../components/trace-start.js';
import { useWorst } from '../components/trace-worst.js';
import { jumpOf } from '../lib/jump.js';
import { middleCut, shortName, utc } from '../lib/format.js';
import { openMore, readOpen } from '../lib/stacks.js';
import type { TraceSearch } from '../router.js';
import { eventsOf, stepEvent, type TraceEvent } from '../trace/events.js';
import { draw } from '../trace/fold.js';
import { mergeTraces } from '../trace/merge.js';
import { pathRows } from '../trace/paths.js';
import { verdict } from '../trace/verdict.js';

export function TracePage(): ReactElement {
  const search = useSearch({ from: '/app/trace' });
  if (!search.from) return <TraceStart search={search} />;
  return <TraceOf search={search} from={search.from} />;
}

const DAY = 86_400_000;
type Change = (next: Partial<TraceSearch>) => void;

function TraceOf({ search, from }: { readonly search: TraceSearch; readonly from: string }): ReactElement {
  const direction: Direction = search.direction === 'backward' ? 'backward' : 'forward';
  const at = search.at ?? '';
  const now = useNow();
  const moment = at ? Date.parse(at) : now;
  const navigate = useNavigate({ from: '/trace' });
  const change: Change = (next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  const { asked, merged } = useBothWays(from, direction, at);
  const drawn = useMemo(() => (merged ? draw(merged, { allHops: search.hops === 'all', at: moment }) : undefined), [merged, search.hops, moment]);
  const rows = useMemo(() => (merged && drawn ? pathRows(merged, drawn) : []), [merged, drawn]);
  const path = search.path === undefined ? -1 : Number(search.path);
  const lit = rows[path]?.steps.map((step) => step.urn);
  const onPath = (next: number): void => change({ path: next < 0 || next >= rows.length ? undefined : String(next) });
  const worst = useWorst(merged);
  const emphasis = useMemo(() => (asked.data && merged && asked.data.nodes.length < merged.nodes.length ? new Set(asked.data.nodes.map((node) => node.urn)) : undefined), [asked.data, merged]);
  const span = SPANS.some(([id]) => id === search.span) ? search.span as string : '90';
  const start = Math.min(now - Number(span) * DAY, moment - DAY);
  const events = useEvents(from, start, now);
  const periods = useQuery(exposureHistoryQuery(from));
  const toMoment = (when: number | undefined): void => change({ at: when === undefined || when >= now ? undefined : `${new Date(when).toISOString().slice(0, 19)}Z` });
  useKeys({
    d: () => change({ direction: direction === 'forward' ? 'backward' : undefined }), v: () => change({ view: search.view === 'list' ? undefined : 'list' }),
    '[': () => toMoment(stepEvent(events, moment, -1)?.at ?? moment), ']': () => toMoment(stepEvent(events, moment, 1)?.at),
    n: () => onPath(path + 1), Escape: () => change({ select: undefined, path: undefined }),
  });
  const open = useMemo(() => readOpen(search.open), [search.open]);
  return (
    <div className={`page wide trace-page${at ? ' past' : ''}`}>
      <header className="stack-s">
        <Head search={search} from={from} direction={direction} change={change} />
        {at && <p className="past-line">As it was on {utc(at)} · <button type="button" className="link-button" onClick={() => change({ at: undefined })}>Back to now</button></p>}
        <p className="lead" aria-live="polite">{merged ? verdict(merged, at).text : <Skeleton height={24} width="60%" />}</p>
        {merged?.partial && <DataWarning gap>The walk met a cap: more hangs on this than is drawn. Start from a service or an image to see the rest.</DataWarning>}
      </header>
      {asked.isError ? <Failure error={asked.error} what="The trace" holds="Findings and scores are unaffected." retry={() => void asked.refetch()} />
        : !merged || !drawn ? <Skeleton height={320} />
          : merged.nodes.length === 0 ? <section className="panel"><Unknown from={from} past={at !== ''} /></section>
          : (
            <>
              {search.view === 'list' ? <TraceList drawn={drawn} onSelect={(select) => change({ select })} />
                : <><TraceLegend /><TraceGraph trace={merged} drawn={drawn} at={moment} subject={from} worst={worst} emphasis={emphasis} highlight={lit} selected={search.select} open={open} onOpen={(id) => change({ open: openMore(search.open, id) })} onSelect={(select) => change({ select })} /></>}
              <AsOf at={moment} now={now} start={start} span={span} past={at !== ''} events={events} periods={periods.data ?? []} onChange={toMoment} onSpan={(next) => change({ span: next === '90' ? undefined : next })} />
              <TraceGaps gaps={merged.gaps} />
              <TracePaths trace={merged} rows={rows} highlighted={path} onHighlight={onPath} />
            </>
          )}
      {merged && drawn && search.select && <TracePanel trace={merged} drawn={drawn} selected={search.select} at={moment} worst={worst} onClose={() => change({ select: undefined })} />}
    </div>
  );
}

/** Both walks make one picture; the asked direction is what stands out in it. */
function useBothWays(from: string, direction: Direction, at: string) {
  const forward = useQuery(traceQuery(from, 'forward', at));
  const backward = useQuery(traceQuery(from, 'backward', at));
  const [asked, other] = direction === 'forward' ? [forward, backward] : [backward, forward];
  const merged = useMemo((): Trace | undefined => (asked.data && other.data ? mergeTraces(asked.data, other.data) : other.isError ? asked.data : undefined), [asked.data, other.data, other.isError]);
  return { asked, merged };
}

/** Changes of both walks, as they are known now: a look at the past keeps the ticks of what came after. */
function useEvents(from: string, start: number, now: number): readonly TraceEvent[] {
  const walks = useQueries({ queries: [traceQuery(from, 'forward', ''), traceQuery(from, 'backward', '')] });
  const [forward, backward] = walks.map((walk) => walk.data);
  return useMemo(() => (forward ? eventsOf(mergeTraces(forward, backward), start, now) : []), [forward, backward, start, now]);
}

function Head({ search, from, direction, change }: { readonly search: TraceSearch; readonly from: string; readonly direction: Direction; readonly change: Change }): ReactElement {
  return (
    <>
      <Link to="/trace" search={{}} className="back">← Trace another asset</Link>
      <div className="page-head">
        <div className="stack-s"><h1>Trace</h1><Subject from={from} onGo={(next) => change({ from: next, select: undefined, path: undefined, open: undefined })} /></div>
        <div className="row-wrap">
          <div className="segmented" role="group" aria-label="Direction">
            <button type="button" aria-pressed={direction === 'forward'} onClick={() => change({ direction: undefined })}>Code → exposure</button>
            <button type="button" aria-pressed={direction === 'backward'} onClick={() => change({ direction: 'backward' })}>Exposure → code</button>
          </div>
          <div className="segmented trace-views" role="group" aria-label="View">
            <button type="button" aria-pressed={search.view !== 'list'} onClick={() => change({ view: undefined })}>Picture</button>
            <button type="button" aria-pressed={search.view === 'list'} onClick={() => change({ view: 'list' })}>List</button>
          </div>
          <label className="row nowrap"><input type="checkbox" checked={search.hops === 'all'} onChange={(event) => change({ hops: event.target.checked ? 'all' : undefined, open: undefined, path: undefined })} /> All hops</label>
          <Link to="/trace/blast-radius" search={{ from }} className="button">Blast radius</Link>
          <span className="copy-labelled row"><Copy text={location.href} label="Copy a link to this picture" /><span className="meta" aria-hidden="true">link</span></span>
        </div>
      </div>
    </>
  );
}

/** Nobody has named it: where to look instead. */
function Unknown({ from, past }: { readonly from: string; readonly past: boolean }): ReactElement {
  return (
    <Empty title={past ? 'Nothing was known of it then' : 'This asset is not known'}>
      <p className="muted">{past ? 'Step to a later moment, or look at it now.' : 'A part of its name may find it under another id. What was never named comes with a connector, a scan or a deployment record.'}</p>
      <div className="row-wrap">{past ? <Link to="/trace" search={{ from }} className="button primary">As it is now</Link> : <><Link to="/trace" search={{ q: shortName(from).slice(0, 60) }} className="button primary">Search by name</Link><Link to="/collect/connectors" className="button">Connectors</Link></>}</div>
    </Empty>
  );
}

function Subject({ from, onGo }: { readonly from: string; readonly onGo: (from: string) => void }): ReactElement {
  const [text, setText] = useState(from);
  const [known, setKnown] = useState(from);
  if (known !== from) { setKnown(from); setText(from); }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const jump = jumpOf(text);
    onGo(jump?.kind === 'trace' ? jump.from : text.trim());
  };
  return (
    <form onSubmit={submit} className="row subject" title={middleCut(from, 200)}>
      <label className="sr" htmlFor="subject">Subject: a URN, an ARN or a digest</label>
      <input id="subject" className="field mono-text" value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} />
      {text !== from && <button type="submit" className="button small">Trace</button>}
    </form>
  );
}
