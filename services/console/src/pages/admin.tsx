import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { tokensQuery } from '../api/queries.js';
import { Empty, Failure, Skeletons, Time } from '../components/bits.js';

export function Admin(): ReactElement {
  const tokens = useQuery(tokensQuery());
  return (
    <div className="page">
      <header className="page-head"><h1>Admin</h1></header>
      <section className="panel" aria-labelledby="tokens-title">
        <div className="panel-head"><h2 id="tokens-title">API tokens</h2><span className="meta">only their hashes are kept</span></div>
        {tokens.isError ? <div className="panel-body"><Failure error={tokens.error} what="The tokens" retry={() => void tokens.refetch()} /></div>
          : tokens.data === undefined ? <div className="panel-body"><Skeletons rows={3} /></div>
            : !tokens.data || tokens.data.items.length === 0 ? <Empty title="No token can be listed"><p className="muted">This platform names no token to the one you signed in with.</p></Empty>
              : (
                <div className="table-wrap"><table className="table cards-narrow">
                  <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Created</th><th scope="col">Last used</th><th scope="col">Expires</th></tr></thead>
                  <tbody>{tokens.data.items.map((token) => <tr key={token.id}><td data-label="Name" className="strong">{token.name}</td><td data-label="Role">{token.role}</td><td data-label="Created"><Time at={token.createdAt} /></td><td data-label="Last used"><Time at={token.lastUsedAt} /></td><td data-label="Expires">{token.expiresAt ? <Time at={token.expiresAt} /> : <span className="muted">no expiry</span>}</td></tr>)}</tbody>
                </table></div>
              )}
      </section>
    </div>
  );
}
