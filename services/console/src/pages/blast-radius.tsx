import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useMemo, useState } from 'react';
import { blastRadiusQuery, carriersQuery } from '../api/chain-queries.js';
import type { BlastGroup, BlastRadius } from '../api/chain-types.js';
import { traceQuery } from '../api/queries.js';
import type { Trace } from '../api/types.js';
import { DataWarning, Empty, Failure, Mono, Skeletons, useNow } from '../components/bits.js';
import { NodeIcon } from '../components/node-icon.js';
import { ReachTag } from '../components/reach.js';
import { TraceGraph } from '../components/trace-graph.js';
import { TraceLegend } from '../components/trace-legend.js';
import { TraceTabs } from '../components/trace-tabs.js';
import { useWorst } from '../components/trace-worst.js';
import { count, plural, shortName } from '../lib/format.js';
import { jumpOf } from '../lib/jump.js';
import { openMore, readOpen } from '../lib/stacks.js';
import { draw } from '../trace/fold.js';
import { mergeTraces } from '../trace/merge.js';
import '../styles/chain.css';

type Search = Readonly<Record<'from' | 'identifier' | 'show' | 'open', string | undefined>>;
/** Starts that are asked about and drawn; an advisory in more is told as such. */
const MOST = 100, DRAWN = 6;

/** What hangs on a commit, an image or an advisory: counts that open their lists, and the map. */
export function BlastRadiusPage(): ReactElement {
  const search = useSearch({ from: '/app/trace/blast-radius' }) as Search;
  const carriers = useQuery(carriersQuery(search.identifier ?? ''));
  const carried = useMemo(() => [...new Set((carriers.data?.findings ?? []).map((finding) => finding.asset))], [carriers.data]);
  const given = useMemo(() => (search.from ?? '').split(',').filter(Boolean), [search.from]);
  const from = search.identifier ? carried : given;
  const asked = useQuery(blastRadiusQuery(from.slice(0, MOST)));
  const subject = search.identifier ?? given.map(shortName).slice(0, 3).join(', ');
  return (
    <div className="page">
      <header className="stack-s"><h1>Blast radius</h1><p className="lead muted">{subject ? <>What hangs on <b className="strong">{subject}</b>.</> : 'What hangs on a commit, an image, a base image or an advisory: where it runs, who reaches it, who must act.'}</p></header>
      <TraceTabs />
      <Start search={search} />
      {search.identifier && carriers.isError && <Failure error={carriers.error} what={`The findings of ${search.identifier}`} retry={() => void carriers.refetch()} />}
      {search.identifier && carriers.data && <Carriers identifier={search.identifier} findings={carriers.data.findings.length} assets={carried.length} more={carriers.data.more} />}
      {from.length > MOST && <DataWarning gap>{count(from.length)} assets carry it; the radius is that of the first {MOST}.</DataWarning>}
      {asked.isError ? <Failure error={asked.error} what="The blast radius" retry={() => void asked.refetch()} />
        : asked.data ? <Found radius={asked.data} from={from} search={search} />
          : from.length > 0 || (search.identifier && carriers.isPending) ? <Skeletons rows={2} height={96} /> : null}
    </div>
  );
}

function Start({ search }: { readonly search: Search }): ReactElement {
  const given = search.identifier ?? search.from ?? '';
  const [text, setText] = useState(given);
  const [known, setKnown] = useState(given);
  if (known !== given) { setKnown(given); setText(given); }
  const navigate = useNavigate({ from: '/trace/blast-radius' });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const jump = jumpOf(text);
    const next = jump?.kind === 'identifier' ? { identifier: jump.id } : jump?.kind === 'trace' ? { from: jump.from } : { from: text.trim() };
    void navigate({ search: next } as never);
  };
  return (
    <form className="row" onSubmit={submit}>
      <label className="sr" htmlFor="blast-from">A CVE, commit, image or any URN</label>
      <input id="blast-from" className="field grow mono-text" value={text} placeholder="CVE-2021-44228, commit:github.com/acme/pay@…, sha256:…, an ARN" spellCheck={false} onChange={(event) => setText(event.target.value)} />
      <button type="submit" className="button primary" disabled={!text.trim()}>Show</button>
    </form>
  );
}

function Carriers({ identifier, findings, assets, more }: { readonly identifier: string; readonly findings: number; readonly assets: number; readonly more: boolean }): ReactElement {
  if (findings === 0) return <Empty title={`No open finding has ${identifier}`}><p className="muted">It may be fixed, decided away, or in nothing that was scanned.</p><Link to="/findings" search={{ identifier, status: 'all' }} className="button">Look in all states</Link></Empty>;
  return <p>{more ? 'Over ' : ''}<Link to="/findings" search={{ identifier }}>{plural(findings, 'open finding')}</Link> on {plural(assets, 'asset')}.</p>;
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = { services: ['service', 'services'], endpoints: ['endpoint', 'endpoints'], images: ['image', 'images'], repositories: ['repository', 'repositories'], environments: ['environment', 'environments'], applications: ['application', 'applications'], teams: ['team', 'teams'] };

function Found({ radius, from, search }: { readonly radius: BlastRadius; readonly from: readonly string[]; readonly search: Search }): ReactElement {
  const navigate = useNavigate({ from: '/trace/blast-radius' });
  const show = search.show ?? 'services';
  const group = radius.groups.find((one) => one.kind === show) ?? radius.groups[0];
  return (
    <>
      {radius.partial && <DataWarning gap>A cap cut the answer: there is more than is counted here.</DataWarning>}
      {radius.restricted > 0 && <DataWarning gap>{plural(radius.restricted, 'more service')} {radius.restricted === 1 ? 'belongs' : 'belong'} to teams outside your rights: part of the radius, and not listed.</DataWarning>}
      <div className="counts-row" role="group" aria-label="What it reaches">
        {radius.groups.map((one) => (
          <button key={one.kind} type="button" className="count-tile" aria-pressed={one.kind === group?.kind} onClick={() => void navigate({ search: (old: Search) => ({ ...old, show: one.kind }), replace: true, resetScroll: false } as never)}>
            <span className="count-number">{count(one.count)}</span><span>{WORDS[one.kind]?.[one.count === 1 ? 0 : 1] ?? one.kind}</span><span className="meta">{noteOf(one, radius)}</span>
          </button>
        ))}
      </div>
      {group && <List group={group} />}
      <BlastMap from={from} search={search} />
    </>
  );
}

function noteOf(group: BlastGroup, radius: BlastRadius): string {
  if (group.kind === 'images') return `${count(radius.runningImages)} running`;
  if (group.kind !== 'services') return '';
  const { internet = 0, limited = 0, unknown = 0 } = radius.byExposure;
  return [internet ? `${internet} internet` : '', limited ? `${limited} limited` : '', unknown ? `${unknown} unknown` : ''].filter(Boolean).join(', ') || (group.count ? 'none exposed' : '');
}

const FILTER: Readonly<Record<string, string>> = { services: 'service', environments: 'environment', applications: 'application', teams: 'team' };

function List({ group }: { readonly group: BlastGroup }): ReactElement {
  const [shown, setShown] = useState(10);
  const filter = FILTER[group.kind];
  const label = `${group.kind.charAt(0).toUpperCase()}${group.kind.slice(1)}`;
  return (
    <section className="panel" aria-label={label}>
      <div className="panel-head"><h2>{label}</h2><span className="meta">{group.items.length < group.count ? `the first ${count(group.items.length)} of ${count(group.count)}` : ''}</span></div>
      {group.items.length === 0 ? <p className="panel-body muted">None is known. {group.kind === 'services' ? 'Either nothing runs it, or nothing says where it runs.' : ''}</p> : (
        <div className="table-wrap"><table className="table cards-narrow">
          <thead><tr><th scope="col">Name</th>{group.kind === 'services' && <><th scope="col">Reached by</th><th scope="col">Environment</th><th scope="col">Owner</th></>}{group.kind === 'images' && <th scope="col">Runs</th>}<th scope="col">URN</th><th scope="col"><span className="sr">Open</span></th></tr></thead>
          <tbody>{group.items.slice(0, shown).map((one) => (
            <tr key={one.urn}>
              <td data-label="Name"><span className="row"><NodeIcon kind={one.kind} size={14} /><span className="strong break">{one.name}</span></span></td>
              {group.kind === 'services' && <><td data-label="Reached by"><ReachTag exposure={(one.attributes?.['exposure'] as 'unknown' | undefined) ?? 'unknown'} /></td><td data-label="Environment">{words(one.attributes?.['environments'])}</td><td data-label="Owner">{words(one.attributes?.['team']) === '–' ? <span className="tag dashed">no owner</span> : words(one.attributes?.['team'])}</td></>}
              {group.kind === 'images' && <td data-label="Runs">{one.attributes?.['running'] === true ? <b>runs</b> : <span className="muted">not known to run</span>}</td>}
              <td data-label="URN"><Mono text={one.urn} max={44} /></td>
              <td data-label="Open"><span className="row-wrap">{filter && <Link to="/findings" search={{ [filter]: one.name }}>Findings</Link>}<Link to="/trace" search={{ from: one.urn }}>Trace</Link></span></td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
      {shown < group.items.length && <p className="panel-body"><button type="button" className="button small" onClick={() => setShown(shown + 100)}>Show more ({count(group.items.length - shown)} left)</button></p>}
    </section>
  );
}

const words = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'string' ? value : '') || '–';

/** The traces of the starts, both ways, in one picture. */
function BlastMap({ from, search }: { readonly from: readonly string[]; readonly search: Search }): ReactElement | null {
  const now = useNow();
  const navigate = useNavigate({ from: '/trace/blast-radius' });
  const starts = from.slice(0, DRAWN);
  const traces = useQueries({ queries: starts.flatMap((one) => [traceQuery(one, 'forward', ''), traceQuery(one, 'backward', '')]), combine: (all) => ({ data: all.flatMap((one) => (one.data ? [one.data] : [])), pending: all.some((one) => one.isPending) }) });
  const merged = useMemo((): Trace | undefined => (traces.pending ? undefined : traces.data.reduce<Trace | undefined>((one, next) => (one ? mergeTraces(one, next) : next), undefined)), [traces]);
  const drawn = useMemo(() => (merged ? draw(merged, { allHops: false, at: now }) : undefined), [merged, now]);
  const worst = useWorst(merged);
  const open = useMemo(() => readOpen(search.open), [search.open]);
  if (traces.pending) return <Skeletons rows={1} height={320} />;
  if (!merged || !drawn || merged.nodes.length === 0) return null;
  return (
    <section className="stack blast-map" aria-labelledby="map-title">
      <div className="page-head"><h2 id="map-title">Map</h2><span className="meta">{from.length > DRAWN ? `the first ${DRAWN} of ${from.length} starts` : ''}</span></div>
      <TraceLegend />
      <TraceGraph trace={merged} drawn={drawn} at={now} subject={starts[0] ?? ''} worst={worst} emphasis={undefined} highlight={undefined} selected={undefined} open={open}
        onOpen={(id) => void navigate({ search: (old: Search) => ({ ...old, open: openMore(old.open, id) }), replace: true, resetScroll: false } as never)} onSelect={(select) => void navigate({ to: '/trace', search: { from: starts[0], select } })} />
    </section>
  );
}
