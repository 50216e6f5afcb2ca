import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ticketOf } from '../api/normalize.js';
import { issueQuery, ticketQuery } from '../api/queries.js';
import type { Finding } from '../api/types.js';
import { plural, sentenceCase, shortName } from '../lib/format.js';
import { kindWord } from '../trace/words.js';
import { Copy, DataWarning, Outside, SlaBar, Time } from './bits.js';
import { Band, State } from './marks.js';

export function FindingAside({ finding }: { readonly finding: Finding }): ReactElement {
  return (
    <aside className="panel finding-aside" aria-label="Owner, due date, ticket, identifiers">
      <section id="owner" className="anchored"><h3>Owner</h3><Owner finding={finding} /></section>
      <section><h3>Due</h3><SlaBar start={finding.firstSeen} dueAt={finding.dueAt} />{finding.sla?.reason && <p className="meta">{finding.sla.reason}</p>}{finding.baseline && <p className="meta">Baseline: no clock runs until its team activates it.</p>}</section>
      <section id="ticket" className="anchored"><h3>Ticket</h3><TicketBox finding={finding} /></section>
      {finding.decision && <section><h3>Exception</h3><p>{sentenceCase(finding.decision)}. It ends or changes only by a decision; scans do not undo it.</p></section>}
      <section><h3>Identifiers</h3><Identifiers finding={finding} /></section>
      <section><h3>Facts</h3>
        <dl className="facts">
          <dt>Application</dt><dd>{finding.application ? <Link to="/findings" search={{ application: finding.application }}>{finding.application}</Link> : <span className="muted">none</span>}</dd>
          <dt>Service</dt><dd>{finding.service ? <Link to="/findings" search={{ service: finding.service }}>{finding.service}</Link> : <span className="muted">none</span>}</dd>
          <dt>Repository</dt><dd>{finding.repository ? <Link to="/findings" search={{ repository: finding.repository }}>{finding.repository}</Link> : <span className="muted">unknown</span>}</dd>
          <dt>Asset</dt><dd><span className="copyable"><Link to="/trace" search={{ from: finding.asset }} title={finding.asset}>{shortName(finding.asset)}</Link><Copy text={finding.asset} label="Copy the asset" /></span> <span className="meta">{kindWord(finding.asset.split(':')[0] ?? '')}</span></dd>
          <dt>Environment</dt><dd>{finding.environment || <span className="muted">unknown</span>}</dd>
          <dt>Exposure</dt><dd>{sentenceCase(finding.exposure)}</dd>
          <dt>Seen by</dt><dd>{finding.tools.join(', ')}</dd>
          <dt>First seen</dt><dd><Time at={finding.firstSeen} /></dd>
          <dt>Last seen</dt><dd><Time at={finding.lastSeen} /></dd>
        </dl>
      </section>
      <Related finding={finding} />
    </aside>
  );
}

function Owner({ finding }: { readonly finding: Finding }): ReactElement {
  if (!finding.team) return <DataWarning gap remedy={<Link to="/inventory/$kind" params={{ kind: 'ownership-rules' }} className="nowrap strong">Rules</Link>}>Nobody owns this: no CODEOWNERS line, rule or catalog entry names a team.</DataWarning>;
  return <><p className="strong"><Link to="/findings" search={{ team: finding.team }}>{finding.team}</Link></p><p className="meta">{finding.ownerSource || 'The source of this ownership was not given.'}</p></>;
}

function TicketBox({ finding }: { readonly finding: Finding }): ReactElement {
  const ref = ticketOf(finding.ticket);
  const ticket = useQuery({ ...ticketQuery(ref?.id ?? ''), enabled: ref !== null });
  if (!ref) return <p className="muted">None. A routing rule opens one when it selects this fix.</p>;
  const full = ticket.data;
  return (
    <div className="stack-s">
      <p className="row-wrap"><Outside url={full?.url ?? ref.url}>{full?.externalKey || full?.key || ref.key || 'Ticket'}</Outside><State state={full?.status ?? ref.status} /></p>
      {full && <p className="meta">{full.destination}{full.lastSync && <> · synced <Time at={full.lastSync} /></>} · {plural(full.findings?.length ?? 1, 'finding')}</p>}
      {full?.lastError && <DataWarning>Last sync failed: {full.lastError}</DataWarning>}
    </div>
  );
}

/** Advisories link to their registries by a fixed pattern, never by an address from a report. */
const ADVISORY: readonly (readonly [RegExp, (id: string) => string])[] = [
  [/^CVE-\d{4}-\d+$/, (id) => `https://www.cve.org/CVERecord?id=${id}`], [/^GHSA-[\w-]+$/, (id) => `https://github.com/advisories/${id}`],
  [/^CWE-(\d+)$/, (id) => `https://cwe.mitre.org/data/definitions/${id.slice(4)}.html`],
];

function Identifiers({ finding }: { readonly finding: Finding }): ReactElement {
  const ids = [...finding.identifiers, ...finding.weaknesses];
  if (ids.length === 0) return <p className="muted">None: this class of flaw has no public id.</p>;
  return <ul className="ids">{ids.map((id) => { const link = ADVISORY.find(([pattern]) => pattern.test(id))?.[1](id); return <li key={id}>{link ? <Outside url={link}>{id}</Outside> : id}</li>; })}</ul>;
}

function Related({ finding }: { readonly finding: Finding }): ReactElement | null {
  const issue = useQuery({ ...issueQuery(finding.issueId), enabled: Boolean(finding.issueId) });
  const others = (issue.data?.members ?? []).filter((one) => one.id !== finding.id);
  if (others.length === 0) return null;
  return <section><h3>The same flaw elsewhere</h3><ul className="stack-s">{others.slice(0, 8).map((one) => <li key={one.id}><Link to="/findings/$id" params={{ id: one.id }} className="related"><Band band={one.band} score={one.score} /><span className="ellipsis" title={one.asset}>{shortName(one.asset)}</span></Link></li>)}</ul></section>;
}
