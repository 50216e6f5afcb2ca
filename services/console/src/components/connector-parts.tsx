import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { change } from '../api/client.js';
import type { Connector } from '../api/types.js';
import { stateOf } from '../lib/connector-state.js';

export function ConnectorMark({ connector }: { readonly connector: Connector }): ReactElement {
  const state = stateOf(connector);
  return <span className={`tag ${state.tone}`}>{state.word}</span>;
}

/** Asks for a run at once; the answer stands beside the button, where the eye is. */
export function SyncNow({ connector, small = false }: { readonly connector: Connector; readonly small?: boolean }): ReactElement {
  const client = useQueryClient();
  const sync = useMutation({ mutationFn: () => change('POST', `/connectors/${encodeURIComponent(connector.id)}/sync`), onSuccess: () => { void client.invalidateQueries({ queryKey: ['connectors'] }); } });
  return (
    <span className="stack-tight sync">
      <button type="button" className={`button${small ? ' small' : ''}`} disabled={sync.isPending} onClick={() => sync.mutate()}>Sync now<span className="sr"> {connector.id}</span></button>
      <span className="meta" role="status">{sync.isSuccess ? 'queued' : sync.isError ? sync.error.message : ''}</span>
    </span>
  );
}
