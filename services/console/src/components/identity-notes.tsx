import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { askForRescan, observationsQuery } from '../api/identity-queries.js';
import type { Observations, Rescan } from '../api/identity-types.js';
import { findingQuery } from '../api/queries.js';
import type { Finding } from '../api/types.js';
import { place } from '../lib/format.js';
import { FLAG_WORDS } from '../lib/identity-words.js';
import { useActorNames } from './actor-name.js';
import { DataWarning, Time } from './bits.js';
import { useKeys } from './keys.js';
import { MergeDialog } from './merge-dialog.js';
import { said } from './reason-form.js';
import { SplitDialog } from './split-dialog.js';

const RESCANNED: ReadonlySet<string> = new Set(['open', 'reopened', 'awaiting-verification']);

/** What a person can do about a finding's identity and evidence; each says what will happen before it does. */
export function IdentityActions({ finding }: { readonly finding: Finding }): ReactElement | null {
  const [open, setOpen] = useState<'split' | 'merge' | null>(null);
  const observations = useQuery(observationsQuery(finding.id));
  const client = useQueryClient();
  const rescan = useMutation({ mutationFn: () => askForRescan(finding.id), onSuccess: () => client.invalidateQueries({ queryKey: ['finding', finding.id] }) });
  const items = observations.data?.items ?? [];
  const asked = observations.data?.rescan;
  const waits = rescan.isSuccess || asked?.outcome === 'waiting';
  const live = finding.status !== 'retired';
  useKeys({ s: () => { if (items.length > 1) setOpen('split'); }, m: () => setOpen('merge') }, live);
  if (!live) return null;
  return (
    <div className="stack-s identity-actions">
      <div className="row-wrap">
        {RESCANNED.has(finding.status) && <button type="button" className="button small" disabled={rescan.isPending || waits} onClick={() => rescan.mutate()}>{waits ? 'Rescan asked for' : 'Ask for a rescan'}</button>}
        <button type="button" className="button small" onClick={() => setOpen('merge')}>Merge…</button>
        <button type="button" className="button small" disabled={items.length < 2} title={items.length < 2 ? 'It has one observation; there is nothing to split.' : undefined} onClick={() => setOpen('split')}>Split…</button>
      </div>
      <div role="status">{asked && <RescanLine rescan={asked} />}{rescan.isSuccess && <p className="meta">{rescan.data?.remedy ?? 'The next complete scan of its scope decides.'}</p>}{rescan.isError && <p className="problem">{said(rescan.error)}</p>}</div>
      {open === 'split' && <SplitDialog finding={finding} observations={items} onClose={() => setOpen(null)} />}
      {open === 'merge' && <MergeDialog finding={finding} candidates={observations.data?.candidates.map((one) => one.finding) ?? []} onClose={() => setOpen(null)} />}
    </div>
  );
}

const OUTCOMES: Readonly<Record<string, string>> = {
  waiting: 'the next complete scan of its scope decides: missed again, it is fixed', gone: 'the scan missed it', 'still-there': 'the scan still shows it', withdrawn: 'it was merged into another finding meanwhile',
};

function RescanLine({ rescan: { requestedAt, by, outcome } }: { readonly rescan: Rescan }): ReactElement {
  const nameOf = useActorNames([by]);
  return <p className="meta">{nameOf(by)} asked for a rescan <Time at={requestedAt} />: {OUTCOMES[outcome] ?? outcome}.</p>;
}

/** Where identity is in doubt, or decided by a person: a sentence each, with the findings concerned to open. */
export function IdentityNotes({ finding }: { readonly finding: Finding }): ReactElement | null {
  const observations = useQuery(observationsQuery(finding.id));
  const into = finding.mergedInto ?? /^merged into ([0-9a-f-]{36})$/.exec(finding.statusReason ?? '')?.[1];
  const flags = (finding.flags ?? []).filter((flag) => FLAG_WORDS[flag] !== undefined);
  if (!into && !finding.splitFrom && flags.length === 0) return null;
  return (
    <div className="stack-s">
      {into && <DataWarning remedy={<Link to="/findings/$id" params={{ id: into }} className="nowrap strong">Open it</Link>}>This finding is no more: it was merged into another one, which has its observations, clock and ticket.</DataWarning>}
      {finding.splitFrom && <DataWarning gap remedy={<Link to="/findings/$id" params={{ id: finding.splitFrom }} className="nowrap strong">Open it</Link>}>It was split from another finding; later scans keep the two apart. A merge undoes it.</DataWarning>}
      {flags.map((flag) => <DataWarning key={flag} gap>{FLAG_WORDS[flag]} <Candidates observations={observations.data} flag={flag} /></DataWarning>)}
    </div>
  );
}

function Candidates({ observations, flag }: { readonly observations: Observations | undefined; readonly flag: string }): ReactElement | null {
  const ids = (observations?.candidates ?? []).filter((one) => one.flag === flag).map((one) => one.finding).slice(0, 5);
  const found = useQueries({ queries: ids.map((id) => findingQuery(id)) });
  if (ids.length === 0) return null;
  return <span className="candidates">{ids.length === 1 ? 'Candidate:' : 'Candidates:'} {ids.map((id, index) => { const one = found[index]?.data; return <Link key={id} to="/findings/$id" params={{ id }}>{one ? `${one.title} (${place(one)})` : `finding …${id.slice(-8)}`}</Link>; })}</span>;
}
