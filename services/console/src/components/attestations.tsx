import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { attestationsQuery } from '../api/chain-queries.js';
import type { Attestation } from '../api/chain-types.js';
import { attestationReason } from '../lib/attestation-words.js';
import { Failure, Mono, Skeletons, Time } from './bits.js';
import { Icon } from './icons.js';

const WORDS: Readonly<Record<Attestation['status'], string>> = { verified: 'Verified', unverified: 'Not verified', refused: 'Refused' };

/** A signed statement's standing: mark, word and reason. */
export function AttestationState({ status }: { readonly status: Attestation['status'] }): ReactElement {
  return <span className={`trust ${status === 'verified' ? 'verified' : status === 'refused' ? 'refused' : 'inferred'}`}><Icon name={status === 'verified' ? 'check' : status === 'refused' ? 'close' : 'question'} size={12} />{WORDS[status]}</span>;
}

/** What was signed about an image, and whether we believe it. */
export function ImageAttestations({ image }: { readonly image: string }): ReactElement | null {
  const found = useQuery(attestationsQuery(image));
  if (found.isError) return <Failure error={found.error} what="The attestations" retry={() => void found.refetch()} />;
  if (!found.data) return <Skeletons rows={1} />;
  if (found.data.length === 0) return <p className="meta">No attestation was found for this image.</p>;
  return <><h3>Attestations</h3><ul className="stack-s">{found.data.map((one) => <li key={one.id || one.builder}><AttestationFacts of={one} /></li>)}</ul></>;
}

export function AttestationFacts({ of }: { readonly of: Attestation }): ReactElement {
  return (
    <div className="stack-tight">
      <p className="row-wrap"><AttestationState status={of.status} /><span className="meta">{of.predicateType.replace(/^https?:\/\//, '')}</span></p>
      {of.reason && <p>{attestationReason(of.reason)}</p>}
      <dl className="facts">
        {of.builder && <><dt>Builder</dt><dd className="break">{of.builder}</dd></>}
        {of.signer && <><dt>Signed by</dt><dd className="break">{of.signer}</dd></>}
        {of.commit && <><dt>Commit</dt><dd><Mono text={`${of.repository ? `${of.repository}@` : ''}${of.commit}`} max={36} /></dd></>}
        {of.checkedAt && <><dt>Checked</dt><dd><Time at={of.checkedAt} />{of.policyVersion && ` against policy ${of.policyVersion}`}</dd></>}
      </dl>
    </div>
  );
}
