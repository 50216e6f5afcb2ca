import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment, type ReactElement, useState } from 'react';
import { exposedActQuery, exposedQuery } from '../api/chain-queries.js';
import type { ExposedService } from '../api/chain-types.js';
import { DataWarning, Empty, Failure, Skeletons, Time } from '../components/bits.js';
import { NodeIcon } from '../components/node-icon.js';
import { ReachTag } from '../components/reach.js';
import { TraceTabs } from '../components/trace-tabs.js';
import { count, plural } from '../lib/format.js';
import { shortPath } from '../trace/short-path.js';
import '../styles/chain.css';

type Filters = Readonly<Record<'exposure' | 'environment' | 'application' | 'team' | 'q', string | undefined>>;

/** Every service that something outside reaches, with the way it is reached by, since when, and who answers for it. */
export function Exposed(): ReactElement {
  const { q, ...filters } = useSearch({ from: '/app/trace/exposed' }) as Filters;
  const found = useQuery(exposedQuery(filters));
  const acts = useQuery(exposedActQuery());
  const all = found.data?.items ?? [];
  const shown = q ? all.filter((one) => [one.name, one.service, one.repository, one.team, one.application, ...one.path, ...one.endpoints].some((text) => text.toLowerCase().includes(q.toLowerCase()))) : all;
  const reached = shown.filter((one) => one.exposure === 'internet').length;
  return (
    <div className="page">
      <header className="page-head"><div className="stack-s"><h1>What the internet reaches</h1>
        <p className="lead muted">{found.data && shown.length === 0 ? 'No exposed service is known.' : found.data ? <>The internet reaches <b className="strong">{plural(reached, 'service')}</b>{shown.length > reached && <>; {plural(shown.length - reached, 'more', 'more')} {shown.length - reached === 1 ? 'is' : 'are'} open to a limited public</>}.</> : 'Looking at every service that runs.'}</p></div></header>
      <TraceTabs />
      <ExposedFilters filters={{ ...filters, q }} />
      {found.data?.more && <DataWarning gap>The first 500 services are shown. Narrow the list by environment, application or team.</DataWarning>}
      <section className="panel" aria-label="Exposed services">
        {found.isError ? <div className="panel-body"><Failure error={found.error} what="The exposed services" holds="Findings keep the exposure that was judged last." retry={() => void found.refetch()} /></div>
          : !found.data ? <div className="panel-body"><Skeletons rows={6} height={64} /></div>
            : shown.length === 0 ? <Nothing filtered={all.length > 0 || Object.values(filters).some(Boolean)} />
              : <Table services={shown} acts={acts.data} />}
      </section>
    </div>
  );
}

function Nothing({ filtered }: { readonly filtered: boolean }): ReactElement {
  if (filtered) return <Empty title="No exposed service matches"><p className="muted">Clear the filters to see every service that something outside reaches.</p><Link to="/trace/exposed" className="button">Clear the filters</Link></Empty>;
  return <Empty title="No service is known to be reached from outside"><p className="muted">That is not a no: a service whose load balancer or security groups nobody observed stays unknown.</p><Link to="/collect/coverage/$hop" params={{ hop: 'exposure' }} className="button">See services whose exposure is unknown</Link></Empty>;
}

interface TableProps { readonly services: readonly ExposedService[]; readonly acts: { readonly items: readonly { readonly service: string }[]; readonly more: boolean } | undefined }

function Table({ services, acts }: TableProps): ReactElement {
  const byService = new Map<string, number>();
  for (const finding of acts?.items ?? []) byService.set(finding.service, (byService.get(finding.service) ?? 0) + 1);
  return (
    <div className="table-wrap"><table className="table cards-narrow exposed-table">
      <thead><tr><th scope="col">Service</th><th scope="col">Reached by</th><th scope="col">The way in</th><th scope="col">Since</th><th scope="col">Owner</th><th scope="col">Application</th><th scope="col" className="num">To act on</th></tr></thead>
      <tbody>{services.map((one) => (
        <tr key={one.service}>
          <td data-label="Service"><span className="stack-tight"><Link to="/trace" search={{ from: one.service, direction: 'backward' }} className="strong" title={one.service}>{one.name}</Link><span className="meta break">{[one.environment, one.repository.replace(/^github\.com\//, '')].filter(Boolean).join(' · ') || 'no repository known'}</span></span></td>
          <td data-label="Reached by"><span className="stack-tight"><ReachTag exposure={one.exposure} />{one.audience.length > 0 && <span className="meta">{one.audience.slice(0, 3).join(', ')}{one.audience.length > 3 && ` and ${one.audience.length - 3} more`}</span>}</span></td>
          <td data-label="The way in"><Way of={one} /></td>
          <td data-label="Since">{one.since ? <Time at={one.since} /> : <span className="muted">not known</span>}</td>
          <td data-label="Owner">{one.team ? <Link to="/findings" search={{ team: one.team, exposed: 'yes' }}>{one.team}</Link> : <span className="tag dashed">no owner</span>}</td>
          <td data-label="Application">{one.application ? <Link to="/findings" search={{ application: one.application, exposed: 'yes' }}>{one.application}</Link> : <span className="muted">–</span>}</td>
          <td data-label="To act on" className="num"><Link to="/findings" search={{ service: one.name, band: 'act' }}>{acts ? <>{count(byService.get(one.name) ?? 0)}{acts.more && '+'}</> : 'open'}<span className="sr"> findings in band Act on {one.name}</span></Link></td>
        </tr>
      ))}</tbody>
    </table></div>
  );
}

function Way({ of }: { readonly of: ExposedService }): ReactElement {
  const hops = shortPath(of.path);
  if (hops.length === 0) return <span className="muted">{of.endpoints.map((one) => one.replace(/^endpoint:/, '')).join(', ') || 'the way was not kept'}</span>;
  return (
    <span className="stack-tight">
      <span className="way">{hops.map((hop, index) => <Fragment key={hop.urn}>{index > 0 && <span className="way-arrow" aria-label="leads to">→</span>}<span className="way-hop" title={hop.urn}><NodeIcon kind={hop.kind} size={13} />{hop.text}</span></Fragment>)}</span>
      {of.reasons.length > 0 && <details className="meta"><summary>Why: {of.reasons[0]}{of.reasons.length > 1 && ` and ${of.reasons.length - 1} more`}</summary><ul>{of.reasons.slice(1).map((reason) => <li key={reason}>{reason}</li>)}</ul></details>}
    </span>
  );
}

function ExposedFilters({ filters }: { readonly filters: Filters }): ReactElement {
  const navigate = useNavigate({ from: '/trace/exposed' });
  const set = (next: Partial<Filters>): void => void navigate({ search: (old: Filters) => ({ ...old, ...next }), replace: true } as never);
  const [text, setText] = useState(filters.q ?? '');
  const environments = useQuery(exposedQuery({}));
  const known = [...new Set((environments.data?.items ?? []).map((one) => one.environment).filter(Boolean))].sort();
  return (
    <div className="filters" role="search">
      <div className="segmented" role="group" aria-label="Exposure">{([[undefined, 'Both'], ['internet', 'Internet'], ['limited', 'Limited']] as const).map(([value, label]) => <button key={label} type="button" aria-pressed={filters.exposure === value} onClick={() => set({ exposure: value })}>{label}</button>)}</div>
      <label className="sr" htmlFor="exposed-environment">Environment</label>
      <select id="exposed-environment" className="field" value={filters.environment ?? ''} onChange={(event) => set({ environment: event.target.value || undefined })}><option value="">Every environment</option>{known.map((one) => <option key={one}>{one}</option>)}{filters.environment && !known.includes(filters.environment) && <option>{filters.environment}</option>}</select>
      <label className="sr" htmlFor="exposed-q">Filter by service, host, repository or team</label>
      <input id="exposed-q" className="field grow" type="search" value={text} placeholder="Service, host, repository, team" onChange={(event) => { setText(event.target.value); set({ q: event.target.value || undefined }); }} />
    </div>
  );
}
