import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { HistoryEntry } from '../api/types.js';
import { sentenceCase } from '../lib/format.js';
import { useActorNames } from './actor-name.js';
import { Copy, Time } from './bits.js';

/** Who, what, when and why, newest first, each with the receipt that proves it. */
export function History({ entries, more }: { readonly entries: readonly HistoryEntry[]; readonly more?: ReactElement | undefined }): ReactElement {
  const nameOf = useActorNames(entries.map((entry) => entry.who));
  return (
    <>
      <ol className="timeline">
        {entries.map((entry, index) => (
          <li key={`${entry.at}-${index}`} className={`timeline-${entry.cause}`}>
            <span className="meta timeline-at"><Time at={entry.at} /></span>
            <span className="timeline-dot" aria-hidden="true" />
            <span className="stack-tight">
              <What entry={entry} />
              {entry.why && <span className="muted break">{entry.cause === 'correction' ? `“${entry.why}”` : sentence(entry.why)}</span>}
              <span className="meta">{nameOf(entry.who)}{CAUSES[entry.cause] && ` · ${CAUSES[entry.cause]}`}{entry.scan && <> · <Link to="/collect/scans/$id" params={{ id: entry.scan }}>receipt</Link> <Copy text={entry.scan} label="Copy the receipt id" /></>}</span>
            </span>
          </li>
        ))}
      </ol>
      {more}
    </>
  );
}

const CAUSES: Readonly<Record<string, string>> = { finding: 'scan', chain: 'deployment', intel: 'threat feeds', decision: 'decision', time: 'clock', ticket: 'ticket', correction: 'correction' };
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The first thing that changed leads; the rest follows in lines of its own. */
function What({ entry }: { readonly entry: HistoryEntry }): ReactElement {
  const [first = 'Changed', ...rest] = entry.what.split('; ');
  return (
    <>
      <span className="strong break">{linked(sentence(first), entry.finding)}</span>
      {rest.length > 0 && <ul className="meta timeline-rest">{rest.map((part) => <li key={part} className="break">{partOf(part)}</li>)}</ul>}
    </>
  );
}

const partOf = (part: string): string => part.replace(/^[a-z-]+(?=:)/, (field) => sentenceCase(field));

/** "Merged into 0193…" with the finding to open. */
function linked(text: string, finding: string | null): ReactElement {
  if (finding === null || !text.includes(finding)) return <>{text}</>;
  const [before = '', after = ''] = text.split(finding);
  return <>{before}<Link to="/findings/$id" params={{ id: finding }}>finding …{finding.slice(-8)}</Link>{after}</>;
}
