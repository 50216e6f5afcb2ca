import { describe, expect, it } from '@jest/globals';
import { gather, type Send } from './gather.js';

const rows = (...values: number[]) => values.map((value) => ({ value }));

describe('gathered inserts', () => {
  it('of many callers become one for each table, and each caller waits for it', async () => {
    const sent: [string, readonly object[]][] = [];
    const insert = gather(async (table, given) => { sent.push([table, given]); }, { windowMs: 5, maxRows: 100 });
    await Promise.all([insert('a', rows(1, 2)), insert('b', rows(9)), insert('a', rows(3)), insert('a', [])]);
    expect(sent).toEqual([['a', rows(1, 2, 3)], ['b', rows(9)]]);
  });

  it('are sent at once when there are many rows', async () => {
    const insert = gather(async () => undefined, { windowMs: 60_000, maxRows: 3 });
    await Promise.all([insert('a', rows(1, 2)), insert('a', rows(3))]);
  });

  it('that fail together are sent alone: only the caller whose rows are at fault hears of it', async () => {
    const calls: number[] = [];
    const send: Send = async (_table, given) => {
      calls.push(given.length);
      if (given.some((row) => (row as { value: number }).value < 0)) throw new Error('refused');
    };
    const insert = gather(send, { windowMs: 5, maxRows: 100 });
    const results = await Promise.allSettled([insert('a', rows(1)), insert('a', rows(-1)), insert('a', rows(2))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(calls).toEqual([3, 1, 1, 1]);
  });

  it('gathers anew while an insert is under way', async () => {
    let release = (): void => undefined;
    const sizes: number[] = [];
    const insert = gather(async (_table, given) => {
      sizes.push(given.length);
      if (sizes.length === 1) await new Promise<void>((resolve) => { release = resolve; });
    }, { windowMs: 1, maxRows: 2 });
    const first = insert('a', rows(1, 2));
    const second = insert('a', rows(3));
    await second;
    release();
    await first;
    expect(sizes).toEqual([2, 1]);
  });
});
