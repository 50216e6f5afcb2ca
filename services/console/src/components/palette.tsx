import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactElement, useDeferredValue, useState } from 'react';
import { topFindingsQuery } from '../api/queries.js';
import { place } from '../lib/format.js';
import { type Jump, jumpOf } from '../lib/jump.js';
import { recents, remember } from '../lib/preferences.js';
import { Icon, type IconName } from './icons.js';
import { Band } from './marks.js';
import { Modal } from './modal.js';

interface Entry { readonly key: string; readonly group: string; readonly label: string; readonly icon: IconName; readonly go: () => void; readonly tail?: ReactElement }

const PAGES: readonly (readonly [string, string, IconName])[] = [
  ['Today', '/today', 'today'], ['Findings', '/findings', 'findings'], ['Trace', '/trace', 'trace'], ['What the internet reaches', '/trace/exposed', 'globe'], ['Blast radius', '/trace/blast-radius', 'trace'], ['Inventory', '/inventory/services', 'inventory'],
  ['Scans', '/collect/scans', 'collect'], ['Connectors', '/collect/connectors', 'collect'], ['Chain coverage', '/collect/coverage', 'collect'], ['Provenance', '/collect/provenance', 'check'], ['Dead letters', '/collect/dead-letters', 'collect'], ['Set up', '/setup', 'check'], ['Tokens', '/admin', 'admin'],
];

export function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const entries = useEntries(text.trim(), onClose);
  const chosen = Math.min(at, entries.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); setAt((chosen + step + entries.length) % Math.max(1, entries.length)); }
    if (event.key === 'Enter') { event.preventDefault(); entries[chosen]?.go(); }
  };
  return (
    <Modal label="Search" onClose={onClose}>
      <input className="palette-input" autoFocus value={text} placeholder="Search findings, or paste a CVE, purl, digest, ARN, id" aria-label="Search" role="combobox" aria-expanded="true"
        aria-controls="palette-list" aria-activedescendant={entries[chosen] ? `palette-${chosen}` : undefined} onChange={(event) => { setText(event.target.value); setAt(0); }} onKeyDown={onKeyDown} />
      <div className="palette-list" id="palette-list" role="listbox" aria-label="Results">
        {entries.length === 0 && <p className="palette-group">Nothing matches. Try an id, a package or a path.</p>}
        {entries.map((entry, index) => (
          <div key={entry.key} role="presentation">
            {entries[index - 1]?.group !== entry.group && <p className="palette-group" role="presentation">{entry.group}</p>}
            <div id={`palette-${index}`} role="option" aria-selected={index === chosen} className="palette-item" onMouseMove={() => setAt(index)} onClick={entry.go}>
              <Icon name={entry.icon} size={16} /><span className="ellipsis">{entry.label}</span>{entry.tail}
            </div>
          </div>
        ))}
      </div>
    </Modal>
  );
}

function useEntries(text: string, onClose: () => void): readonly Entry[] {
  const navigate = useNavigate();
  const query = useDeferredValue(text);
  const found = useQuery({ ...topFindingsQuery({ q: query, status: 'all' }, 6), enabled: query.length >= 2 && jumpOf(query) === undefined });
  const to = (target: string, search: Record<string, string> = {}) => () => {
    onClose();
    if (text) remember(text);
    void navigate({ to: target, search });
  };
  const jump = jumpOf(text);
  const entries: Entry[] = [];
  if (jump) entries.push(jumpEntry(jump, to));
  if (jump?.kind === 'identifier') entries.push({ key: 'blast', group: 'Open', label: `Blast radius of ${jump.id}`, icon: 'trace', go: to('/trace/blast-radius', { identifier: jump.id }) });
  const lower = text.toLowerCase();
  for (const [label, target, icon] of PAGES) if (label.toLowerCase().includes(lower)) entries.push({ key: target, group: 'Go to', label, icon, go: to(target) });
  if (text === '') for (const recent of recents()) entries.push({ key: `recent-${recent}`, group: 'Recent', label: recent, icon: 'clock', go: jumpOf(recent) ? jumpEntry(jumpOf(recent) as Jump, to).go : to('/findings', { q: recent, status: 'all' }) });
  if (text.length >= 2 && !jump) {
    for (const finding of found.data?.items ?? []) {
      entries.push({ key: finding.id, group: 'Findings', label: `${finding.title} · ${place(finding)}`, icon: 'findings', go: to(`/findings/${finding.id}`), tail: <Band band={finding.band} score={finding.score} /> });
    }
    entries.push({ key: 'all', group: 'Findings', label: `All findings with “${text}”`, icon: 'search', go: to('/findings', { q: text, status: 'all' }) });
  }
  return entries;
}

function jumpEntry(jump: Jump, to: (target: string, search?: Record<string, string>) => () => void): Entry {
  switch (jump.kind) {
    case 'finding': return { key: 'jump', group: 'Open', label: `Finding ${jump.id}`, icon: 'findings', go: to(`/findings/${jump.id}`) };
    case 'identifier': return { key: 'jump', group: 'Open', label: `Findings with ${jump.id}`, icon: 'findings', go: to('/findings', { identifier: jump.id, status: 'all' }) };
    case 'component': return { key: 'jump', group: 'Open', label: `Findings in ${jump.purl}`, icon: 'findings', go: to('/findings', { component: jump.purl, status: 'all' }) };
    case 'trace': return { key: 'jump', group: 'Open', label: `Trace of ${jump.from}`, icon: 'trace', go: to('/trace', { from: jump.from }) };
  }
}
