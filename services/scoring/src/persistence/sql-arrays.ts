/** Literal of a one-dimensional text[] (an unnested parameter cannot hold arrays of arrays: each travels as text and is cast). */
export function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Postgres text cannot hold NUL. */
export const clean = (text: string): string => (text.includes('\u0000') ? text.replaceAll('\u0000', '') : text);

/** Text for a json column: as json and not jsonb it may hold the escape of NUL, since nobody takes text out of it in SQL. */
export const jsonText = (value: unknown): string => JSON.stringify(value);
