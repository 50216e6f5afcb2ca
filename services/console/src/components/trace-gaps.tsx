import type { ReactElement } from 'react';
import type { TraceGap } from '../api/types.js';
import { percent, shortName } from '../lib/format.js';
import { gapTitle } from '../trace/words.js';
import { Command, Mono } from './bits.js';

/** Every missing hop with its reason, how common it is, and the step that closes it. */
export function TraceGaps({ gaps }: { readonly gaps: readonly TraceGap[] }): ReactElement | null {
  if (gaps.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="gaps-title">
      <div className="panel-head"><h2 id="gaps-title">Missing hops</h2><span className="meta">they count as unknown, never as no</span></div>
      <ul className="gap-list">{alike(gaps).map((same) => <li key={`${same[0]?.hop} ${same[0]?.asset}`}><GapFacts gaps={same} /></li>)}</ul>
    </section>
  );
}

/** Gaps with one reason and one remedy are one piece of work. */
function alike(gaps: readonly TraceGap[]): readonly (readonly TraceGap[])[] {
  const found = new Map<string, TraceGap[]>();
  for (const gap of gaps) { const key = `${gap.hop}\n${gap.reason}\n${gap.remedy}`; found.set(key, [...found.get(key) ?? [], gap]); }
  return [...found.values()];
}

export function GapFacts({ gaps }: { readonly gaps: readonly TraceGap[] }): ReactElement | null {
  const first = gaps[0];
  if (!first) return null;
  return (
    <div className="stack-s">
      <p className="row-wrap"><span className="tag dashed">missing</span><b>{gapTitle(first.hop)}</b>{gaps.length > 1 ? <span className="meta">{gaps.length} times</span> : first.asset && <Mono text={first.asset} max={56} />}</p>
      <p>{first.reason.charAt(0).toUpperCase()}{first.reason.slice(1).replace(/\.$/, '')}.{typeof first.share === 'number' && first.share > 0 && <span className="muted"> {percent(first.share * 100, 100)} of such assets miss it.</span>}</p>
      {gaps.length > 1 && <p className="meta break">{gaps.slice(0, 12).map((gap) => shortName(gap.asset ?? '')).join(', ')}{gaps.length > 12 && ` and ${gaps.length - 12} more`}</p>}
      {first.remedy && <Command>{first.remedy}</Command>}
    </div>
  );
}
