/** Sends rows to a table; resolves when they are stored. */
export type Send = (table: string, rows: readonly object[]) => Promise<void>;

export interface GatherOptions {
  /** How long the first insert of a table waits for others. */
  readonly windowMs: number;
  /** At so many rows they are sent at once. */
  readonly maxRows: number;
}

interface Waiting { readonly rows: readonly object[]; readonly done: () => void; readonly failed: (error: unknown) => void }
interface Gathering { readonly waiting: Waiting[]; count: number; timer: NodeJS.Timeout }

/**
 * Joins the inserts of many callers (a consumer's partitions) into one for each table. Each caller hears of its own rows:
 * when the joined insert fails, every caller's rows are sent alone, so that the one whose rows are at fault is told, and
 * the others succeed or meet the same trouble of the surroundings.
 */
export function gather(send: Send, { windowMs, maxRows }: GatherOptions): Send {
  const tables = new Map<string, Gathering>();
  const flush = (table: string): void => {
    const found = tables.get(table);
    if (found === undefined) return;
    tables.delete(table);
    clearTimeout(found.timer);
    void sendTogether(send, table, found.waiting);
  };
  return (table, rows) => {
    if (rows.length === 0) return Promise.resolve();
    return new Promise((done, failed) => {
      const found = tables.get(table) ?? { waiting: [], count: 0, timer: setTimeout(() => flush(table), windowMs) };
      tables.set(table, found);
      found.waiting.push({ rows, done, failed });
      found.count += rows.length;
      if (found.count >= maxRows) flush(table);
    });
  };
}

async function sendTogether(send: Send, table: string, waiting: readonly Waiting[]): Promise<void> {
  try {
    await send(table, waiting.flatMap(({ rows }) => rows));
    for (const { done } of waiting) done();
  } catch (error) {
    if (waiting.length === 1) {
      waiting[0]?.failed(error);
      return;
    }
    for (const { rows, done, failed } of waiting) await send(table, rows).then(done, failed);
  }
}
