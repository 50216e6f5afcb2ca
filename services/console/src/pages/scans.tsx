import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Fragment, type ReactElement } from 'react';
import { scansQuery } from '../api/queries.js';
import type { Scan, ScanCounts } from '../api/types.js';
import { Command, Copy, Empty, Failure, Mono, Skeletons, Time } from '../components/bits.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { State } from '../components/marks.js';
import { count, middleCut } from '../lib/format.js';
import { targetText } from '../lib/target.js';
import { receivedAt } from '../lib/today.js';
import { uploadCommand } from '../lib/commands.js';

export function Scans(): ReactElement {
  const scans = useQuery(scansQuery());
  const chosen = (useSearch({ strict: false }) as { scan?: string }).scan;
  return (
    <div className="page">
      <header className="page-head"><h1>Collect</h1></header>
      <CollectTabs />
      <section className="panel" aria-labelledby="scans-title">
        <div className="panel-head"><h2 id="scans-title">Scans</h2><span className="meta">reported = observed + quarantined</span></div>
        {scans.isError ? <div className="panel-body"><Failure error={scans.error} what="The receipts" retry={() => void scans.refetch()} /></div>
          : !scans.data ? <div className="panel-body"><Skeletons rows={6} /></div>
            : scans.data.items.length === 0 ? <Empty title="No scan has arrived"><p className="muted">Send the first report; its format is detected.</p></Empty>
              : <ScanTable scans={scans.data.items} chosen={chosen} />}
      </section>
      <section className="panel" aria-labelledby="upload-title">
        <div className="panel-head"><h2 id="upload-title">Upload a report</h2></div>
        <div className="panel-body stack-s"><Command>{uploadCommand(location.origin)}</Command><p className="meta">The answer is a receipt. The same report again changes nothing. In a pipeline, <code>throughline upload report.sarif --wait</code> fills repository, branch, commit and build.</p></div>
      </section>
    </div>
  );
}

function ScanTable({ scans, chosen }: { readonly scans: readonly Scan[]; readonly chosen: string | undefined }): ReactElement {
  return (
    <div className="table-wrap">
      <table className="table cards-narrow">
        <thead><tr><th scope="col">Received</th><th scope="col">Status</th><th scope="col">Tool</th><th scope="col">Target</th><th scope="col">Results</th><th scope="col">What changed</th></tr></thead>
        <tbody>{scans.map((scan) => <ScanRow key={scan.id} scan={scan} flash={scan.id === chosen} />)}</tbody>
      </table>
    </div>
  );
}

function ScanRow({ scan, flash }: { readonly scan: Scan; readonly flash: boolean }): ReactElement {
  const at = receivedAt(scan);
  return (
    <tr className={flash ? 'flash' : undefined}>
      <td data-label="Received"><span className="stack-tight">{at ? <Time at={at} /> : '–'}<span className="copyable"><Link to="/collect/scans/$id" params={{ id: scan.id }} className="mono-text nowrap" title={scan.id}>{middleCut(scan.id, 13)}</Link><Copy text={scan.id} label={`Copy ${scan.id}`} /></span></span></td>
      <td data-label="Status"><span className="stack-tight"><span><State state={scan.status} /></span>{scan.coverage !== 'complete' && scan.status !== 'rejected' && <span className="meta">{scan.coverage} coverage</span>}{scan.duplicateOf && <span className="meta">same as an earlier one</span>}</span></td>
      <td data-label="Tool"><span className="stack-tight"><span>{scan.tool || 'unknown'}</span><span className="meta">{scan.format}</span></span></td>
      <td data-label="Target"><Mono text={targetText(scan.target) || scan.fileName || ''} max={52} copy={false} /></td>
      <td data-label="Results"><span className="stack-tight"><Link to="/findings" search={{ scan: scan.id, status: 'all' }}>{count(scan.counts?.reported ?? 0)} reported</Link>{(scan.counts?.quarantined ?? 0) > 0 && <span className="due-soon nowrap">{count(scan.counts.quarantined)} quarantined</span>}</span></td>
      <td data-label="Changed"><Counts scan={scan} /><Problems scan={scan} /></td>
    </tr>
  );
}

const CHANGES = ['new', 'changed', 'reopened', 'unchanged', 'merged', 'absent', 'fixed'] as const satisfies readonly (keyof ScanCounts)[];

/** Of a scan that is the same as an earlier one, nothing is listed: that one holds the changes. */
const LISTED: ReadonlySet<string> = new Set(['new', 'changed', 'reopened', 'absent', 'fixed']);

function Counts({ scan: { id, counts } }: { readonly scan: Scan }): ReactElement {
  const told = CHANGES.filter((name) => (counts?.[name] ?? 0) > 0);
  if (told.length === 0) return <span className="muted">nothing</span>;
  const text = (name: keyof ScanCounts): ReactElement => <><b>{count(counts?.[name] ?? 0)}</b> {name}</>;
  return <span className="counts">{told.map((name) => (LISTED.has(name) ? <Link key={name} to="/collect/scans/$id" params={{ id }} search={{ kind: name }}>{text(name)}</Link> : <span key={name}>{text(name)}</span>))}</span>;
}

function Problems({ scan }: { readonly scan: Scan }): ReactElement | null {
  const problems = scan.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <details className="problems-box"><summary className="meta">{problems.length} {problems.length === 1 ? 'problem' : 'problems'}</summary>
      <dl className="problems facts">{problems.slice(0, 20).map((problem, index) => <Fragment key={index}><dt className="mono-text">{problem.position || problem.code}</dt><dd>{problem.message}</dd></Fragment>)}</dl>
    </details>
  );
}
