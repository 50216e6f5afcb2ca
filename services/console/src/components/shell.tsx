import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { session } from '../api/client.js';
import { durableQuery } from '../api/queries.js';
import { setTheme, type Theme, themeNow } from '../lib/preferences.js';
import { Icon, type IconName } from './icons.js';
import { KeyMapDialog } from './key-map.js';
import { useKeys } from './keys.js';
import { Palette } from './palette.js';

const NAV: readonly { readonly label: string; readonly to: string; readonly under: string; readonly icon: IconName; readonly key: string }[] = [
  { label: 'Today', to: '/today', under: '/today', icon: 'today', key: 't' },
  { label: 'Findings', to: '/findings', under: '/findings', icon: 'findings', key: 'f' },
  { label: 'Trace', to: '/trace', under: '/trace', icon: 'trace', key: 'r' },
  { label: 'Inventory', to: '/inventory/services', under: '/inventory', icon: 'inventory', key: 'i' },
  { label: 'Collect', to: '/collect/scans', under: '/collect', icon: 'collect', key: 'c' },
  { label: 'Admin', to: '/admin', under: '/admin', icon: 'admin', key: 'a' },
];

export function Shell(): ReactElement {
  const [open, setOpen] = useState<'palette' | 'keys' | null>(null);
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname });
  const main = useRef<HTMLElement>(null);
  useGlobalKeys(setOpen);
  // A new page starts at its heading for screen readers, without moving what a sighted reader sees.
  useEffect(() => { main.current?.focus({ preventScroll: true }); }, [path]);
  const signOut = (): void => { session.close(); void navigate({ to: '/sign-in' }); };
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the content</a>
      <nav className="nav" aria-label="Main">
        <Link to="/today" className="brand" aria-label="Throughline, Today"><Mark /><span>Throughline</span></Link>
        {NAV.map((item) => (
          <Link key={item.to} to={item.to} className={`nav-link${path.startsWith(item.under) ? ' active' : ''}`} aria-current={path.startsWith(item.under) ? 'page' : undefined} title={item.label}>
            <Icon name={item.icon} /><span>{item.label}</span>
          </Link>
        ))}
        <p className="nav-foot meta"><a href="/docs">API</a> · <button type="button" className="link-button" onClick={() => setOpen('keys')}>Keys <kbd>?</kbd></button></p>
      </nav>
      <div className="content">
        <header className="top">
          <ScopeSwitch />
          <span className="grow" />
          <button type="button" className="search-button" onClick={() => setOpen('palette')}><Icon name="search" size={16} /><span>Search or paste an id</span><kbd aria-hidden="true">⌘K</kbd></button>
          <ThemeButton />
          <button type="button" className="icon-button" aria-label="Sign out" title="Sign out" onClick={signOut}><Icon name="out" /></button>
        </header>
        <main id="main" ref={main} tabIndex={-1}><Outlet /></main>
      </div>
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
      {open === 'keys' && <KeyMapDialog onClose={() => setOpen(null)} />}
    </div>
  );
}

function useGlobalKeys(setOpen: (what: 'palette' | 'keys' | null) => void): void {
  const navigate = useNavigate();
  // Never, and not 0: a page younger than a second would take its first letter for the second of a pair.
  const going = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); setOpen('palette'); }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [setOpen]);
  // `g` then a letter within a second. Capture runs first, so that the letter is not also a shortcut of the page.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = NAV.find((item) => item.key === event.key);
      if (!target || event.timeStamp - going.current > 1000) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      going.current = Number.NEGATIVE_INFINITY;
      void navigate({ to: target.to });
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [navigate]);
  useKeys({ g: (event) => { going.current = event.timeStamp; }, '?': () => setOpen('keys') });
}

/** All, one application or one team: kept in the URL, and obeyed by every number on the page. */
function ScopeSwitch(): ReactElement {
  const search = useSearch({ strict: false }) as { application?: string; team?: string };
  const navigate = useNavigate();
  const applications = useQuery(durableQuery('applications'));
  const teams = useQuery(durableQuery('teams'));
  const value = search.application ? `application=${search.application}` : search.team ? `team=${search.team}` : '';
  const known = [...applications.data?.items ?? []].map((one) => `application=${one.slug}`).concat([...teams.data?.items ?? []].map((one) => `team=${one.slug}`));
  return (
    <div className="scope">
      <label className="meta" htmlFor="scope">Scope</label>
      <select id="scope" value={value} onChange={(event) => {
        const [kind = '', ...rest] = event.target.value.split('=');
        const chosen = { application: undefined, team: undefined, ...(kind ? { [kind]: rest.join('=') } : {}) };
        void navigate({ to: '.', search: (old: Record<string, unknown>) => ({ ...old, ...chosen }) } as never);
      }}>
        <option value="">Everything</option>
        {value && !known.includes(value) && <option value={value}>{value.split('=')[1]}</option>}
        {applications.data?.items.length ? <optgroup label="Application">{applications.data.items.map((one) => <option key={one.slug} value={`application=${one.slug}`}>{one.name ?? one.slug}</option>)}</optgroup> : null}
        {teams.data?.items.length ? <optgroup label="Team">{teams.data.items.map((one) => <option key={one.slug} value={`team=${one.slug}`}>{one.name ?? one.slug}</option>)}</optgroup> : null}
      </select>
    </div>
  );
}

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

function ThemeButton(): ReactElement {
  const [theme, set] = useState(themeNow);
  const label = `Theme: ${theme === 'system' ? 'as the system' : theme}`;
  return <button type="button" className="icon-button" aria-label={label} title={label} onClick={() => { const next = NEXT_THEME[theme]; setTheme(next); set(next); }}><Icon name="theme" /></button>;
}

export function Mark({ size = 24 }: { readonly size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2.200" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M4 17h5l6-10h5" /><circle cx="4" cy="17" r="2" fill="currentColor" /><circle cx="20" cy="7" r="2" fill="currentColor" />
    </svg>
  );
}
