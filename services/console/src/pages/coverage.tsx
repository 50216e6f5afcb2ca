import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { coverageQuery, missingHopQuery } from '../api/chain-queries.js';
import type { HopCoverage } from '../api/chain-types.js';
import { Command, DataWarning, Empty, Failure, Mono, Skeletons } from '../components/bits.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { NodeIcon } from '../components/node-icon.js';
import { count, percent, plural } from '../lib/format.js';
import { barOf, hopWords, methodsOf } from '../trace/hop-words.js';
import { kindWord } from '../trace/words.js';
import '../styles/chain.css';

/** How much of the chain is known, hop by hop: what every number elsewhere rests on. */
export function Coverage(): ReactElement {
  const found = useQuery(coverageQuery());
  const hops = found.data ?? [];
  const owner = hops.find((hop) => hop.hop === 'owner');
  return (
    <div className="page">
      <header className="page-head"><h1>Collect</h1></header>
      <CollectTabs />
      <section className="panel" aria-labelledby="coverage-title">
        <div className="panel-head"><h2 id="coverage-title">Coverage of the chain</h2><ul className="legend coverage-legend" aria-label="Legend"><li><i className="bar-key verified" />verified</li><li><i className="bar-key recorded" />recorded</li><li><i className="bar-key inferred" />inferred</li><li><i className="bar-key missing" />missing</li></ul></div>
        {found.isError ? <div className="panel-body"><Failure error={found.error} what="The coverage" holds="Traces name their own gaps meanwhile." retry={() => void found.refetch()} /></div>
          : !found.data ? <div className="panel-body"><Skeletons rows={8} height={72} /></div>
            : hops.every((hop) => hop.assets === 0) ? <Empty title="Nothing is in the chain yet"><p className="muted">Coverage is measured over the images and services that connectors, uploads and deployment records name.</p><Link to="/collect/connectors" className="button primary">Set up a connector</Link></Empty>
              : <ul className="hops">{hops.map((hop) => <Hop key={hop.hop} hop={hop} />)}</ul>}
      </section>
      {owner && owner.missing > 0 && <Unowned missing={owner.missing} />}
    </div>
  );
}

function Hop({ hop }: { readonly hop: HopCoverage }): ReactElement {
  const words = hopWords(hop.hop);
  return (
    <li className="hop" id={`hop-${hop.hop}`}>
      <div className="hop-name"><h3>{words.title}</h3><p className="meta">{words.asks}</p></div>
      <div className="stack-s">
        <p className="row between hop-figures"><span><b className="hop-share">{percent(hop.known, hop.assets)}</b> <span className="muted">{hop.assets === 0 ? 'nothing to measure yet' : `${count(hop.known)} of ${plural(hop.assets, words.of)}`}</span></span>
          {hop.missing > 0 ? <Link to="/collect/coverage/$hop" params={{ hop: hop.hop }}>{plural(hop.missing, words.of)} {hop.missing === 1 ? 'misses' : 'miss'} it</Link> : hop.assets > 0 && <span className="due-ok">complete</span>}</p>
        <Bar hop={hop} />
        <p className="meta">{methodsOf(hop).join(' · ')}</p>
        {hop.missing > 0 && hop.remedy && <details className="hop-remedy"><summary>What closes it</summary><Command>{hop.remedy}</Command></details>}
      </div>
    </li>
  );
}

/** Trust from left to right; the pattern tells what the colour does. */
function Bar({ hop }: { readonly hop: HopCoverage }): ReactElement {
  const parts = barOf(hop);
  return (
    <div className="hop-bar" role="img" aria-label={parts.map((part) => `${part.count} ${part.kind}`).join(', ') || 'nothing to measure'}>
      {parts.map((part) => <i key={part.kind} className={part.kind} style={{ width: `${part.share * 100}%` }} title={`${count(part.count)} ${part.kind}`} />)}
    </div>
  );
}

function Unowned({ missing }: { readonly missing: number }): ReactElement {
  const found = useQuery(missingHopQuery('owner'));
  return (
    <section className="panel" aria-labelledby="unowned-title">
      <div className="panel-head"><h2 id="unowned-title">Unowned</h2><Link to="/collect/coverage/$hop" params={{ hop: 'owner' }}>All {count(missing)}</Link></div>
      {found.isError ? <div className="panel-body"><Failure error={found.error} what="The unowned assets" retry={() => void found.refetch()} /></div>
        : !found.data ? <div className="panel-body"><Skeletons rows={3} /></div>
          : <ul className="rows unowned">{found.data.items.slice(0, 5).map((one) => <li key={one.asset}><NodeIcon kind={kindOf(one.kind)} /><Link to="/trace" search={{ from: one.asset }} className="strong ellipsis" title={one.asset}>{one.name}</Link><span className="meta">{kindWord(one.kind)}</span><Link to="/findings" search={{ q: one.name }}>Findings</Link></li>)}</ul>}
      <p className="panel-body meta">No rule, CODEOWNERS line, tag or repository team names an owner for these: their findings wait for no one.</p>
    </section>
  );
}

const kindOf = (kind: string): string => (kind === 'repo' ? 'repository' : kind);

/** The assets that miss one hop: what to repair, and how. */
export function MissingAt(): ReactElement {
  const { hop } = useParams({ from: '/app/collect/coverage/$hop' });
  const found = useQuery(missingHopQuery(hop));
  const words = hopWords(hop);
  const remedies = [...new Set((found.data?.items ?? []).map((one) => one.remedy).filter(Boolean))];
  return (
    <div className="page">
      <Link to="/collect/coverage" className="back">← Coverage</Link>
      <header className="page-head"><div className="stack-s"><h1>{words.missing}</h1><p className="lead muted">{words.why}</p></div></header>
      {found.data?.more && <DataWarning gap>The first 500 are shown.</DataWarning>}
      {remedies.length > 0 && <section className="panel" aria-labelledby="fix-title"><div className="panel-head"><h2 id="fix-title">Fix this</h2></div><div className="panel-body stack">{remedies.slice(0, 3).map((remedy) => <Command key={remedy}>{remedy}</Command>)}</div></section>}
      <section className="panel" aria-label={words.missing}>
        {found.isError ? <div className="panel-body"><Failure error={found.error} what="This list" retry={() => void found.refetch()} /></div>
          : !found.data ? <div className="panel-body"><Skeletons rows={6} /></div>
            : found.data.items.length === 0 ? <Empty title="Nothing misses this hop"><p className="muted">Every asset that needs it has it.</p></Empty>
              : (
                <div className="table-wrap"><table className="table cards-narrow">
                  <thead><tr><th scope="col">Asset</th><th scope="col">Kind</th><th scope="col">Why it is missing</th><th scope="col">URN</th></tr></thead>
                  <tbody>{found.data.items.map((one) => <tr key={one.asset}><td data-label="Asset"><Link to="/trace" search={{ from: one.asset }} className="strong break">{one.name}</Link></td><td data-label="Kind">{kindWord(one.kind)}</td><td data-label="Why">{one.reason}</td><td data-label="URN"><Mono text={one.asset} max={48} /></td></tr>)}</tbody>
                </table></div>
              )}
      </section>
    </div>
  );
}
