import { Link } from '@tanstack/react-router';
import { Fragment, type ReactElement } from 'react';
import type { Funnel } from '../api/types.js';
import { count, percent } from '../lib/format.js';
import { type FunnelColumn, funnelColumns } from '../lib/funnel.js';
import { Skeleton } from './bits.js';

/** The rows behind a step; each step keeps what the one before kept, unknown with yes. */
const ROWS: Readonly<Record<string, Record<string, string>>> = {
  unique: {}, deployed: { deployed: 'yes,unknown' }, exposed: { deployed: 'yes,unknown', exposed: 'yes,unknown' },
  reachable: { deployed: 'yes,unknown', exposed: 'yes,unknown', reachable: 'yes,unknown' },
  act: { deployed: 'yes,unknown', exposed: 'yes,unknown', reachable: 'yes,unknown', band: 'act' },
};

/**
 * Raw to act. Each column is the part kept of the one before, drawn against it; the wedge between two columns says that the kept part
 * becomes the next whole. Unproven rows are hatched, counted, and passed on.
 */
export function FunnelPicture({ funnel }: { readonly funnel: Funnel }): ReactElement {
  const columns = funnelColumns(funnel.steps);
  return (
    <ol className="funnel" style={{ gridTemplateColumns: columns.map((_, index) => (index === 0 ? 'minmax(0,1fr)' : '28px minmax(0,1fr)')).join(' ') }}>
      {columns.map((column, index) => (
        <Fragment key={column.name}>
          {index > 0 && <li className="funnel-wedge" aria-hidden="true"><Wedge kept={(columns[index - 1]?.provenShare ?? 0) + (columns[index - 1]?.unknownShare ?? 0)} /></li>}
          <FunnelStepView column={column} first={index === 0} />
        </Fragment>
      ))}
    </ol>
  );
}

function Wedge({ kept }: { readonly kept: number }): ReactElement {
  const top = 100 - Math.max(kept * 100, 1);
  return <svg viewBox="0 0 28 100" preserveAspectRatio="none" className="wedge"><path d={`M0 ${top}C14 ${top} 14 0 28 0V100H0Z`} /></svg>;
}

function FunnelStepView({ column, first }: { readonly column: FunnelColumn; readonly first: boolean }): ReactElement {
  const proven = Math.max(column.provenShare * 100, column.proven > 0 ? 1.5 : 0);
  const unknown = Math.max(column.unknownShare * 100, column.unknown > 0 ? 1.5 : 0);
  return (
    <li className={`funnel-step ${column.name}`}>
      <p className="funnel-label">{column.label}</p>
      <p className="funnel-count">{column.name === 'raw' ? <Link to="/collect/scans">{count(column.count)}</Link> : <Link to="/findings" search={ROWS[column.name] ?? {}}>{count(column.count)}</Link>}</p>
      <p className="meta funnel-kept">{first ? 'results of all scans' : `${percent(column.count, column.before)} kept`}</p>
      <div className="funnel-bar" aria-hidden="true"><i className="unknown" style={{ height: `${unknown}%`, width: `${unknown}%` }} /><i className="proven" style={{ height: `${proven}%`, width: `${proven}%` }} /></div>
      <p className="meta funnel-unknown">{column.unknown > 0 ? <Link to="/findings" search={UNKNOWN_ROWS[column.name] ?? {}}><span className="hatch-key" aria-hidden="true" />{count(column.unknown)} unproven</Link> : <>&nbsp;</>}</p>
    </li>
  );
}

const UNKNOWN_ROWS: Readonly<Record<string, Record<string, string>>> = {
  deployed: { deployed: 'unknown' }, exposed: { deployed: 'yes,unknown', exposed: 'unknown' }, reachable: { deployed: 'yes,unknown', exposed: 'yes,unknown', reachable: 'unknown' },
  act: { band: 'act', exposed: 'unknown' },
};

export function FunnelSkeleton(): ReactElement {
  return (
    <div className="funnel funnel-ghost" role="status">
      <span className="sr">Loading the funnel</span>
      {[0, 1, 2, 3, 4, 5].map((column) => <div key={column} className="funnel-step"><p className="funnel-label">&nbsp;</p><p className="funnel-count"><Skeleton height={32} width={72} /></p><p className="meta funnel-kept">&nbsp;</p><div className="funnel-bar"><Skeleton height={112} /></div><p className="meta funnel-unknown">&nbsp;</p></div>)}
    </div>
  );
}
