import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { Severity as SeverityWord } from '@throughline/domain';
import type { ReactElement } from 'react';
import { changesQuery, scanQuery } from '../api/identity-queries.js';
import type { ScanChange, ScanChanges } from '../api/identity-types.js';
import type { Scan } from '../api/types.js';
import { DataWarning, Empty, Failure, Mono, Skeletons, Time } from '../components/bits.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { Severity, State } from '../components/marks.js';
import { count, place, plural } from '../lib/format.js';
import { CHANGE_KINDS, FLAG_WORDS, grouped, whyWords } from '../lib/identity-words.js';
import { targetText } from '../lib/target.js';
import { receivedAt } from '../lib/today.js';
import '../styles/identity.css';

const RUNNING: ReadonlySet<string> = new Set(['queued', 'processing']);

/** One receipt, and what its scan changed: every count opens its findings. */
export function ScanPage(): ReactElement {
  const { id } = useParams({ from: '/app/collect/scans/$id' });
  const scan = useQuery(scanQuery(id));
  return (
    <div className="page">
      <Link to="/collect/scans" className="back">← Scans</Link>
      <header className="page-head"><div className="stack-s"><h1 className="break">{scan.data ? `${scan.data.tool || 'A report'} on ${targetText(scan.data.target) || 'no target'}` : scan.isError ? 'A scan that cannot be shown' : 'Scan'}</h1><Mono text={id} max={40} /></div></header>
      <CollectTabs />
      {scan.isError ? <Failure error={scan.error} what="The receipt" holds="It may belong to another tenant, or be past its retention." retry={() => void scan.refetch()} />
        : !scan.data ? <Skeletons rows={6} height={64} /> : <><Receipt scan={scan.data} /><WhatChanged scan={scan.data} /></>}
    </div>
  );
}

function Receipt({ scan }: { readonly scan: Scan }): ReactElement {
  const { counts } = scan;
  const sum = (['new', 'changed', 'unchanged', 'reopened', 'merged'] as const).map((name) => `${count(counts?.[name] ?? 0)} ${name}`).join(' + ');
  return (
    <section className="panel" aria-labelledby="receipt-title">
      <div className="panel-head"><h2 id="receipt-title">Receipt</h2><State state={scan.status} /></div>
      <div className="panel-body stack-s">
        <dl className="facts">
          <dt>Received</dt><dd><Time at={receivedAt(scan) || null} /></dd>
          <dt>Format</dt><dd>{scan.format || 'unknown'}</dd>
          <dt>Coverage</dt><dd>{scan.coverage}{scan.coverage !== 'complete' && scan.status !== 'rejected' && <span className="muted">: it closes nothing</span>}</dd>
          <dt>Results</dt><dd>{count(counts?.reported ?? 0)} reported = {count(counts?.observed ?? 0)} observed + {count(counts?.quarantined ?? 0)} quarantined</dd>
          <dt>Observed</dt><dd>{count(counts?.observed ?? 0)} = {sum}</dd>
        </dl>
        {scan.duplicateOf && <DataWarning remedy={<Link to="/collect/scans/$id" params={{ id: scan.duplicateOf }} className="nowrap strong">Open it</Link>}>The same report came before; it was applied once, with the earlier receipt.</DataWarning>}
        {(scan.problems ?? []).slice(0, 5).map((problem, index) => <DataWarning key={index}>{problem.message} {problem.position && <span className="mono-text">{problem.position}</span>}</DataWarning>)}
      </div>
    </section>
  );
}

function WhatChanged({ scan }: { readonly scan: Scan }): ReactElement {
  const kind = (useSearch({ strict: false }) as { readonly kind?: string }).kind;
  const applied = !RUNNING.has(scan.status) && scan.status !== 'rejected' && !scan.duplicateOf;
  const changes = useInfiniteQuery(changesQuery(scan.id, kind, applied));
  const [first] = changes.data?.pages ?? [];
  return (
    <section className="panel" aria-labelledby="changes-title">
      <div className="panel-head"><h2 id="changes-title">What changed in this scan</h2>{first && !first.decidesAbsence && <span className="meta">partial or superseded: it closes nothing</span>}</div>
      {!applied ? <div className="panel-body"><p className="muted">{scan.duplicateOf ? 'Nothing: the earlier receipt holds the changes.' : scan.status === 'rejected' ? 'Nothing: the report was refused.' : 'It is being applied; this page follows.'}</p></div>
        : changes.isError ? <div className="panel-body"><Failure error={changes.error} what="The changes" holds="The receipt’s counts hold." retry={() => void changes.refetch()} /></div>
          : !first ? <div className="panel-body"><Skeletons rows={6} height={48} /></div>
            : <><Kinds counts={first.counts} kind={kind} id={scan.id} /><Groups pages={changes.data?.pages ?? []} counts={first.counts} kind={kind} /></>}
      {changes.hasNextPage && <div className="panel-body"><button type="button" className="button small" disabled={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>Show more</button></div>}
    </section>
  );
}

/** Each count is a filter; kinds that are part of another one say so. */
function Kinds({ counts, kind, id }: { readonly counts: ScanChanges['counts']; readonly kind: string | undefined; readonly id: string }): ReactElement {
  const shown = CHANGE_KINDS.filter((one) => (counts[one.kind] ?? 0) > 0 || one.kind === kind);
  return (
    <nav className="change-kinds" aria-label="Kinds of changes">
      <Link to="/collect/scans/$id" params={{ id }} search={{}} className="change-kind" aria-current={kind === undefined ? 'true' : undefined}>All</Link>
      {shown.map((one) => <Link key={one.kind} to="/collect/scans/$id" params={{ id }} search={{ kind: one.kind }} className="change-kind" aria-current={kind === one.kind ? 'true' : undefined} title={`${one.says}${'within' in one ? ` Part of ${one.within}.` : ''}`}><b>{count(counts[one.kind] ?? 0)}</b> {one.label.toLowerCase()}</Link>)}
    </nav>
  );
}

function Groups({ pages, counts, kind }: { readonly pages: readonly ScanChanges[]; readonly counts: ScanChanges['counts']; readonly kind: string | undefined }): ReactElement {
  const groups = grouped(pages.flatMap((page) => page.items));
  if (groups.length === 0) return <Empty title={kind ? `No finding is ${kind} by this scan` : 'Nothing changed'}><p className="muted">{kind ? 'Other kinds may hold some.' : `It showed ${plural(counts['observed'] ?? 0, 'result')} that were known, as they were.`}</p></Empty>;
  return (
    <div className="change-groups">
      {groups.map((group) => (
        <section key={group.kind} aria-labelledby={`kind-${group.kind}`}>
          <div className="change-head"><h3 id={`kind-${group.kind}`}>{group.label}</h3><span className="meta">{group.says}{!kind && group.items.length < (counts[group.kind] ?? 0) ? ` ${count(group.items.length)} of ${count(counts[group.kind] ?? 0)} here.` : ''}</span></div>
          <ul>{group.items.map((one) => <Row key={`${one.kind}|${one.finding}`} one={one} />)}</ul>
        </section>
      ))}
    </div>
  );
}

function Row({ one }: { readonly one: ScanChange }): ReactElement {
  const at = place({ location: one.location, component: one.component, asset: '' });
  return (
    <li className="change-row">
      <Severity severity={one.severity as SeverityWord} letter />
      <span className="stack-tight">
        <Link to="/findings/$id" params={{ id: one.finding }} className="title-link break">{one.title || (one.mergedInto ? 'Merged into another finding' : 'A finding without observations')}</Link>
        <span className="meta"><span className="mono-text break">{at}</span>{one.rules.length > 0 && <> · {[...new Set(one.rules.map((rule) => rule.tool))].join(', ')}</>}</span>
        {one.join && <span className="meta">{whyWords(one.join).text} · {whyWords(one.join).detail}</span>}
        {one.flags.filter((flag) => FLAG_WORDS[flag]).map((flag) => <span key={flag} className="meta"><span className="tag dashed">in doubt</span> {FLAG_WORDS[flag]}</span>)}
      </span>
      <State state={one.status} />
    </li>
  );
}
