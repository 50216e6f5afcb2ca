import { describe, expect, it } from '@jest/globals';
import { v5 } from 'uuid';
import { derivedId } from './event-id.js';

describe('derivedId', () => {
  it.each([['a', 'b', 0], ['é', 'ü', 'x'.repeat(1000)], ['', '', ''], ['018f0000-0000-7000-8000-000000000001', 'risk.changed', 7]])('is the UUIDv5 of %s, %s and its ordinal', (cause, kind, ordinal) => {
    expect(derivedId(cause, kind, ordinal)).toBe(v5(`${cause}|${kind}|${ordinal}`, v5('events.throughline.dev', v5.DNS)));
  });
});
