import { problem } from './problem.js';

/** What every list answers: `next` is null on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Cuts limit + 1 fetched rows to a page; the cursor is made from the last row shown. */
export function page<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => readonly (string | number | null)[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null };
}

export function encodeCursor(values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** Throws 400 for anything that we did not make ourselves: cursors come from clients. */
export function decodeCursor(cursor: string | undefined, length: number): readonly (string | number | null)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(values) && values.length === length && values.every((v) => v === null || typeof v === 'string' || typeof v === 'number')) return values;
  } catch { /* falls through to the same answer */ }
  throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
}
