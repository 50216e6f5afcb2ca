import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { ApiError, get, session } from '../api/client.js';
import { Mark } from '../components/shell.js';

export function SignIn(): ReactElement {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const { next } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await get('/findings', { limit: 1 }, undefined, token.trim());
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 401 || error.status === 0) {
        setProblem(error instanceof ApiError && error.status === 0 ? error.message : 'This token is not known, or no longer valid.');
        setBusy(false);
        return;
      }
    }
    session.open(token);
    client.clear();
    // Only a path of our own: an address from the URL must not lead elsewhere.
    if (next && /^\/(?![/\\])/.test(next)) router.history.push(next);
    else await navigate({ to: '/today' });
  };
  return (
    <main className="sign-in">
      <div className="panel">
        <div className="row"><span className="brand-mark"><Mark size={28} /></span><h1>Throughline</h1></div>
        <p className="muted">From any number to the flaw, its path to the internet, its owner and its proof.</p>
        <form onSubmit={(event) => void submit(event)}>
          <label htmlFor="token" className="strong">API token</label>
          <input id="token" className="field" type="password" autoComplete="off" spellCheck={false} autoFocus required value={token} onChange={(event) => setToken(event.target.value)}
            aria-invalid={problem !== ''} aria-describedby="token-help" />
          <p id="token-help" className={problem ? 'problem' : 'meta'} role={problem ? 'alert' : undefined}>
            {problem || <>The start command prints it; it is kept in <code>.throughline/admin-token</code> and, here, until you close this tab.</>}
          </p>
          <button type="submit" className="button primary" disabled={busy || token.trim() === ''}>Sign in</button>
        </form>
      </div>
    </main>
  );
}
