/** Postgres' time as RFC 3339 UTC text; absent is ''. */
export const timeText = (value: Date | null): string => (value === null ? '' : value.toISOString());

/** '' as SQL's null. */
export const orNull = (value: string): string | null => (value === '' ? null : value);

/** An array as the text that Postgres casts: inside unnest an array of arrays would be flattened. Ids and words only. */
export const arrayText = (values: Iterable<string>): string => `{${[...values].join(',')}}`;

/** The same of any text. */
export const quotedArrayText = (values: readonly string[]): string => (values.length === 0 ? '{}' : `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`);
