import { QueryClient } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, retainSearchParams } from '@tanstack/react-router';
import { ApiError, session, whenSignedOut } from './api/client.js';
import { Failure } from './components/bits.js';
import { Shell } from './components/shell.js';
import { type FindingsSearch, parseFindingsSearch, parseSearch, stringifySearch } from './lib/findings-url.js';
import { SignIn } from './pages/sign-in.js';
import { Today } from './pages/today.js';

/** Answers are kept fresh for a moment, retried only where a retry can help. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: (failures, error) => failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500) } },
});

interface ScopeSearch { application?: string; team?: string }
const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const scopeOf = (search: Record<string, unknown>): ScopeSearch => ({ application: word(search['application']), team: word(search['team']) });

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: ({ error }) => <div className="page"><Failure error={error} what="This page" /></div> });

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignIn, validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: word(search['next']) }) });

const app = createRoute({
  getParentRoute: () => root, id: 'app', component: Shell,
  validateSearch: scopeOf,
  search: { middlewares: [retainSearchParams<ScopeSearch>(['application', 'team'])] },
  beforeLoad: ({ location }) => {
    if (session.token() === '') throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { next: location.href } });
  },
});

const page = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({ getParentRoute: () => app, path, component: lazyRouteComponent(load as never, name as never) });

const index = createRoute({ getParentRoute: () => app, path: '/', beforeLoad: () => { throw redirect({ to: '/today' }); } });
const today = createRoute({ getParentRoute: () => app, path: '/today', component: Today });
const findings = createRoute({
  getParentRoute: () => app, path: '/findings', component: lazyRouteComponent(() => import('./pages/findings.js'), 'Findings'),
  validateSearch: (search: Record<string, unknown>): FindingsSearch => parseFindingsSearch(search),
});
const finding = page('/findings/$id', () => import('./pages/finding.js'), 'FindingPage');
/** Everything that the trace shows: a copied address is the same picture elsewhere. `open` holds opened stacks, `path` the lit path, `span` the days of the slider. */
export interface TraceSearch { from?: string; direction?: string; at?: string; select?: string; hops?: string; view?: string; open?: string; path?: string; span?: string; q?: string; kind?: string }
const TRACE_WORDS = ['from', 'direction', 'at', 'select', 'hops', 'view', 'open', 'path', 'span', 'q', 'kind'] as const;
const trace = createRoute({
  getParentRoute: () => app, path: '/trace', component: lazyRouteComponent(() => import('./pages/trace.js'), 'TracePage'),
  validateSearch: (search: Record<string, unknown>): TraceSearch => Object.fromEntries(TRACE_WORDS.map((name) => [name, word(search[name])])),
});
/** Filters in the address, whatever their names: the page knows them. */
const withFilters = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string, names: readonly string[]) =>
  createRoute({ getParentRoute: () => app, path, component: lazyRouteComponent(load as never, name as never), validateSearch: (search: Record<string, unknown>): Readonly<Record<string, string | undefined>> => Object.fromEntries(names.map((one) => [one, word(search[one])])) });
const exposed = withFilters('/trace/exposed', () => import('./pages/exposed.js'), 'Exposed', ['exposure', 'environment', 'q', 'application', 'team']);
const blast = withFilters('/trace/blast-radius', () => import('./pages/blast-radius.js'), 'BlastRadiusPage', ['from', 'identifier', 'show', 'open']);
const coverage = page('/collect/coverage', () => import('./pages/coverage.js'), 'Coverage');
const missing = page('/collect/coverage/$hop', () => import('./pages/coverage.js'), 'MissingAt');
const inventory = page('/inventory/$kind', () => import('./pages/inventory.js'), 'Inventory');
const scans = page('/collect/scans', () => import('./pages/scans.js'), 'Scans');
const scan = withFilters('/collect/scans/$id', () => import('./pages/scan.js'), 'ScanPage', ['kind']);
const connectors = page('/collect/connectors', () => import('./pages/connectors.js'), 'Connectors');
const connector = page('/collect/connectors/$id', () => import('./pages/connector.js'), 'ConnectorPage');
const connect = withFilters('/collect/connect', () => import('./pages/connect.js'), 'Connect', ['kind', 'id']);
const provenance = withFilters('/collect/provenance', () => import('./pages/provenance.js'), 'Provenance', ['image', 'status']);
const deadLetters = page('/collect/dead-letters', () => import('./pages/dead-letters.js'), 'DeadLetters');
const setup = page('/setup', () => import('./pages/setup.js'), 'Setup');
const admin = page('/admin', () => import('./pages/admin.js'), 'Admin');

export const router = createRouter({
  routeTree: root.addChildren([signIn, app.addChildren([index, today, findings, finding, trace, exposed, blast, inventory, scans, scan, connectors, connector, connect, coverage, missing, provenance, deadLetters, setup, admin])]),
  defaultPreload: 'intent', scrollRestoration: true, parseSearch, stringifySearch,
});

whenSignedOut(() => {
  session.close();
  queryClient.clear();
  if (router.state.location.pathname !== '/sign-in') void router.navigate({ to: '/sign-in', search: { next: router.state.location.href } });
});

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}

function NotFound() {
  return <div className="page"><h1>Nothing is at this address</h1><p>Look from <a href="/today">Today</a>, or search with <kbd>⌘K</kbd>.</p></div>;
}
