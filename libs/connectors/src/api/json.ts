/** Reading values that others wrote: a wrong shape is no value, never an exception. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});

export const textOf = (value: unknown, max = 500): string => (typeof value === 'string' ? value.slice(0, max) : '');

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

/** RFC 3339 UTC of a time in whatever RFC 3339 form; the fallback when it is none. */
export function timeOf(value: unknown, fallback: Date): string {
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return new Date(Number.isNaN(parsed) ? fallback.getTime() : parsed).toISOString();
}
