import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { durableQuery } from '../api/queries.js';
import { sentenceCase } from '../lib/format.js';
import { FILTERS, type FilterName, filtersOf, type FindingsSearch, toggled, valuesOf } from '../lib/findings-url.js';
import { Icon } from './icons.js';

const CHOICES: readonly { readonly name: FilterName; readonly label: string; readonly values: readonly string[] }[] = [
  { name: 'band', label: 'Band', values: ['act', 'attend', 'track', 'defer'] },
  { name: 'exposed', label: 'Exposed', values: ['yes', 'unknown', 'no'] },
  { name: 'deployed', label: 'Deployed', values: ['yes', 'unknown', 'no'] },
  { name: 'class', label: 'Class', values: ['sast', 'sca', 'container', 'dast', 'iac', 'secrets', 'cspm'] },
  { name: 'severity', label: 'Severity', values: ['critical', 'high', 'medium', 'low', 'info', 'unknown'] },
  { name: 'reachable', label: 'Reachable', values: ['yes', 'unknown', 'no'] },
  { name: 'status', label: 'State', values: ['open', 'reopened', 'awaiting-verification', 'fixed', 'retired', 'all'] },
  { name: 'decision', label: 'Decision', values: ['none', 'accepted-risk', 'false-positive', 'not-affected', 'out-of-scope'] },
];

export function FilterBar({ search, onChange }: { readonly search: FindingsSearch; readonly onChange: (search: FindingsSearch) => void }): ReactElement {
  const [text, setText] = useState(search.q ?? '');
  const teams = useQuery(durableQuery('teams'));
  useEffect(() => setText(search.q ?? ''), [search.q]);
  const submit = (event: FormEvent): void => { event.preventDefault(); onChange({ ...search, q: text.trim() || undefined, peek: undefined }); };
  const filters = filtersOf(search);
  const shown = new Set<string>(CHOICES.map((choice) => choice.name).concat('q', 'team', 'application'));
  const others = FILTERS.filter((name) => filters[name] && !shown.has(name));
  const any = FILTERS.some((name) => filters[name] && name !== 'application' && name !== 'team');
  const toggle = (name: FilterName, value: string): void => {
    const next = value === 'all' ? { ...filters, status: filters.status === 'all' ? undefined : 'all' } : toggled(name === 'status' && filters.status === 'all' ? { ...filters, status: undefined } : filters, name, value);
    onChange(next);
  };
  return (
    <div className="filters">
      <form role="search" onSubmit={submit} className="filter-search">
        <Icon name="search" size={16} />
        <input id="filter-text" className="field" type="search" value={text} placeholder="Title, path, package, id" aria-label="Search the findings" onChange={(event) => setText(event.target.value)} onKeyDown={(event) => { if (event.key === 'Escape') event.currentTarget.blur(); }} />
        <kbd aria-hidden="true">/</kbd>
      </form>
      {CHOICES.map((choice) => <Choice key={choice.name} {...choice} chosen={valuesOf(filters, choice.name)} onToggle={(value) => toggle(choice.name, value)} />)}
      {teams.data && teams.data.items.length > 0 && <Choice name="team" label="Team" values={teams.data.items.map((team) => team.slug)} chosen={valuesOf(filters, 'team')} onToggle={(value) => toggle('team', value)} />}
      {others.map((name) => <button key={name} type="button" className="filter-token" onClick={() => onChange({ ...filters, [name]: undefined })} aria-label={`Remove the filter ${name}`}>{sentenceCase(name)}: <b className="ellipsis">{filters[name]}</b><Icon name="close" size={12} /></button>)}
      {any && <button type="button" className="button quiet small" onClick={() => onChange({ application: filters.application, team: filters.team })}>Clear</button>}
    </div>
  );
}

interface ChoiceProps { readonly name: FilterName; readonly label: string; readonly values: readonly string[]; readonly chosen: readonly string[]; readonly onToggle: (value: string) => void }

/** A disclosure with checkboxes; it closes on Escape and on a click outside. */
function Choice({ name, label, values, chosen, onToggle }: ChoiceProps): ReactElement {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const element = details.current;
      if (!element?.open) return;
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !element.contains(event.target as Node)) element.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => { document.removeEventListener('pointerdown', close); document.removeEventListener('keydown', close); };
  }, []);
  return (
    <details className={`choice${chosen.length ? ' on' : ''}`} ref={details}>
      <summary>{label}{chosen.length > 0 && <b className="ellipsis">: {chosen.map((value) => value.replaceAll('-', ' ')).join(', ')}</b>}</summary>
      <fieldset className="choice-menu">
        <legend className="sr">{label}</legend>
        {values.map((value) => <label key={value} className="choice-item"><input type="checkbox" name={name} checked={chosen.includes(value)} onChange={() => onToggle(value)} />{sentenceCase(value)}</label>)}
      </fieldset>
    </details>
  );
}
