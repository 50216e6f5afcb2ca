import { describe, expect, it } from '@jest/globals';
import { unpackMessages, type ProducerMessage } from '@throughline/stream';
import fc from 'fast-check';
import { packRows } from './outbox.js';

const message = (bytes: number, n: number): ProducerMessage => ({ topic: 't', key: Buffer.from(String(n)), value: Buffer.alloc(bytes), headers: { n: String(n) } });

describe('packRows', () => {
  it('keeps every message in its order, in rows that a relay can hold', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.nat(2000), fc.integer({ min: 100_000, max: 900_000 })), { maxLength: 12 }), (sizes) => {
      const messages = sizes.map(message);
      const rows = packRows(messages);
      // Sizes and ids instead of the bytes: Jest compares buffers element by element.
      expect(rows.flatMap((row) => unpackMessages(row.payload)).map(({ headers, value }) => [headers.n, value?.length])).toEqual(sizes.map((size, n) => [String(n), size]));
      for (const row of rows) {
        // What the relay's memory must hold is what counts, not what travels compressed.
        expect(row.bytes).toBeGreaterThanOrEqual(unpackMessages(row.payload).reduce((sum, { value }) => sum + (value?.length ?? 0), 0));
        expect(row.messages === 1 || row.bytes < 600_000).toBe(true);
      }
    }), { numRuns: 20 });
  });
});
