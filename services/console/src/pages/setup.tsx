import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { connectorsQuery, durableQuery, scansQuery, topFindingsQuery } from '../api/queries.js';
import { Command, Failure, Skeletons } from '../components/bits.js';
import { Icon } from '../components/icons.js';
import { connectorCommand, deploymentCommand, imageCommand, teamCommand, uploadCommand } from '../lib/commands.js';

interface Step { readonly key: string; readonly title: string; readonly done: boolean; readonly says: string; readonly command: string }

/** From nothing to the first ranked finding: each step is checked live against the data and has its command. */
export function Setup(): ReactElement {
  const poll = { refetchInterval: 5000 } as const;
  const scans = useQuery(scansQuery());
  const deployed = useQuery({ ...topFindingsQuery({ deployed: 'yes', status: 'all' }, 1), ...poll });
  const ranked = useQuery({ ...topFindingsQuery({}, 1), ...poll });
  const owned = useQuery({ ...durableQuery('teams'), ...poll, staleTime: 0 });
  const connectors = useQuery({ ...connectorsQuery(), ...poll });
  if (scans.isError) return <div className="page"><h1>Set up</h1><Failure error={scans.error} what="The state of the set-up" retry={() => void scans.refetch()} /></div>;
  if (!scans.data) return <div className="page"><h1>Set up</h1><Skeletons rows={5} height={80} /></div>;
  const of = (name: string): boolean => scans.data.items.some((scan) => JSON.stringify(scan.target ?? '').includes(name));
  const origin = location.origin;
  const steps: readonly Step[] = [
    { key: 'scan', title: 'Send one scan of a repository', done: scans.data.items.some((scan) => scan.status === 'done' || scan.status === 'partial'), says: 'SARIF from any tool, or the native report of Trivy, Gitleaks, Checkov or ZAP. The format is detected.', command: uploadCommand(origin) },
    { key: 'image', title: 'Send one scan of an image', done: of('sha256:') || of('image:'), says: 'By digest, so that the flaw can be followed to where the image runs.', command: imageCommand(origin) },
    { key: 'runtime', title: 'Say what runs', done: (deployed.data?.items.length ?? 0) > 0, says: 'A deployment record from the pipeline, or a read-only connector to the cloud account.', command: deploymentCommand(origin) },
    { key: 'builds', title: 'Connect the builds', done: connectors.data?.items.some((one) => one.kind === 'github') ?? false, says: 'So that an image leads back to its commit. Read-only.', command: connectorCommand(origin) },
    { key: 'owner', title: 'Name an owner', done: (owned.data?.items.length ?? 0) > 0, says: 'CODEOWNERS files are read by themselves; a team can also be named by hand.', command: teamCommand(origin) },
  ];
  const next = steps.find((step) => !step.done)?.key;
  const first = ranked.data?.items[0];
  return (
    <div className="page">
      <header className="today-head"><h1 className="hero">{first ? 'The first ranked finding is there.' : 'Five steps to the first ranked finding.'}</h1>
        <p className="muted lead">{first ? <Link to="/findings/$id" params={{ id: first.id }}>{first.title}</Link> : <>Each is checked as you go. The commands read your token from <code>THROUGHLINE_TOKEN</code>.</>}</p></header>
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={step.key} className={`panel step${step.done ? ' done' : ''}${step.key === next ? ' next' : ''}`}>
            <span className="step-mark">{step.done ? <Icon name="check" size={16} /> : index + 1}</span>
            <div className="stack-s"><h2>{step.title}{step.done && <span className="sr"> (done)</span>}</h2><p className="muted">{step.says}</p>{!step.done && <Command>{step.command}</Command>}</div>
          </li>
        ))}
      </ol>
    </div>
  );
}
