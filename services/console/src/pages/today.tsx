import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { connectorsQuery, deadLettersQuery, funnelQuery, scansQuery, topFindingsQuery } from '../api/queries.js';
import type { Funnel } from '../api/types.js';
import { Failure, Skeleton, Time, useNow } from '../components/bits.js';
import { FindingHead, FindingRow, FindingRowSkeletons } from '../components/finding-row.js';
import { FunnelPicture, FunnelSkeleton } from '../components/funnel-picture.js';
import { Icon } from '../components/icons.js';
import { useKeys } from '../components/keys.js';
import { percent, plural } from '../lib/format.js';
import { preference, setPreference } from '../lib/preferences.js';
import { changedSince, headline, warnings } from '../lib/today.js';

export function Today(): ReactElement {
  const scope = useSearch({ from: '/app' });
  const funnel = useQuery(funnelQuery(scope));
  const top = useQuery(topFindingsQuery({ ...scope, sort: '-score' }, 100));
  const scans = useQuery(scansQuery());
  const connectors = useQuery(connectorsQuery());
  const letters = useQuery(deadLettersQuery());
  const now = useNow();
  // Shown at once or not yet: a warning that comes late would push the numbers under the pointer.
  if ([funnel, top, scans, connectors, letters].some((query) => query.isPending)) return <TodayLoading />;
  const act = funnel.data?.steps.find((step) => step.name === 'act')?.count ?? 0;
  const firstTen = top.data?.items.slice(0, 10) ?? [];
  const nothing = top.data?.items.length === 0 && scans.data?.items.length === 0;
  if (nothing) return <Navigate to="/setup" replace />;
  const say = top.data ? headline(top.data.items, top.data.next !== null, act, now) : null;
  return (
    <div className="page today" key="shown">
      <header className="today-head">
        <h1 className="hero">{say ? say.text : <Skeleton height={40} width={420} />}</h1>
        <p className="muted lead">{say ? say.detail : <Skeleton height={20} width={320} />}</p>
      </header>
      <Warnings all={warnings({ scans: scans.data?.items ?? [], connectors: connectors.data?.items ?? [], deadLetters: letters.data?.length ?? 0, funnel: funnel.data })} />
      <section className="panel" aria-labelledby="funnel-title">
        <div className="panel-head"><h2 id="funnel-title">From reported to urgent</h2>{funnel.data && <Coverage funnel={funnel.data} />}</div>
        <div className="panel-body">
          {funnel.isError ? <Failure error={funnel.error} what="The funnel" holds="The ranked list below comes from another service and still holds." retry={() => void funnel.refetch()} />
            : funnel.data ? <FunnelPicture funnel={funnel.data} /> : <FunnelSkeleton />}
        </div>
      </section>
      <section className="panel" aria-labelledby="top-title">
        <div className="panel-head"><h2 id="top-title">Act on these first</h2><Link to="/findings" search={{ band: 'act' }}>All in band Act</Link></div>
        {top.isError ? <div className="panel-body"><Failure error={top.error} what="The ranked list" retry={() => void top.refetch()} /></div>
          : top.data ? <TopList findings={firstTen} /> : <><FindingHead /><FindingRowSkeletons rows={10} /></>}
      </section>
      <Changed />
    </div>
  );
}

function TopList({ findings }: { readonly findings: readonly Parameters<typeof FindingRow>[0]['finding'][] }): ReactElement {
  const [at, setAt] = useState(-1);
  const navigate = useNavigate();
  const open = (): void => { const finding = findings[at]; if (finding) void navigate({ to: '/findings/$id', params: { id: finding.id } }); };
  useKeys({ j: () => setAt(Math.min(at + 1, findings.length - 1)), k: () => setAt(Math.max(at - 1, 0)), Enter: open, '/': () => void navigate({ to: '/findings' }) });
  if (findings.length === 0) return <p className="panel-body muted">No open finding in this scope.</p>;
  return <><FindingHead /><ul className="rows">{findings.map((finding, index) => <FindingRow key={finding.id} finding={finding} index={index} active={index === at} onFocus={setAt} />)}</ul></>;
}

function TodayLoading(): ReactElement {
  return (
    <div className="page today" key="loading" aria-busy="true">
      <header className="today-head"><h1 className="hero"><Skeleton height={40} width={420} /></h1><p className="muted lead"><Skeleton height={20} width={320} /></p></header>
      <section className="panel"><div className="panel-head"><h2>From reported to urgent</h2></div><div className="panel-body"><FunnelSkeleton /></div></section>
      <section className="panel"><div className="panel-head"><h2>Act on these first</h2></div><FindingHead /><FindingRowSkeletons rows={10} /></section>
    </div>
  );
}

function Warnings({ all }: { readonly all: ReturnType<typeof warnings> }): ReactElement | null {
  if (all.length === 0) return null;
  return <ul className="panel warnings" aria-label="About these numbers">{all.map((one) => <li key={one.key} className={one.gap ? 'gap' : undefined}><Icon name={one.gap ? 'question' : 'warning'} size={16} /><span className="grow">{one.text}</span><Link to={one.to} className="nowrap">{one.remedy}</Link></li>)}</ul>;
}

const COVERED: Readonly<Record<string, string>> = { deployed: 'deployment', exposed: 'exposure', owned: 'owner', owner: 'owner', reachable: 'reachability', scored: 'score' };

/** How far the numbers can be trusted: the share of findings for which each fact is known. */
function Coverage({ funnel }: { readonly funnel: Funnel }): ReactElement {
  const known = Object.entries(funnel.coverage ?? {}).filter((one): one is [string, number] => typeof one[1] === 'number');
  return (
    <p className="meta">
      {known.length > 0 && <>Known: {known.map(([name, share], index) => <span key={name}>{index > 0 && ' · '}{COVERED[name] ?? name} {percent(share * 1000, 1000)}</span>)} · </>}
      <Time at={funnel.dataAsOf ?? funnel.at} />
    </p>
  );
}

/** What changed since the last visit; a visit ends when nothing was opened for half an hour. */
function Changed(): ReactElement | null {
  const now = useNow();
  const scans = useQuery(scansQuery());
  const since = useLastVisit(now);
  const change = useMemo(() => changedSince(scans.data?.items ?? [], since), [scans.data, since]);
  if (!scans.data || since === 0) return null;
  return (
    <section className="panel" aria-labelledby="changed-title">
      <div className="panel-head"><h2 id="changed-title">Since your last visit</h2><span className="meta"><Time at={new Date(since).toISOString()} /></span></div>
      <p className="panel-body">
        {change.scans === 0 ? 'No scan has arrived.' : <>{plural(change.scans, 'scan')} brought <b>{plural(change.created, 'new finding')}</b>, <b>{change.reopened}</b> reopened, <b>{change.fixed}</b> verified as fixed. <Link to="/collect/scans">Open the scans</Link></>}
      </p>
    </section>
  );
}

function useLastVisit(now: number): number {
  const [since] = useState(() => {
    const last = Number(preference('seen')) || 0;
    if (last > 0 && now - last > 1_800_000) setPreference('last-visit', String(last));
    return Number(preference('last-visit')) || 0;
  });
  useEffect(() => setPreference('seen', String(now)), [now]);
  return since;
}
