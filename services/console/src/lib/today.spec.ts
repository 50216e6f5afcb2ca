import { describe, expect, it } from '@jest/globals';
import type { Finding, Scan } from '../api/types.js';
import { changedSince, headline, warnings } from './today.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const finding = (over: Partial<Finding>): Finding => ({ band: 'act', exposure: 'internet', team: 'pay', dueAt: null, ...over }) as Finding;
const scan = (over: Partial<Scan>): Scan => ({ status: 'done', coverage: 'complete', counts: { new: 2, reopened: 1, fixed: 3 }, timings: { receivedAt: '2026-11-22T11:00:00Z' }, ...over }) as Scan;

describe('the sentence of the day', () => {
  it('says what is urgent, reached, late and unowned', () => {
    const top = [finding({}), finding({ dueAt: '2026-11-20T00:00:00Z', team: '' }), finding({ exposure: 'none', exposed: 'no' })];
    expect(headline(top, false, 2, NOW)).toEqual({ text: '3 findings to act on.', detail: 'The internet reaches 2; 1 is past due; 1 is urgent although nothing outside reaches it; 1 has no owner.' });
  });
  it('says of what part it speaks when it has not read all', () => expect(headline([finding({})], true, 900, NOW)).toEqual({ text: '900 findings to act on.', detail: 'The internet reaches 1 of the first 1; none is past due.' }));
  it('does not invent urgency', () => expect(headline([finding({ band: 'attend' })], true, 0, NOW).text).toBe('Nothing must be acted on.'));
});

describe('data warnings', () => {
  it('are silent when all is well', () => expect(warnings({ scans: [scan({})], connectors: [], deadLetters: 0, funnel: { at: '', coverage: {}, steps: [{ name: 'exposed', count: 10, unknown: 1 }] } })).toEqual([]));
  it('name each cause with its remedy', () => {
    const all = warnings({ scans: [scan({ status: 'rejected' }), scan({ coverage: 'partial' })], connectors: [{ id: 'aws', kind: 'aws', lastSuccess: null, errors: [{ at: '', code: '', text: 'x', scope: '', remedy: '' }] } as never], deadLetters: 2, funnel: { at: '', coverage: {}, steps: [{ name: 'exposed', count: 10, unknown: 5 }] } });
    expect(all.map((one) => one.key)).toEqual(['scans', 'partial', 'letters', 'connectors', 'unknown']);
    expect(all.every((one) => one.remedy && one.to.startsWith('/collect'))).toBe(true);
  });
});

it('counts what scans brought since a visit, and a duplicate brings nothing', () => {
  expect(changedSince([scan({}), scan({ duplicateOf: 'x' }), scan({ timings: { receivedAt: '2026-11-20T00:00:00Z' } })], Date.parse('2026-11-21T00:00:00Z'))).toEqual({ scans: 1, created: 2, reopened: 1, fixed: 3 });
});
