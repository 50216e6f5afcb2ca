import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Failure, Skeletons } from './bits.js';
import { Doc } from './doc.js';

/** The connectors' own documents of least permissions, each its own chunk: what is shown here is what is reviewed there. */
const DOCS = import.meta.glob<string>('../../../../libs/connectors/src/*/doc.md', { query: '?raw', import: 'default' });

export function Permissions({ kind }: { readonly kind: string }): ReactElement | null {
  const load = Object.entries(DOCS).find(([path]) => path.includes(`/${kind}/`))?.[1];
  const doc = useQuery({ queryKey: ['connector-doc', kind], queryFn: () => (load ? load() : ''), staleTime: Number.POSITIVE_INFINITY, enabled: load !== undefined });
  if (!load) return null;
  return (
    <section className="panel" aria-labelledby="permissions-title">
      <div className="panel-head"><h2 id="permissions-title">Least permissions</h2><span className="meta">what it needs, and what it cannot do with it</span></div>
      <div className="panel-body">{doc.isError ? <Failure error={doc.error} what="The document" retry={() => void doc.refetch()} /> : doc.data === undefined ? <Skeletons rows={3} /> : <Doc text={doc.data} />}</div>
    </section>
  );
}
