import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packMessages, unpackMessages } from './framing.js';
import type { ProducerMessage } from './ports.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)), { nil: null });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const message: fc.Arbitrary<ProducerMessage> = fc.record({
  topic: text, key: bytes, value: bytes,
  headers: fc.dictionary(text.filter((name) => name !== '__proto__'), text, { maxKeys: 6, noNullPrototype: true }),
});

describe('packed messages', () => {
  it('come out as they went in', () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
      expect(unpackMessages(packMessages(messages))).toEqual(messages);
    }));
  });

  it('hold values beyond the first buffer and lengths beyond one byte', () => {
    const big = [{ topic: 't', key: null, value: Buffer.alloc(900_000, 7), headers: { h: 'é'.repeat(70_000) } }];
    expect(unpackMessages(packMessages(big))).toEqual(big);
  });

  it('of a batch that is much alike take a fraction of their bytes', () => {
    const alike = Array.from({ length: 200 }, (_, index) => ({ topic: 't', key: Buffer.from(`key ${index}`), value: Buffer.from(JSON.stringify({ title: 'the same title', path: `src/${index}.ts`, text: 'the same words again' })), headers: { id: `${index}` } }));
    const packed = packMessages(alike);
    expect(unpackMessages(packed)).toEqual(alike);
    expect(packed.length).toBeLessThan(alike.reduce((sum, { value }) => sum + value.length, 0) / 2);
    for (const length of [1, 2, 5, packed.length - 1]) expect(() => unpackMessages(packed.subarray(0, length))).toThrow(RangeError);
  });

  it('write a repeated word once', () => {
    const one = { topic: 'a.long.topic.name', key: null, value: null, headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } };
    const ten = packMessages(Array<ProducerMessage>(10).fill(one)).length;
    expect(ten - packMessages([one]).length).toBeLessThan(70);
  });

  it('refuse bytes that are none', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }).filter(([version]) => version !== 1), (array) => {
      expect(() => unpackMessages(Buffer.from(array))).toThrow(RangeError);
    }));
    const whole = packMessages([{ topic: 't', key: Buffer.from('k'), value: Buffer.from('value'), headers: {} }]);
    for (let length = 0; length < whole.length; length += 1) expect(() => unpackMessages(whole.subarray(0, length))).toThrow(RangeError);
  });
});
