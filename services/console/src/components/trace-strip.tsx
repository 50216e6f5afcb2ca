import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactElement } from 'react';
import { traceQuery } from '../api/queries.js';
import { COLUMNS } from '../trace/columns.js';
import { strip, type StripStep } from '../trace/strip.js';
import { verdict } from '../trace/verdict.js';
import { gapTitle } from '../trace/words.js';
import { Failure, Skeleton } from './bits.js';
import { NodeIcon } from './node-icon.js';

/** The trace in one line: the strongest node of each column, the line between two of them, and the gaps. */
export function TraceStrip({ asset }: { readonly asset: string }): ReactElement {
  const forward = useQuery(traceQuery(asset, 'forward', ''));
  const backward = useQuery(traceQuery(asset, 'backward', ''));
  if (forward.isError) return <Failure error={forward.error} what="The trace" holds="The score was judged with the facts named above." retry={() => void forward.refetch()} />;
  if (!forward.data || backward.isPending) return <Skeleton height={76} />;
  const { steps, merged } = strip(forward.data, backward.data);
  return (
    <div className="stack-s">
      <p>{verdict(merged).text}</p>
      <ol className="strip">
        {steps.map((step, index) => (
          <Fragment key={COLUMNS[index]?.id ?? index}>
            {index > 0 && <li className={`strip-link ${step.style}`} aria-label={step.style === 'none' ? 'no link' : `${step.style} link`}><span aria-hidden="true">{step.label}</span></li>}
            <StripNode step={step} label={COLUMNS[index]?.label ?? ''} closed={index === 4 && (merged.exposure === 'none' || merged.exposure === 'internal')} />
          </Fragment>
        ))}
      </ol>
      {merged.gaps.slice(0, 3).map((gap, index) => <p key={index} className="meta"><b>{gapTitle(gap.hop)}:</b> {gap.reason}.</p>)}
    </div>
  );
}

function StripNode({ step, label, closed }: { readonly step: StripStep; readonly label: string; readonly closed: boolean }): ReactElement {
  if (!step.node && closed) return <li className="strip-node"><span className="meta">{label}</span><span className="muted">none</span></li>;
  if (!step.node) return <li className="strip-node gap"><span className="meta">{label}</span><span className="ellipsis">not known</span></li>;
  return (
    <li className="strip-node">
      <span className="meta row"><NodeIcon kind={step.node.kind} size={14} />{label}{step.more > 0 && ` +${step.more}`}</span>
      <Link to="/trace" search={{ from: step.node.urn }} className="ellipsis" title={step.node.urn}>{step.node.title}</Link>
    </li>
  );
}
