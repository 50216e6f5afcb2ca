import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useMemo, useState } from 'react';
import { topFindingsQuery, traceQuery } from '../api/queries.js';
import type { Direction, Finding, Trace } from '../api/types.js';
import { Failure, Skeleton, useNow } from '../components/bits.js';
import { useKeys } from '../components/keys.js';
import { AsOf } from '../components/trace-as-of.js';
import { TraceGraph } from '../components/trace-graph.js';
import { TraceLegend } from '../components/trace-legend.js';
import { TracePanel } from '../components/trace-panel.js';
import { TracePaths } from '../components/trace-paths.js';
import { TraceStart } from '../components/trace-start.js';
import { jumpOf } from '../lib/jump.js';
import { middleCut, utc } from '../lib/format.js';
import type { TraceSearch } from '../router.js';
import { eventsOf, stepEvent } from '../trace/events.js';
import { draw } from '../trace/fold.js';
import { mergeTraces } from '../trace/merge.js';
import { verdict } from '../trace/verdict.js';

export function TracePage(): ReactElement {
  const search = useSearch({ from: '/app/trace' });
  if (!search.from) return <TraceStart />;
  return <TraceOf search={search} from={search.from} />;
}

const DAY = 86_400_000;

function TraceOf({ search, from }: { readonly search: TraceSearch; readonly from: string }): ReactElement {
  const direction: Direction = search.direction === 'backward' ? 'backward' : 'forward';
  const at = search.at ?? '';
  const now = useNow();
  const moment = at ? Date.parse(at) : now;
  const navigate = useNavigate({ from: '/trace' });
  const change = (next: Partial<TraceSearch>): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const forward = useQuery(traceQuery(from, 'forward', at));
  const backward = useQuery(traceQuery(from, 'backward', at));
  const asked = direction === 'forward' ? forward : backward;
  const merged = useMemo(() => (forward.data && backward.data ? mergeTraces(direction === 'forward' ? forward.data : backward.data, direction === 'forward' ? backward.data : forward.data) : asked.data), [forward.data, backward.data, asked.data, direction]);
  const history = useQuery(traceQuery(from, direction, ''));
  const events = useMemo(() => eventsOf(history.data ?? emptyTrace, now - 90 * DAY, now), [history.data, now]);
  const worst = useWorst(merged);
  const [path, setPath] = useState(-1);
  const toMoment = (when: number | undefined): void => change({ at: when === undefined || when >= now ? undefined : new Date(when).toISOString().slice(0, 19) + 'Z' });
  useKeys({
    d: () => change({ direction: direction === 'forward' ? 'backward' : undefined }),
    '[': () => toMoment(stepEvent(events, moment, -1)?.at ?? moment), ']': () => toMoment(stepEvent(events, moment, 1)?.at),
    n: () => setPath((old) => (merged && merged.paths.length ? (old + 1) % merged.paths.length : -1)), Escape: () => { setPath(-1); change({ select: undefined }); },
  });
  const drawn = useMemo(() => (merged ? draw(merged, { allHops: search.hops === 'all', at: moment }) : undefined), [merged, search.hops, moment]);
  const emphasis = useMemo(() => (asked.data && merged && asked.data.nodes.length < merged.nodes.length ? new Set(asked.data.nodes.map((node) => node.urn)) : undefined), [asked.data, merged]);
  return (
    <div className={`page wide trace-page${at ? ' past' : ''}`}>
      <header className="stack-s">
        <div className="page-head">
          <div className="stack-s"><h1>Trace</h1><Subject from={from} onGo={(next) => change({ from: next, select: undefined })} /></div>
          <div className="row-wrap">
            <div className="segmented" role="group" aria-label="Direction">
              <button type="button" aria-pressed={direction === 'forward'} onClick={() => change({ direction: undefined })}>Code → exposure</button>
              <button type="button" aria-pressed={direction === 'backward'} onClick={() => change({ direction: 'backward' })}>Exposure → code</button>
            </div>
            <label className="row nowrap"><input type="checkbox" checked={search.hops === 'all'} onChange={(event) => change({ hops: event.target.checked ? 'all' : undefined })} /> All hops</label>
          </div>
        </div>
        {at && <p className="past-line">As of {utc(at)} · <button type="button" className="link-button" onClick={() => change({ at: undefined })}>Back to now</button></p>}
        <p className="lead" aria-live="polite">{merged ? verdict(merged, at).text : <Skeleton height={24} width="60%" />}</p>
      </header>
      {asked.isError ? <Failure error={asked.error} what="The trace" holds="Findings and scores are unaffected." retry={() => void asked.refetch()} />
        : !merged || !drawn ? <Skeleton height={320} />
          : (
            <>
              <TraceLegend />
              <TraceGraph trace={merged} drawn={drawn} at={moment} subject={from} worst={worst} emphasis={emphasis} highlight={path >= 0 ? merged.paths[path] : undefined} selected={search.select} onSelect={(select) => change({ select })} />
              <AsOf at={moment} now={now} past={at !== ''} events={events} onChange={toMoment} />
              <TracePaths trace={merged} at={moment} highlighted={path} onHighlight={setPath} />
            </>
          )}
      {merged && drawn && search.select && <TracePanel trace={merged} drawn={drawn} selected={search.select} at={moment} worst={worst} onClose={() => change({ select: undefined })} />}
    </div>
  );
}

const emptyTrace: Trace = { nodes: [], links: [], paths: [], gaps: [], exposure: 'unknown', owner: null };

/** The worst open finding of each asset in view: what the left edge of a node says. One question a repository or service, at most four. */
function useWorst(trace: Trace | undefined): ReadonlyMap<string, Finding> {
  const repositories = (trace?.nodes ?? []).filter((node) => node.kind === 'repository').map((node) => node.urn.slice('repo:'.length).split('#')[0] ?? '');
  const list = [...new Set(repositories)].slice(0, 4).join(',');
  const found = useQuery({ ...topFindingsQuery({ repository: list }, 200), enabled: list !== '' });
  return useMemo(() => {
    const worst = new Map<string, Finding>();
    for (const finding of found.data?.items ?? []) {
      const before = worst.get(finding.asset);
      if (!before || (finding.score ?? 0) > (before.score ?? 0)) worst.set(finding.asset, finding);
    }
    return worst;
  }, [found.data]);
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
