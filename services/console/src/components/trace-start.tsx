import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useDeferredValue, useState } from 'react';
import { assetSearchQuery } from '../api/chain-queries.js';
import { topFindingsQuery } from '../api/queries.js';
import type { Asset } from '../api/types.js';
import { jumpOf } from '../lib/jump.js';
import { shortName } from '../lib/format.js';
import type { TraceSearch } from '../router.js';
import { kindWord } from '../trace/words.js';
import { Failure, Mono, Skeletons } from './bits.js';
import { Band } from './marks.js';
import { NodeIcon } from './node-icon.js';
import { TraceTabs } from './trace-tabs.js';
import '../styles/chain.css';

const KINDS = ['repository', 'commit', 'build', 'image', 'service', 'load-balancer', 'endpoint', 'team'] as const;
/** Kinds that stand at the end of the chain: their trace is read backwards. */
const BACKWARD = new Set(['service', 'task', 'load-balancer', 'endpoint', 'listener', 'listener-rule', 'target-group', 'cloud-resource']);

/** Where to start a trace: any asset by name, any id, or the asset of one of the worst findings. */
export function TraceStart({ search }: { readonly search: TraceSearch }): ReactElement {
  const [text, setText] = useState(search.q ?? '');
  const navigate = useNavigate({ from: '/trace' });
  const change = (next: Partial<TraceSearch>): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  const jump = jumpOf(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (jump?.kind === 'trace') void navigate({ search: { from: jump.from } });
    else if (jump?.kind === 'identifier') void navigate({ to: '/trace/blast-radius', search: { identifier: jump.id } } as never);
  };
  const asking = text.trim().length >= 2 && !jump;
  return (
    <div className="page">
      <header className="stack-s"><h1>Trace</h1><p className="lead muted">From code to where the internet reaches it, or back to the commit and the team.</p></header>
      <TraceTabs />
      <form className="stack-s" onSubmit={submit} role="search">
        <div className="row">
          <label className="sr" htmlFor="trace-from">Search an asset, or paste a URN, ARN, digest or CVE</label>
          <input id="trace-from" className="field grow big" autoFocus value={text} placeholder="Search an asset, or paste a URN, ARN, digest or CVE" spellCheck={false} onChange={(event) => { setText(event.target.value); change({ q: event.target.value || undefined }); }} />
          {jump && <button type="submit" className="button primary">{jump.kind === 'identifier' ? 'Blast radius' : 'Trace'}</button>}
        </div>
        <div className="row-wrap" role="group" aria-label="Kind">{KINDS.map((kind) => <button key={kind} type="button" className="button small kind-chip" aria-pressed={search.kind === kind} onClick={() => change({ kind: search.kind === kind ? undefined : kind })}><NodeIcon kind={kind} size={14} />{kindWord(kind)}</button>)}</div>
      </form>
      {asking || search.kind ? <Results q={jump ? '' : text.trim()} kind={search.kind ?? ''} /> : <Worst />}
    </div>
  );
}

function Results({ q, kind }: { readonly q: string; readonly kind: string }): ReactElement {
  const found = useQuery(assetSearchQuery(useDeferredValue(q), kind));
  const items = found.data?.items ?? [];
  return (
    <section className="panel" aria-labelledby="results-title">
      <div className="panel-head"><h2 id="results-title">Assets</h2><span className="meta" aria-live="polite">{found.data ? `${items.length}${found.data.more ? '+' : ''} found` : ''}</span></div>
      {found.isError ? <div className="panel-body"><Failure error={found.error} what="The assets" retry={() => void found.refetch()} /></div>
        : !found.data ? <div className="panel-body"><Skeletons rows={5} /></div>
          : items.length === 0 ? <p className="panel-body muted">No asset has “{q}” in its name or URN{kind && ` among ${kindWord(kind)}s`}. Part of a name is enough; a digest needs no registry.</p>
            : <ul className="rows asset-rows">{items.map((asset) => <Row key={asset.urn} asset={asset} />)}</ul>}
    </section>
  );
}

function Row({ asset }: { readonly asset: Asset }): ReactElement {
  const backward = BACKWARD.has(asset.kind);
  return (
    <li>
      <span className="row asset-name"><NodeIcon kind={asset.kind} /><span className="stack-tight"><Link to="/trace" search={{ from: asset.urn, ...(backward ? { direction: 'backward' } : {}) }} className="strong break">{asset.name || shortName(asset.urn)}</Link><span className="meta">{kindWord(asset.kind)}</span></span></span>
      <Mono text={asset.urn} max={60} />
      <span className="row-wrap asset-ways"><Link to="/trace" search={{ from: asset.urn }}>Forward →<span className="sr"> from {asset.name}</span></Link><Link to="/trace" search={{ from: asset.urn, direction: 'backward' }}>← Backward<span className="sr"> from {asset.name}</span></Link><Link to="/trace/blast-radius" search={{ from: asset.urn }}>Blast radius<span className="sr"> of {asset.name}</span></Link></span>
    </li>
  );
}

function Worst(): ReactElement {
  const top = useQuery(topFindingsQuery({ deployed: 'yes,unknown' }, 50));
  const assets = [...new Map((top.data?.items ?? []).map((one) => [one.asset, one])).values()].slice(0, 8);
  return (
    <section className="panel" aria-labelledby="start-title">
      <div className="panel-head"><h2 id="start-title">Start from the worst</h2></div>
      {top.isError ? <div className="panel-body"><Failure error={top.error} what="The worst findings" retry={() => void top.refetch()} /></div>
        : !top.data ? <div className="panel-body"><Skeletons rows={4} /></div>
          : assets.length === 0 ? <p className="panel-body muted">No finding is on an asset that runs. Search above, or send a scan first.</p>
            : <ul className="rows start-rows">{assets.map((one) => <li key={one.asset}><Band band={one.band} score={one.score} /><Link to="/trace" search={{ from: one.asset }} className="ellipsis strong">{shortName(one.asset)}</Link><span className="meta ellipsis">{one.title}</span></li>)}</ul>}
    </section>
  );
}
