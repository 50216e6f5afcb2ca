import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { topFindingsQuery } from '../api/queries.js';
import { jumpOf } from '../lib/jump.js';
import { shortName } from '../lib/format.js';
import { Skeletons } from './bits.js';
import { Band } from './marks.js';

/** Where to start a trace: any id, or the asset of one of the worst findings. */
export function TraceStart(): ReactElement {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const top = useQuery(topFindingsQuery({ deployed: 'yes,unknown' }, 50));
  const assets = [...new Map((top.data?.items ?? []).map((one) => [one.asset, one])).values()].slice(0, 8);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const jump = jumpOf(text);
    const from = jump?.kind === 'trace' ? jump.from : text.trim();
    if (from) void navigate({ to: '/trace', search: { from } });
  };
  return (
    <div className="page">
      <header className="stack-s"><h1>Trace</h1><p className="lead muted">From code to where the internet reaches it, or back to the commit and the team.</p></header>
      <form className="row" onSubmit={submit}>
        <label className="sr" htmlFor="trace-from">Subject</label>
        <input id="trace-from" className="field grow mono-text" autoFocus value={text} placeholder="repo:github.com/acme/pay, an ARN, sha256:…, endpoint:pay.acme.example" onChange={(event) => setText(event.target.value)} />
        <button type="submit" className="button primary" disabled={!text.trim()}>Trace</button>
      </form>
      <section className="panel" aria-labelledby="start-title">
        <div className="panel-head"><h2 id="start-title">Start from the worst</h2></div>
        {!top.data ? <div className="panel-body"><Skeletons rows={4} /></div>
          : assets.length === 0 ? <p className="panel-body muted">No finding is on an asset that runs. Paste an id above, or send a scan first.</p>
            : <ul className="rows start-rows">{assets.map((one) => <li key={one.asset}><Band band={one.band} score={one.score} /><Link to="/trace" search={{ from: one.asset }} className="ellipsis strong">{shortName(one.asset)}</Link><span className="meta ellipsis">{one.title}</span></li>)}</ul>}
      </section>
    </div>
  );
}
