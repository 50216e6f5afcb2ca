import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { deadLettersQuery } from '../api/queries.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { Empty, Failure, Mono, Skeletons, Time } from '../components/bits.js';

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
