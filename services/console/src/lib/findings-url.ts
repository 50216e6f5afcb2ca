/** The filters of the findings list, as the URL and the API both spell them. */
export const FILTERS = [
  'status', 'decision', 'class', 'severity', 'band', 'application', 'service', 'repository', 'team', 'environment', 'tool',
  'identifier', 'component', 'deployed', 'exposed', 'reachable', 'ticketed', 'scan', 'q',
] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;
export interface FindingsSearch extends Filters { readonly sort?: string; readonly peek?: string }

/** Reads what a URL holds; unknown names and empty values are dropped. Several values of one filter stand in one, comma separated. */
export function parseFindingsSearch(search: Readonly<Record<string, unknown>>): FindingsSearch {
  const kept: Record<string, string> = {};
  for (const name of [...FILTERS, 'sort', 'peek']) {
    const text = asText(search[name]).trim();
    if (text !== '') kept[name] = text;
  }
  return kept;
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).filter(Boolean).join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function filtersOf(search: FindingsSearch): Filters {
  const { sort: _sort, peek: _peek, ...filters } = search;
  return filters;
}

export const valuesOf = (filters: Filters, name: FilterName): readonly string[] => (filters[name] ?? '').split(',').filter(Boolean);

/** Adds a value to a filter or takes it away. */
export function toggled(filters: Filters, name: FilterName, value: string): Filters {
  const values = valuesOf(filters, name);
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  const { [name]: _old, ...rest } = filters;
  return next.length ? { ...rest, [name]: next.join(',') } : rest;
}

/** What the list shows when nothing is asked: findings that are open in any way. */
export const OPEN = 'open,reopened,awaiting-verification';

/** The query for the API. Where the URL names no state, the list is what still needs work: open in any way, and not decided away; `all` lifts it. */
export function apiQuery(search: FindingsSearch): Record<string, string | undefined> {
  const { peek: _peek, ...rest } = search;
  const status = rest.status === 'all' ? undefined : rest.status ?? OPEN;
  const decision = rest.status === undefined ? rest.decision ?? 'none' : rest.decision;
  return { ...rest, status, decision };
}

/** Search parameters as plain `name=value` pairs: readable, and pasteable into a script. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(search)
    .map(([name, value]) => [name, asText(value)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/')}`);
  return parts.length ? `?${parts.join('&')}` : '';
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}
