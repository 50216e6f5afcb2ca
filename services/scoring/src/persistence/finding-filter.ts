import { isUuid } from '@throughline/domain';

/** Filters of CONTRACT.md; several values of one are separated by commas and mean "one of". */
export interface FindingFilter {
  readonly status?: readonly string[];
  readonly decision?: readonly string[];
  readonly class?: readonly string[];
  readonly severity?: readonly string[];
  readonly band?: readonly string[];
  readonly application?: readonly string[];
  readonly service?: readonly string[];
  readonly repository?: readonly string[];
  readonly team?: readonly string[];
  readonly environment?: readonly string[];
  readonly asset?: readonly string[];
  readonly tool?: readonly string[];
  readonly identifier?: readonly string[];
  readonly component?: readonly string[];
  readonly deployed?: readonly string[];
  readonly exposed?: readonly string[];
  readonly reachable?: readonly string[];
  readonly ticketed?: boolean;
  readonly scan?: readonly string[];
  readonly q?: string;
}

/** Plain columns whose values are compared as they are; `none` asks for what has no value. */
const COLUMN_FILTERS = [
  'status', 'decision', 'class', 'severity', 'band', 'application', 'service', 'repository', 'team', 'environment', 'asset', 'deployed', 'exposed', 'reachable',
] as const;

/** Columns whose index leaves out what has no value. */
const PARTIAL: ReadonlySet<string> = new Set(['application', 'repository', 'team']);

/** Collects conditions and their parameters; column names come from this file only, values are always parameters. */
export class Conditions {
  readonly parameters: unknown[] = [];
  /** Placeholder of the tenant, for sub-selects. */
  readonly tenant: string;
  readonly #parts: string[] = [];

  constructor(tenant: string) {
    this.tenant = this.parameter(tenant);
    this.add(`f.tenant_id = ${this.tenant}::uuid`);
  }

  parameter(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  add(condition: string): void {
    this.#parts.push(condition);
  }

  sql(): string {
    return this.#parts.join(' and ');
  }
}

/** Conditions of a filter on the table alias `f`. */
export function applyFilter(conditions: Conditions, filter: FindingFilter): void {
  for (const name of COLUMN_FILTERS) {
    const values = filter[name];
    // Said in words, since the planner must know it to use an index of what has a name.
    if (values && PARTIAL.has(name) && values.every((value) => value !== 'none')) conditions.add(`f.${name} <> ''`);
    if (values) conditions.add(oneOf(conditions, `f.${name}`, values.map((value) => (value === 'none' ? '' : value))));
  }
  if (filter.tool) conditions.add(`f.tools && ${conditions.parameter(filter.tool)}::text[]`);
  if (filter.identifier) applyIdentifiers(conditions, filter.identifier);
  if (filter.component) conditions.add(`(${filter.component.map((value) => componentCondition(conditions, value)).join(' or ')})`);
  if (filter.ticketed !== undefined) conditions.add(`${filter.ticketed ? '' : 'not '}exists (select from tickets t where t.tenant_id = f.tenant_id and t.fix_id = f.fix_id)`);
  if (filter.scan) applyScan(conditions, filter.scan);
  if (filter.q) applyText(conditions, filter.q);
}

/** A purl with or without its version, or a package's bare name. */
function componentCondition(conditions: Conditions, value: string): string {
  const parameter = `${conditions.parameter(value)}::text`;
  if (value.startsWith('pkg:')) return `(f.component = ${parameter} or starts_with(f.component, ${parameter} || '@') or starts_with(f.component, ${parameter} || '?'))`;
  return `strpos(f.component, '/' || ${parameter} || '@') > 0`;
}

/** One value is an equality, so that an index whose next column is the score gives the order too. */
function oneOf(conditions: Conditions, column: string, values: readonly string[]): string {
  return values.length === 1 ? `${column} = ${conditions.parameter(values[0])}::text` : `${column} = any(${conditions.parameter(values)}::text[])`;
}

/** Found first and then ordered: by itself the planner walks the order and meets a rare id late. */
export function applyIdentifiers(conditions: Conditions, identifiers: readonly string[]): void {
  const ids = conditions.parameter(identifiers.map((id) => id.toUpperCase()));
  conditions.add(`f.finding_id = any(array(select m.finding_id from finding_identifiers m where m.tenant_id = ${conditions.tenant}::uuid and m.identifier = any(${ids}::text[])))`);
}

/** What a scan created or changed: last and first are columns, in between is history. Unchanged findings leave no trace here by design. */
function applyScan(conditions: Conditions, scans: readonly string[]): void {
  const ids = `${conditions.parameter(scans.filter(isUuid))}::uuid[]`;
  const of = (table: string, column: string): string => `select m.finding_id from ${table} m where m.tenant_id = ${conditions.tenant}::uuid and m.${column} = any(${ids})`;
  conditions.add(`f.finding_id = any(array(${of('findings', 'scan_id')} union ${of('findings', 'first_scan_id')} union ${of('finding_history', 'scan_id')}))`);
}

/** Title and path by substring, ids exactly; at most 200 characters, and the statement has a time limit. */
function applyText(conditions: Conditions, text: string): void {
  const like = conditions.parameter(`%${text.replace(/[\\%_]/g, '\\$&')}%`);
  const id = conditions.parameter([text.toUpperCase()]);
  const uuid = isUuid(text.toLowerCase()) ? ` or f.finding_id = ${conditions.parameter(text.toLowerCase())}::uuid` : '';
  conditions.add(`(f.title ilike ${like} or f.path ilike ${like} or f.component ilike ${like} or f.identifiers @> ${id}::text[]${uuid})`);
}
