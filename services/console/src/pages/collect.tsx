import { useQuery } from '@tanstack/react-query';
import { Fragment, type ReactElement } from 'react';
import { connectorsQuery, deadLettersQuery } from '../api/queries.js';
import type { Connector } from '../api/types.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { Command, DataWarning, Empty, Failure, Mono, Skeletons, Time } from '../components/bits.js';
import { connectorCommand } from '../lib/commands.js';
import { count, sentenceCase } from '../lib/format.js';

export function Connectors(): ReactElement {
  const connectors = useQuery(connectorsQuery());
  return (
    <div className="page">
      <header className="page-head"><h1>Collect</h1></header>
      <CollectTabs />
      {connectors.isError ? <Failure error={connectors.error} what="The connectors" retry={() => void connectors.refetch()} />
        : !connectors.data ? <Skeletons rows={3} height={120} />
          : connectors.data.items.length === 0 ? <section className="panel"><Empty title="No connector is set up"><p className="muted">A connector pulls what scanners cannot see: builds, images, running services, load balancers, advisories.</p><Command>{connectorCommand(location.origin)}</Command></Empty></section>
            : <div className="tiles">{connectors.data.items.map((one) => <ConnectorTile key={one.id} connector={one} />)}</div>}
    </div>
  );
}

const words = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'object' && value !== null ? String((value as { message?: unknown; reason?: unknown }).message ?? (value as { reason?: unknown }).reason ?? JSON.stringify(value)) : String(value));

function ConnectorTile({ connector }: { readonly connector: Connector }): ReactElement {
  const failed = (connector.errors?.length ?? 0) > 0;
  return (
    <section className="panel tile" aria-label={connector.id}>
      <div className="row between"><h2>{connector.id}</h2><span className={`tag ${failed ? 'bad' : connector.lastSuccess ? 'ok' : ''}`}>{failed ? 'Failed' : connector.lastSuccess ? 'Healthy' : 'Not run yet'}</span></div>
      <dl className="facts">
        <dt>Kind</dt><dd>{connector.kind}</dd>
        <dt>Last success</dt><dd><Time at={connector.lastSuccess} /></dd>
        {Object.entries(connector.counts ?? {}).map(([name, value]) => <Fragment key={name}><dt>{sentenceCase(name)}</dt><dd>{count(value)}</dd></Fragment>)}
      </dl>
      {connector.errors?.slice(0, 3).map((error, index) => <DataWarning key={index}>{words(error)}</DataWarning>)}
      {connector.gaps?.slice(0, 3).map((gap, index) => <DataWarning key={index} gap>{words(gap)}</DataWarning>)}
    </section>
  );
}

export function DeadLetters(): ReactElement {
  const letters = useQuery(deadLettersQuery());
  return (
    <div className="page">
      <header className="page-head"><h1>Collect</h1></header>
      <CollectTabs />
      <section className="panel" aria-labelledby="letters-title">
        <div className="panel-head"><h2 id="letters-title">Dead letters</h2><span className="meta">records that a service could not apply, kept as they came</span></div>
        {letters.isError ? <div className="panel-body"><Failure error={letters.error} what="The dead letters" retry={() => void letters.refetch()} /></div>
          : !letters.data ? <div className="panel-body"><Skeletons rows={4} /></div>
            : letters.data.length === 0 ? <Empty title="Every record was applied"><p className="muted">A record that cannot be read or applied would wait here, whole, until somebody decides.</p></Empty>
              : (
                <div className="table-wrap"><table className="table cards-narrow">
                  <thead><tr><th scope="col">When</th><th scope="col">Step</th><th scope="col">Why</th><th scope="col">Topic</th><th scope="col">Position</th></tr></thead>
                  <tbody>{letters.data.map((one) => <tr key={one.id}><td data-label="When"><Time at={one.at} /></td><td data-label="Step">{one.step}</td><td data-label="Why"><span className="stack-tight"><span>{one.reason}</span><span className="meta">{one.code}</span></span></td><td data-label="Topic"><Mono text={one.topic} max={36} copy={false} /></td><td data-label="Position"><Mono text={one.position} max={24} copy={false} /></td></tr>)}</tbody>
                </table></div>
              )}
      </section>
    </div>
  );
}
