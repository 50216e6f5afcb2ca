import { describe, expect, it } from '@jest/globals';
import { SchemaUnavailable, UndecodableRecord } from '@throughline/contracts';
import fc from 'fast-check';
import { backoffMs, classifyError, DEFAULT_BACKOFF, errorCode } from './retry-policy.js';

const coded = (code: string): Error => Object.assign(new Error('whatever it says'), { code });

describe('classifyError', () => {
  it.each([
    '57P01', '57P02', '57P03', '57014', '08000', '08006', '53100', '53200', '53300', '40001', '40P01', '55P03', '25006', '25P03',
    'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'schema_unavailable',
  ])('%s is the surroundings\' fault', (code) => expect(classifyError(coded(code))).toBe('transient'));

  it.each(['23505', '22P02', '23514', '25P02', 'undecodable', 'message_too_large', 'ERR_INVALID_ARG_TYPE'])('%s is the record\'s or the handler\'s', (code) =>
    expect(classifyError(coded(code))).toBe('permanent'));

  it('knows our own classes', () => {
    expect(classifyError(new SchemaUnavailable('registry down'))).toBe('transient');
    expect(classifyError(new UndecodableRecord('poison'))).toBe('permanent');
  });

  it('looks into causes, where wrapping libraries keep the original', () => {
    expect(classifyError(new Error('query failed', { cause: coded('57P01') }))).toBe('transient');
    expect(classifyError(Object.assign(new Error('typeorm'), { driverError: coded('40P01') }))).toBe('transient');
    expect(classifyError(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe('transient');
    expect(classifyError(new AggregateError([coded('ECONNREFUSED'), coded('23505')]))).toBe('permanent');
  });

  it('never looks at the text', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      expect(classifyError(new Error(text))).toBe('permanent');
      expect(classifyError(Object.assign(new Error(text), { code: '57P03' }))).toBe('transient');
    }));
  });

  it('answers for anything that can be thrown, cycles included', () => {
    const cycle = new Error('a');
    cycle.cause = cycle;
    expect(classifyError(cycle)).toBe('permanent');
    fc.assert(fc.property(fc.anything(), (thrown) => { expect(['transient', 'permanent']).toContain(classifyError(thrown)); errorCode(thrown); }));
  });
});

describe('backoffMs', () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('lies between half its ceiling and its ceiling, and never above the maximum', () => {
    fc.assert(fc.property(fc.nat(10_000), unit, (attempt, random) => {
      const ceiling = Math.min(DEFAULT_BACKOFF.maxMs, DEFAULT_BACKOFF.firstMs * 2 ** Math.min(attempt, 64));
      const wait = backoffMs(attempt, () => random);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
      expect(wait).toBeLessThanOrEqual(ceiling);
    }));
  });

  it('does not shrink from one attempt to the next', () => {
    fc.assert(fc.property(fc.nat(30), unit, (attempt, random) => expect(backoffMs(attempt + 1, () => random)).toBeGreaterThanOrEqual(backoffMs(attempt, () => random))));
  });
});
