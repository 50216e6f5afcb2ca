import { describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT } from '@throughline/domain';
import fc from 'fast-check';
import { chunk } from './chunk.js';
import { deadLetter, originalOf } from './dead-letter.js';
import { splitSends } from './drivers/split-sends.js';
import { buildHeaders, encodeMessage, messageBytes } from './envelope.js';
import { MessageTooLarge } from './errors.js';
import type { Codec, OutgoingMessage, ProducerMessage, RawRecord } from './ports.js';

const message: OutgoingMessage = { topic: 'aspm.x.v1', key: [DEFAULT_TENANT, 'f1'], value: { a: 1 }, tenantId: DEFAULT_TENANT, eventId: 'e1', headers: { band: 'act', ce_id: 'forged' } };
const context = { source: '/throughline/dedup', time: new Date('2026-11-22T10:00:00Z') };
const codec: Codec = { decode: () => Promise.reject(new Error()), encode: (_topic, value) => Buffer.from(JSON.stringify(value)) };

describe('headers of an announced message', () => {
  it('are CloudEvents in binary mode, which the message cannot overwrite', () => {
    expect(buildHeaders(message, context)).toEqual({
      band: 'act', ce_specversion: '1.0', ce_id: 'e1', ce_type: 'aspm.x.v1', ce_source: '/throughline/dedup', ce_time: '2026-11-22T10:00:00.000Z',
      'content-type': 'application/avro', tenant: DEFAULT_TENANT,
    });
  });

  it('carry the cause\'s trace on, unless a span is active', () => {
    const cause = { headers: { traceparent: '00-aa-bb-01', tracestate: 's=1' } };
    expect(buildHeaders({ ...message, cause }, context)).toMatchObject({ traceparent: '00-aa-bb-01', tracestate: 's=1' });
    expect(buildHeaders({ ...message, cause }, { ...context, trace: { traceparent: '00-aa-cc-01' } })).toMatchObject({ traceparent: '00-aa-cc-01' });
  });

  it('FAULTS 21: refuses a message above 1 MB before it is written anywhere', () => {
    expect(() => encodeMessage({ ...message, value: { text: 'x'.repeat(1_000_000) } }, codec, context)).toThrow(MessageTooLarge);
    expect(encodeMessage({ ...message, value: { text: 'x'.repeat(900_000) } }, codec, context).key?.toString()).toBe(`${DEFAULT_TENANT}|f1`);
  });
});

describe('chunks and sends', () => {
  it('keep order and every item, within the limits', () => {
    fc.assert(fc.property(fc.array(fc.nat(100)), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 150 }), (sizes, records, bytes) => {
      const chunks = chunk(sizes, (size) => size, { records, bytes });
      expect(chunks.flat()).toEqual(sizes);
      for (const part of chunks) {
        expect(part.length).toBeLessThanOrEqual(records);
        if (part.length > 1) expect(part.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes);
      }
    }));
  });

  it('FAULTS 21: splits 2000 messages of 1 KB, which one send cannot hold', () => {
    const messages: ProducerMessage[] = Array.from({ length: 2000 }, () => ({ topic: 't', key: null, value: Buffer.alloc(1024), headers: {} }));
    for (const part of splitSends(messages)) expect(part.reduce((sum, each) => sum + messageBytes(each), 0)).toBeLessThanOrEqual(900_000);
  });
});

describe('a dead letter', () => {
  const record: RawRecord = { topic: 'in', partition: 3, offset: 42n, timestamp: 7, key: Buffer.from([0xff, 0]), value: Buffer.from('poison'), headers: { ce_id: 'e9' } };
  const verdict = { step: 'decode', errorClass: 'UndecodableRecord', code: 'undecodable', reason: 'r' } as const;

  it('FAULTS 14: says what failed where, and gives the original back byte for byte', () => {
    const letter = deadLetter(record, verdict, 'throughline.dedup', context.time);
    expect(letter).toMatchObject({
      topic: 'throughline.dedup.dlq.v1',
      headers: { dlq_topic: 'in', dlq_partition: '3', dlq_offset: '42', dlq_step: 'decode', dlq_code: 'undecodable', dlq_group: 'throughline.dedup', dlq_at: '2026-11-22T10:00:00.000Z' },
    });
    expect(originalOf({ ...letter, partition: 0, offset: 0n, timestamp: 0 })).toEqual({ topic: 'in', key: record.key, value: record.value, headers: { ce_id: 'e9' } });
  });

  it('is sent without its bytes when the broker would refuse it with them', () => {
    const letter = deadLetter({ ...record, value: Buffer.alloc(1_048_000) }, verdict, 'g', context.time);
    expect(letter.value).toBeNull();
    expect(originalOf({ ...letter, partition: 0, offset: 0n, timestamp: 0 })).toBeUndefined();
  });
});
