import type { Observation } from '../api/types.js';

export interface EvidenceRow { readonly name: string; readonly values: readonly string[]; readonly differs: boolean; readonly mono: boolean; readonly time: boolean }

const at = (one: Observation): string => {
  const place = one.location;
  if (place?.url) return `${place.method ? `${place.method} ` : ''}${place.url}`;
  return place?.path ? `${place.path}${place.startLine ? `:${place.startLine}` : ''}` : place?.resource ?? '';
};

const ROWS: readonly (readonly [string, (one: Observation) => string, { mono?: boolean; time?: boolean; compare?: boolean }])[] = [
  ['Rule', (one) => one.rule, { mono: true, compare: false }],
  ['Says', (one) => one.title, { compare: false }],
  ['Detail', (one) => one.description, { compare: false }],
  ['Severity', (one) => [one.severity, one.severityOriginal && one.severityOriginal.toLowerCase() !== one.severity ? `(tool: ${one.severityOriginal})` : ''].filter(Boolean).join(' '), {}],
  ['Place', at, { mono: true }],
  ['Component', (one) => one.component?.purl ?? '', { mono: true }],
  ['Fixed in', (one) => one.component?.fixedVersions?.join(', ') ?? '', {}],
  ['Version seen', (one) => one.version, { mono: true, compare: false }],
  ['First seen', (one) => one.firstSeen, { time: true, compare: false }],
  ['Last seen', (one) => one.lastSeen, { time: true, compare: false }],
];

/** One column a tool (its latest observation), one row a fact; a row differs when two tools that both speak say different things. */
export function evidenceTable(observations: readonly Observation[]): { readonly columns: readonly Observation[]; readonly rows: readonly EvidenceRow[] } {
  const latest = new Map<string, Observation>();
  for (const one of observations) {
    const before = latest.get(one.tool);
    if (!before || before.lastSeen < one.lastSeen) latest.set(one.tool, one);
  }
  const columns = [...latest.values()].slice(0, 4);
  const extra = [...new Set(columns.flatMap((one) => Object.keys(one.facts)))].slice(0, 8);
  const rows = ROWS.map(([name, read, { mono = false, time = false, compare = true }]) => row(name, columns.map(read), mono, time, compare));
  const facts = extra.map((name) => row(name, columns.map((one) => one.facts[name] ?? ''), false, false, false));
  return { columns, rows: [...rows, ...facts].filter((one) => one.values.some((value) => value !== '')) };
}

function row(name: string, values: readonly string[], mono: boolean, time: boolean, compare: boolean): EvidenceRow {
  const said = new Set(values.filter((value) => value !== '').map((value) => value.toLowerCase()));
  return { name, values, mono, time, differs: compare && said.size > 1 };
}
