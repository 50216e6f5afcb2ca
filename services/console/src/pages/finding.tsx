import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { observationsQuery } from '../api/identity-queries.js';
import { explanationQuery, findingQuery, historyQuery } from '../api/queries.js';
import type { Finding } from '../api/types.js';
import { Failure, Mono, Skeleton, Skeletons } from '../components/bits.js';
import { EvidenceSide } from '../components/evidence.js';
import { FindingAside } from '../components/finding-aside.js';
import { FixPanel } from '../components/fix-panel.js';
import { History } from '../components/history.js';
import { IdentityActions, IdentityNotes } from '../components/identity-notes.js';
import { useKeys } from '../components/keys.js';
import { AllObservations } from '../components/observations.js';
import { Band, Chip, Severity, State } from '../components/marks.js';
import { TraceStrip } from '../components/trace-strip.js';
import { WaterfallView } from '../components/waterfall-view.js';
import { sentenceCase } from '../lib/format.js';
import { snippetsOf } from '../lib/identity-words.js';
import { whySentence } from '../lib/why.js';
import '../styles/identity.css';

const SECTIONS = [['why', 'Why'], ['where', 'Where it runs'], ['fix', 'Fix'], ['evidence', 'Evidence'], ['observations', 'Observations'], ['history', 'History']] as const;

export function FindingPage(): ReactElement {
  const { id } = useParams({ from: '/app/findings/$id' });
  const finding = useQuery(findingQuery(id));
  const jump = (anchor: string) => () => document.getElementById(anchor)?.scrollIntoView({ block: 'start' });
  useKeys({ w: jump('why'), r: jump('where'), f: jump('fix'), e: jump('evidence'), o: jump('observations'), h: jump('history'), a: jump('owner'), t: jump('ticket') });
  if (finding.isError) return <div className="page"><BackLink /><h1>A finding that cannot be shown</h1><Failure error={finding.error} what="This finding" holds="It may have been merged into another, or belong to another tenant." retry={() => void finding.refetch()} /></div>;
  if (!finding.data) return <div className="page"><BackLink /><Skeleton height={40} width={180} /><h1><span className="sr">Loading the finding</span><Skeleton height={32} width="60%" /></h1><Skeletons rows={4} height={96} /></div>;
  return <Loaded finding={finding.data} />;
}

function BackLink(): ReactElement {
  return <Link to="/findings" className="back">← Findings</Link>;
}

function Loaded({ finding }: { readonly finding: Finding }): ReactElement {
  return (
    <div className="page finding">
      <header className="finding-head">
        <BackLink />
        <div className="row-wrap"><Band band={finding.band} score={finding.score} big /><State state={finding.status} />{finding.decision && <span className="tag">{sentenceCase(finding.decision)}</span>}<Severity severity={finding.severity} /><span className="tag">{classWord(finding.class)}</span></div>
        <h1 className="break">{finding.title}</h1>
        <WhyLine finding={finding} />
        <IdentityNotes finding={finding} />
        <div className="row-wrap"><Chip value={finding.deployed} label="Deployed" /><Chip value={finding.exposed} label="Exposed" /><Chip value={finding.reachable} label="Reachable" /><span className="grow" /><Mono text={finding.id} max={40} /></div>
        <IdentityActions key={finding.id} finding={finding} />
        <nav className="tabs" aria-label="Sections">{SECTIONS.map(([anchor, label]) => <a key={anchor} href={`#${anchor}`}>{label}</a>)}</nav>
      </header>
      <div className="finding-grid">
        <div className="stack">
          <Section id="why" title="Why this score"><Why finding={finding} /></Section>
          <Section id="where" title="Where it runs" action={<span className="row-wrap"><Link to="/trace" search={{ from: finding.asset }}>Open the trace</Link>{finding.identifiers[0] && <Link to="/trace/blast-radius" search={{ identifier: finding.identifiers[0] }}>Blast radius of {finding.identifiers[0]}</Link>}</span>}><TraceStrip asset={finding.asset} /></Section>
          <Section id="fix" title="Fix"><FixPanel finding={finding} /></Section>
          <Section id="evidence" title="Evidence"><Evidence finding={finding} /></Section>
          <Section id="observations" title="Observations" action={<span className="meta">what scans show, and why it is one finding</span>}><Observed finding={finding} /></Section>
          <Section id="history" title="History"><Timeline id={finding.id} /></Section>
        </div>
        <FindingAside finding={finding} />
      </div>
    </div>
  );
}

const CLASS_WORDS: Readonly<Record<string, string>> = { sast: 'Code', sca: 'Dependency', dast: 'Running app', container: 'Container', iac: 'Infrastructure code', secrets: 'Secret', cspm: 'Cloud' };
const classWord = (word: string): string => CLASS_WORDS[word] ?? word;

function Section({ id, title, action, children }: { readonly id: string; readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }): ReactElement {
  return (
    <section className="panel anchored" id={id} aria-labelledby={`${id}-title`}>
      <div className="panel-head"><h2 id={`${id}-title`}>{title}</h2>{action}</div>
      <div className="panel-body">{children}</div>
    </section>
  );
}

function WhyLine({ finding }: { readonly finding: Finding }): ReactElement {
  const why = useQuery(explanationQuery(finding.id));
  if (why.isError) return <p className="muted">The explanation could not be read; the score itself holds.</p>;
  return <p className="lead">{why.data ? whySentence(why.data, finding) : <Skeleton height={20} width="80%" />}</p>;
}

function Why({ finding }: { readonly finding: Finding }): ReactElement {
  const why = useQuery(explanationQuery(finding.id));
  if (why.isError) return <Failure error={why.error} what="The explanation" holds="The score itself holds." retry={() => void why.refetch()} />;
  if (!why.data) return <Skeletons rows={6} height={40} />;
  return (
    <div className="stack">
      <WaterfallView explanation={why.data} />
      {why.data.ssvc && <p className="meta">{/^ssvc/i.test(why.data.ssvc.decision) ? why.data.ssvc.decision : `SSVC: ${why.data.ssvc.decision}`}{why.data.ssvc.path?.length ? ` (${why.data.ssvc.path.join(' → ')})` : ''}{why.data.ssvcNote ? `; ${why.data.ssvcNote}` : ''}</p>}
    </div>
  );
}

function Evidence({ finding }: { readonly finding: Finding }): ReactElement {
  const observations = useQuery(observationsQuery(finding.id));
  if (observations.isError) return <Failure error={observations.error} what="The evidence" retry={() => void observations.refetch()} />;
  if (!observations.data) return <Skeletons rows={3} height={64} />;
  const { items } = observations.data;
  return <EvidenceSide observations={items} finding={finding} compared={snippetsOf(items).length > 0} />;
}

function Observed({ finding }: { readonly finding: Finding }): ReactElement {
  const observations = useQuery(observationsQuery(finding.id));
  if (observations.isError) return <Failure error={observations.error} what="The observations" retry={() => void observations.refetch()} />;
  if (!observations.data) return <Skeletons rows={3} height={64} />;
  return <AllObservations observations={observations.data.items} />;
}

function Timeline({ id }: { readonly id: string }): ReactElement {
  const history = useInfiniteQuery(historyQuery(id));
  if (history.isError) return <Failure error={history.error} what="The history" retry={() => void history.refetch()} />;
  if (!history.data) return <Skeletons rows={3} height={40} />;
  const entries = history.data.pages.flatMap((page) => page.items);
  if (entries.length === 0) return <p className="muted">Nothing has happened since it was first seen.</p>;
  return <History entries={entries} more={history.hasNextPage ? <button type="button" className="button small more" disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>Show what was before</button> : undefined} />;
}
