import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { connectorsQuery } from '../api/queries.js';
import type { Connector } from '../api/types.js';
import { Empty, Failure, Skeletons, Time } from '../components/bits.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { ConnectorMark, SyncNow } from '../components/connector-parts.js';
import { FORMS } from '../lib/connector-forms.js';
import { kindName } from '../lib/connector-state.js';
import { count, plural, sentenceCase } from '../lib/format.js';
import '../styles/chain.css';

export function Connectors(): ReactElement {
  const connectors = useQuery({ ...connectorsQuery(), refetchInterval: 15_000 });
  const items = connectors.data?.items ?? [];
  return (
    <div className="page">
      <header className="page-head"><h1>Collect</h1></header>
      <CollectTabs />
      <section className="panel" aria-labelledby="connectors-title">
        <div className="panel-head"><h2 id="connectors-title">Connectors</h2>{items.length > 0 && <Link to="/collect/connect" className="button primary small">Add a connector</Link>}</div>
        {connectors.isError ? <div className="panel-body"><Failure error={connectors.error} what="The connectors" retry={() => void connectors.refetch()} /></div>
          : !connectors.data ? <div className="panel-body"><Skeletons rows={4} height={64} /></div>
            : items.length === 0 ? <Empty title="No connector is set up"><p className="muted">A connector reads what scanners cannot see: builds, images, running services, load balancers, advisories.</p><div className="row-wrap">{FORMS.map((form, index) => <Link key={form.kind} to="/collect/connect" search={{ kind: form.kind }} className={`button${index === 0 ? ' primary' : ''}`}>Connect {form.name}</Link>)}</div></Empty>
              : <Table items={items} />}
      </section>
    </div>
  );
}

function Table({ items }: { readonly items: readonly Connector[] }): ReactElement {
  return (
    <div className="table-wrap"><table className="table cards-narrow connectors-table">
      <thead><tr><th scope="col">Connector</th><th scope="col">State</th><th scope="col">Last success</th><th scope="col">Next run</th><th scope="col">Brought</th><th scope="col">In the way</th><th scope="col"><span className="sr">Run</span></th></tr></thead>
      <tbody>{items.map((one) => (
        <tr key={one.id}>
          <td data-label="Connector"><span className="stack-tight"><Link to="/collect/connectors/$id" params={{ id: one.id }} className="strong break">{one.id}</Link><span className="meta">{kindName(one.kind)}</span></span></td>
          <td data-label="State"><ConnectorMark connector={one} /></td>
          <td data-label="Last success"><Time at={one.lastSuccess} /></td>
          <td data-label="Next run">{one.state === 'running' ? 'reads now' : one.nextRun ? <Time at={one.nextRun} /> : <span className="muted">{one.webhook ? 'when events come' : 'by schedule'}</span>}</td>
          <td data-label="Brought">{brought(one) || <span className="muted">nothing yet</span>}</td>
          <td data-label="In the way"><InTheWay of={one} /></td>
          <td data-label="Run"><SyncNow connector={one} small /></td>
        </tr>
      ))}</tbody>
    </table></div>
  );
}

/** Steps of the work say less than what it brought; the connector's own page has them all. */
const STEPS = new Set(['pages', 'pulls', 'loads', 'read', 'unchanged']);
const brought = (connector: Connector): string => Object.entries(connector.counts).filter(([name, value]) => value > 0 && !STEPS.has(name)).slice(0, 3).map(([name, value]) => `${count(value)} ${sentenceCase(name).toLowerCase()}`).join(', ');

function InTheWay({ of }: { readonly of: Connector }): ReactElement {
  const [error] = of.errors, [gap] = of.gaps;
  if (!error && !gap) return <span className="muted">nothing</span>;
  return <span className="stack-tight"><span className="clamp-2">{error?.text ?? gap?.text}</span><span className="meta">{[of.errors.length ? plural(of.errors.length, 'error') : '', of.gaps.length ? plural(of.gaps.length, 'gap') : ''].filter(Boolean).join(', ')}</span></span>;
}
