import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react';
import { ApiError } from '../api/client.js';
import { Modal } from './modal.js';

interface Props {
  readonly title: string; readonly children: ReactNode; readonly says: ReactNode; readonly action: string; readonly placeholder: string;
  /** Why it cannot be done yet; '' when it can. */
  readonly missing: string; readonly pending: boolean; readonly error: Error | null;
  readonly onClose: () => void; readonly onSubmit: (reason: string) => void;
}

/** A correction by a person: what, why, and what will happen, before it happens. */
export function ReasonForm({ title, children, says, action, placeholder, missing, pending, error, onClose, onSubmit }: Props): ReactElement {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const problem = missing || (reason.trim().length < 3 ? 'Say why, in a few words: it is kept with the decision and in the audit log.' : '');
  const submit = (event: FormEvent): void => { event.preventDefault(); setTried(true); if (!problem) onSubmit(reason.trim()); };
  return (
    <Modal label={title} onClose={onClose}>
      <form className="reason-form" onSubmit={submit} noValidate>
        <div className="reason-head"><h2>{title}</h2></div>
        <div className="reason-body">
          {children}
          <div className="form-field"><label htmlFor="reason-text">Reason</label><textarea id="reason-text" className="field" rows={2} maxLength={2000} value={reason} placeholder={placeholder} onChange={(event) => setReason(event.target.value)} /></div>
          <p className="meta reason-says" aria-live="polite">{says}</p>
        </div>
        <div className="reason-foot">
          <div role="alert" className="grow">{tried && problem && <p className="problem">{problem}</p>}{error && <p className="problem">{said(error)}</p>}</div>
          <button type="button" className="button quiet" onClick={onClose}>Cancel</button>
          <button type="submit" className="button primary" disabled={pending}>{pending ? 'Working …' : action}</button>
        </div>
      </form>
    </Modal>
  );
}

/** What the platform says of a refusal, with who may do it when it is a matter of rights. */
export function said(error: Error): string {
  return error instanceof ApiError && error.status === 403 ? `Your token may not do this: ${error.message}` : error.message;
}
