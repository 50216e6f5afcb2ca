/** Literal of a one-dimensional text[] (an unnested parameter cannot hold arrays of arrays: each travels as text and is cast). */
export function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Postgres text cannot hold NUL. */
export const clean = (text: string): string => (text.includes('\u0000') ? text.replaceAll('\u0000', '') : text);

/** JSON text for a json column; an escaped NUL would be refused by later casts. */
export const jsonText = (value: unknown): string => clean(JSON.stringify(value)).replaceAll('\\u0000', '');
