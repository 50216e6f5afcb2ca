import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Fragment, type ReactElement, useState } from 'react';
import { change } from '../api/client.js';
import { connectorQuery } from '../api/queries.js';
import type { Connector, ConnectorProblem } from '../api/types.js';
import { Command, Failure, Mono, Skeletons, Time } from '../components/bits.js';
import { ConnectorMark, SyncNow } from '../components/connector-parts.js';
import { Permissions } from '../components/permissions.js';
import { formOf } from '../lib/connector-forms.js';
import { isFeed, kindName } from '../lib/connector-state.js';
import { count, sentenceCase } from '../lib/format.js';
import '../styles/chain.css';

export function ConnectorPage(): ReactElement {
  const { id } = useParams({ from: '/app/collect/connectors/$id' });
  const found = useQuery(connectorQuery(id));
  return (
    <div className="page">
      <Link to="/collect/connectors" className="back">← Connectors</Link>
      {found.isError ? <><h1>{id}</h1><Failure error={found.error} what="This connector" retry={() => void found.refetch()} /></>
        : !found.data ? <><h1>{id}</h1><Skeletons rows={4} height={72} /></> : <Loaded connector={found.data} />}
    </div>
  );
}

function Loaded({ connector }: { readonly connector: Connector }): ReactElement {
  return (
    <>
      <header className="page-head">
        <div className="stack-s"><h1 className="break">{connector.id}</h1><p className="row-wrap"><ConnectorMark connector={connector} /><span className="muted">{kindName(connector.kind)} · version {connector.version || '1'}, saved <Time at={connector.updatedAt} /></span></p></div>
        <div className="row-wrap">{formOf(connector.kind) && <Link to="/collect/connect" search={{ kind: connector.kind, id: connector.id }} className="button">Edit</Link>}<SyncNow connector={connector} /></div>
      </header>
      <div className="finding-grid">
        <div className="stack">
          <Problems title="Errors" none="The last run met no error." items={connector.errors} />
          <Problems title="What it cannot see" none="Nothing is known to be hidden from it." items={connector.gaps} />
          <Permissions kind={connector.kind} />
        </div>
        <aside className="panel stack panel-body" aria-label="Facts">
          <dl className="facts">
            <dt>Last success</dt><dd><Time at={connector.lastSuccess} /></dd>
            <dt>Next run</dt><dd>{connector.state === 'waiting' && connector.waitsUntil ? <>told to wait, goes on <Time at={connector.waitsUntil} /></> : connector.state === 'running' ? 'reads now' : connector.nextRun ? <Time at={connector.nextRun} /> : <span className="muted">{connector.webhook ? 'when events come' : 'by schedule'}</span>}</dd>
            {Object.entries(connector.counts).map(([name, value]) => <Fragment key={name}><dt>{sentenceCase(name)}</dt><dd>{count(value)}</dd></Fragment>)}
            {connector.secrets.length > 0 && <><dt>Secrets</dt><dd>{connector.secrets.map((name) => sentenceCase(name)).join(', ')} <span className="muted">(stored, never shown)</span></dd></>}
            {connector.webhook && <><dt>Webhook</dt><dd><Mono text={connector.webhook} max={36} /></dd></>}
          </dl>
          <Configuration of={connector.config} />
          <Delete connector={connector} />
        </aside>
      </div>
    </>
  );
}

function Problems({ title, none, items }: { readonly title: string; readonly none: string; readonly items: readonly ConnectorProblem[] }): ReactElement {
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head"><h2>{title}</h2>{items.length > 0 && <span className="meta">{items.length}</span>}</div>
      {items.length === 0 ? <p className="panel-body muted">{none}</p> : (
        <ul className="problem-list">{items.slice(0, 30).map((one, index) => (
          <li key={index} className="stack-s"><p className="break"><b>{one.text}</b></p><p className="meta break">{[one.scope, one.code].filter(Boolean).join(' · ')}{one.at && <> · <Time at={one.at} /></>}</p>{one.remedy && <Command>{one.remedy}</Command>}</li>
        ))}</ul>
      )}
    </section>
  );
}

function Configuration({ of }: { readonly of: Readonly<Record<string, unknown>> }): ReactElement | null {
  if (Object.keys(of).length === 0) return null;
  return <details><summary>Configuration</summary><pre className="remedy" tabIndex={0}>{JSON.stringify(of, null, 2)}</pre></details>;
}

/** Twice, since the cursor and the secrets go with it; what it brought stays. */
function Delete({ connector }: { readonly connector: Connector }): ReactElement {
  const [sure, setSure] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({ mutationFn: () => change('DELETE', `/connectors/${encodeURIComponent(connector.id)}`), onSuccess: async () => { await client.invalidateQueries({ queryKey: ['connectors'], exact: true }); void navigate({ to: '/collect/connectors' }); } });
  if (!sure) return <button type="button" className="button small danger" onClick={() => setSure(true)}>Delete{isFeed(connector.kind) ? ' this feed' : ''}</button>;
  return (
    <div className="stack-s" role="alert">
      <p>Its secrets and its place in the system go; the facts that it brought stay, and grow stale.</p>
      <div className="row-wrap"><button type="button" className="button small danger" disabled={remove.isPending} onClick={() => remove.mutate()}>Delete {connector.id}</button><button type="button" className="button small" onClick={() => setSure(false)}>Keep it</button></div>
      {remove.isError && <p className="problem">{remove.error.message}</p>}
    </div>
  );
}
