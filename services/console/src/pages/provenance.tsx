import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { attestationsQuery, provenanceQuery, saveProvenance } from '../api/chain-queries.js';
import type { ProvenancePolicy } from '../api/chain-types.js';
import { AttestationFacts } from '../components/attestations.js';
import { Command, DataWarning, Empty, Failure, Skeletons, Time } from '../components/bits.js';
import { CollectTabs } from '../components/collect-tabs.js';
import { middleCut, plural, shortName } from '../lib/format.js';
import { jumpOf } from '../lib/jump.js';
import { keyProblems, readKeys, writeKeys } from '../lib/provenance-keys.js';
import '../styles/chain.css';

/** Whose signatures we believe, and what was signed of an image. */
export function Provenance(): ReactElement {
  const policy = useQuery(provenanceQuery());
  const { image, status } = useSearch({ from: '/app/collect/provenance' }) as { readonly image?: string; readonly status?: string };
  return (
    <div className="page">
      <header className="page-head"><h1>Collect</h1></header>
      <CollectTabs />
      <div className="connect-grid">
        <section className="panel" aria-labelledby="policy-title">
          <div className="panel-head"><h2 id="policy-title">Provenance policy</h2>{policy.data?.version && <span className="meta">version {policy.data.version}{policy.data.author && ` by ${middleCut(policy.data.author, 20)}`}{policy.data.changedAt && <>, <Time at={policy.data.changedAt} /></>}</span>}</div>
          <div className="panel-body">{policy.isError ? <Failure error={policy.error} what="The policy" retry={() => void policy.refetch()} /> : !policy.data ? <Skeletons rows={5} height={64} /> : <PolicyForm key={policy.data.version} policy={policy.data} />}</div>
        </section>
        <Attestations image={image ?? ''} status={status ?? ''} />
      </div>
    </div>
  );
}

const linesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

function PolicyForm({ policy }: { readonly policy: ProvenancePolicy }): ReactElement {
  const [keys, setKeys] = useState(writeKeys(policy.keys));
  const [builders, setBuilders] = useState(policy.builders.join('\n'));
  const [issuers, setIssuers] = useState(policy.issuers.join('\n'));
  const [identities, setIdentities] = useState(policy.identities.join('\n'));
  const [root, setRoot] = useState('');
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const save = useMutation({ mutationFn: () => saveProvenance({ keys: readKeys(keys), builders: linesOf(builders), issuers: linesOf(issuers), identities: linesOf(identities), trustedRoot: root.trim() ? JSON.parse(root) as Record<string, unknown> : policy.trustedRoot }, reason.trim()), onSuccess: async () => { await client.invalidateQueries({ queryKey: ['provenance'] }); await client.invalidateQueries({ queryKey: ['attestations'] }); } });
  const wrong = keyProblems(keys) || (root.trim() && !isJson(root) ? 'The trusted root is not JSON.' : '');
  const submit = (event: FormEvent): void => { event.preventDefault(); if (!wrong) save.mutate(); };
  const nobody = policy.keys.length === 0 && policy.issuers.length === 0;
  return (
    <form className="stack connect-form" onSubmit={submit}>
      {nobody && <DataWarning gap>No key and no issuer is trusted, so no attestation can be verified: each is read like a label.</DataWarning>}
      <p className="muted">An attestation is verified when its signature checks out against one of these, its subject is the image's digest, and its builder matches. Anything else is shown, and never as verified.</p>
      <Area id="keys" label="Keys" hint="Each: a line with its name, then the PEM block." rows={6} value={keys} onChange={setKeys} />
      <Area id="builders" label="Builders" hint="A pattern of builder.id a line; * stands for anything. Empty: no builder is trusted and nothing becomes verified." rows={3} value={builders} onChange={setBuilders} />
      <Area id="issuers" label="Sigstore issuers" hint="A line each, e.g. https://token.actions.githubusercontent.com" rows={2} value={issuers} onChange={setIssuers} />
      <Area id="identities" label="Sigstore identities" hint="A pattern a line, e.g. https://github.com/acme/*" rows={2} value={identities} onChange={setIdentities} />
      <Area id="root" label="Sigstore trusted root" hint={`trusted_root.json. ${policy.trustedRoot ? 'One is stored; empty keeps it.' : 'Without one, keyless signatures stay unverified: nothing is fetched.'}`} rows={2} value={root} onChange={setRoot} />
      <div className="form-field"><label htmlFor="policy-reason">Why</label><input id="policy-reason" className="field" value={reason} onChange={(event) => setReason(event.target.value)} /><p className="meta">Kept with the version and in the audit log. Every attestation is checked anew.</p></div>
      <div className="row-wrap"><button type="submit" className="button primary" disabled={save.isPending}>Save the policy</button><span className="meta" role="status">{save.isSuccess ? 'Saved; attestations are checked anew.' : ''}</span></div>
      <div role="alert">{wrong && <p className="problem">{wrong}</p>}{save.isError && <p className="problem">{save.error.message}</p>}</div>
    </form>
  );
}

function Area({ id, label, hint, rows, value, onChange }: { readonly id: string; readonly label: string; readonly hint: string; readonly rows: number; readonly value: string; readonly onChange: (text: string) => void }): ReactElement {
  return <div className="form-field"><label htmlFor={`policy-${id}`}>{label}</label><textarea id={`policy-${id}`} className="field mono-text" rows={rows} value={value} spellCheck={false} aria-describedby={`policy-${id}-hint`} onChange={(event) => onChange(event.target.value)} /><p className="meta" id={`policy-${id}-hint`}>{hint}</p></div>;
}

function isJson(text: string): boolean {
  try { return typeof JSON.parse(text) === 'object'; } catch { return false; }
}

const STATES = [['', 'All'], ['refused', 'Refused'], ['unverified', 'Not verified'], ['verified', 'Verified']] as const;

/** What was signed, of one image or of all, and why each statement is believed or not. */
function Attestations({ image, status }: { readonly image: string; readonly status: string }): ReactElement {
  const [text, setText] = useState(image);
  const navigate = useNavigate({ from: '/collect/provenance' });
  const go = (next: { readonly image?: string | undefined; readonly status?: string | undefined }): void => void navigate({ search: (old: object) => ({ ...old, ...next }), resetScroll: false } as never);
  const found = useQuery(attestationsQuery(image, status));
  const submit = (event: FormEvent): void => { event.preventDefault(); const jump = jumpOf(text); go({ image: (jump?.kind === 'trace' ? jump.from : text.trim()) || undefined }); };
  return (
    <section className="panel" aria-labelledby="attestations-title">
      <div className="panel-head"><h2 id="attestations-title">Attestations</h2><span className="meta">{found.data ? plural(found.data.length, 'statement') : ''}</span></div>
      <form className="panel-body stack-s" onSubmit={submit}>
        <div className="row"><label className="sr" htmlFor="attested-image">Image by digest</label><input id="attested-image" className="field grow mono-text" value={text} placeholder="Every image; or image:…@sha256:…, sha256:…" spellCheck={false} onChange={(event) => setText(event.target.value)} /><button type="submit" className="button">Show</button></div>
        <div className="segmented small" role="group" aria-label="State">{STATES.map(([value, label]) => <button key={label} type="button" aria-pressed={status === value} onClick={() => go({ status: value || undefined })}>{label}</button>)}</div>
      </form>
      {found.isError ? <div className="panel-body"><Failure error={found.error} what="The attestations" retry={() => void found.refetch()} /></div>
        : !found.data ? <div className="panel-body"><Skeletons rows={2} height={96} /></div>
          : found.data.length === 0 ? <Empty title={status ? `No statement is ${STATES.find(([value]) => value === status)?.[1].toLowerCase()}` : image ? 'Nothing was signed of this image' : 'No attestation was received yet'}><p className="muted">Signed provenance turns a guess into a proof. Add to the workflow, after the push:</p><Command>{ATTEST}</Command></Empty>
            : <ul className="problem-list attestation-list">{found.data.map((one) => <li key={`${one.id} ${one.image}`} className="stack-tight">{image === '' && one.image && <Link to="/trace" search={{ from: one.image }} className="strong break">{shortName(one.image)}</Link>}<AttestationFacts of={one} /></li>)}</ul>}
    </section>
  );
}

const ATTEST = `permissions: { id-token: write, attestations: write }
- uses: actions/attest-build-provenance@v3
  with:
    subject-name: \${{ env.IMAGE }}
    subject-digest: \${{ steps.push.outputs.digest }}
    push-to-registry: true`;
