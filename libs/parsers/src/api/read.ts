import { ResultRefusal } from './errors.js';

/** Readers of untrusted values: each answers with its type or says what was wrong; none coerces in silence. */
export type Fields = Readonly<Record<string, unknown>>;

export const EMPTY_FIELDS: Fields = Object.freeze({});

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; refuses the result when it is something else. `what` names it in the message. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new ResultRefusal('wrong_type', `${what} is ${kindOf(value)}, not an object`);
  return value;
}

/** An own object below a key; absent, null or another type gives an empty one (for optional decoration only). */
export function sub(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isFields(value) ? value : EMPTY_FIELDS;
}

/** Text below a key. Numbers become their digits (ids stay text), absent and null the empty text; other types refuse. */
export function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ResultRefusal('wrong_type', `"${key}" is ${kindOf(value)}, not text`);
}

/** Like text, for a field without which the result means nothing. */
export function requiredText(fields: Fields, key: string): string {
  const value = text(fields, key);
  if (value === '') throw new ResultRefusal('missing_field', `"${key}" is missing or empty`);
  return value;
}

/** Text for decoration: any other type counts as absent. */
export function looseText(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A finite number, also written as text; null when absent. Refuses other types and infinities. */
export function number(fields: Fields, key: string): number | null {
  const value = fields[key];
  if (value === undefined || value === null || value === '') return null;
  const parsed = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  if (Number.isNaN(parsed)) throw new ResultRefusal('wrong_type', `"${key}" is ${kindOf(value)}, not a number`);
  if (!Number.isFinite(parsed)) throw new ResultRefusal('number_not_finite', `"${key}" is not a finite number`);
  return parsed;
}

/** A line or column: a whole number of at least 1 that fits Avro's int, else 0 (unknown). */
export function lineNumber(fields: Fields, key: string): number {
  const value = number(fields, key);
  return value !== null && value >= 1 && value <= 0x7fff_ffff ? Math.trunc(value) : 0;
}

/** A list; absent and null give an empty one, other types refuse. */
export function list(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  if (Array.isArray(value)) return value as readonly unknown[];
  if (value === undefined || value === null) return [];
  throw new ResultRefusal('wrong_type', `"${key}" is ${kindOf(value)}, not a list`);
}

/** The texts of a list, or of one text; other members are passed over. */
export function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
