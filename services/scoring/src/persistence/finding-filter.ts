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
  'status', 'decision', 'class', 'severity', 'band', 'application', 'service', 'repository', 'team', 'environment', 'deployed', 'exposed', 'reachable',
] as const;

/** Collects conditions and their parameters; column names come from this file only, values are always parameters. */
export class Conditions {
  readonly parameters: unknown[] = [];
  readonly #parts: string[] = [];

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
    if (values) conditions.add(`f.${name} = any(${conditions.parameter(values.map((value) => (value === 'none' ? '' : value)))}::text[])`);
  }
  if (filter.tool) conditions.add(`f.tools && ${conditions.parameter(filter.tool)}::text[]`);
  if (filter.identifier) conditions.add(`f.identifiers && ${conditions.parameter(filter.identifier.map((id) => id.toUpperCase()))}::text[]`);
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

/** What a scan created or changed: last and first are columns, in between is history. Unchanged findings leave no trace here by design. */
function applyScan(conditions: Conditions, scans: readonly string[]): void {
  const ids = `${conditions.parameter(scans.filter(isUuid))}::uuid[]`;
  conditions.add(`(f.scan_id = any(${ids}) or f.first_scan_id = any(${ids}) or f.finding_id in (
    select h.finding_id from finding_history h where h.tenant_id = f.tenant_id and h.scan_id = any(${ids})))`);
}

/** Title and path by substring, ids exactly; at most 200 characters, and the statement has a time limit. */
function applyText(conditions: Conditions, text: string): void {
  const like = conditions.parameter(`%${text.replace(/[\\%_]/g, '\\$&')}%`);
  const id = conditions.parameter([text.toUpperCase()]);
  const uuid = isUuid(text.toLowerCase()) ? ` or f.finding_id = ${conditions.parameter(text.toLowerCase())}::uuid` : '';
  conditions.add(`(f.title ilike ${like} or f.path ilike ${like} or f.component ilike ${like} or f.identifiers && ${id}::text[]${uuid})`);
}
