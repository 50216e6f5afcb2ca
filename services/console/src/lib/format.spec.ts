import { describe, expect, it } from '@jest/globals';
import { due, middleCut, percent, place, relativeTime, safeUrl, shortName, utc } from './format.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('times', () => {
  it.each([
    ['2026-11-22T11:59:40Z', 'just now'], ['2026-11-22T09:00:00Z', '3 h ago'], ['2026-11-28T13:00:00Z', 'in 6 d'],
    ['2025-10-01T00:00:00Z', '1 y ago'], ['', ''], ['nonsense', ''],
  ])('%s is %s', (iso, text) => expect(plain(relativeTime(iso, NOW))).toBe(text));

  it('shows UTC whatever the zone of the reader', () => expect(utc('2026-11-12T16:02:00+02:00')).toBe('12 Nov 2026 14:02 UTC'));

  it('says what is left, what is soon and what is late', () => {
    expect([due('2026-11-29T12:00:00Z', NOW), due('2026-11-24T12:00:00Z', NOW), due('2026-11-20T12:00:00Z', NOW), due(null, NOW)].map((d) => [plain(d.text), d.state]))
      .toEqual([['7 d left', 'ok'], ['2 d left', 'soon'], ['2 d late', 'late'], ['no SLA', 'none']]);
  });
});

describe('numbers and names', () => {
  it('never rounds a part to nothing or to all', () => {
    expect([percent(1, 5000), percent(4999, 5000), percent(5, 5), percent(0, 5), percent(1, 0)].map(plain)).toEqual(['<1 %', '>99 %', '100 %', '0 %', '–']);
  });

  it('keeps both ends of a long path', () => {
    const cut = middleCut('services/payments/src/main/java/com/acme/pay/LoginController.java', 40);
    expect(cut).toHaveLength(40);
    expect(cut.startsWith('services/')).toBe(true);
    expect(cut.endsWith('LoginController.java')).toBe(true);
  });

  it.each([
    ['pkg:npm/lodash@4.17.20', 'lodash@4.17.20'], ['pkg:npm/%40babel/core@7.0.0?x=1', '@babel/core@7.0.0'],
    [`image:ecr.example/acme/pay@sha256:${'ab'.repeat(32)}`, 'pay@abababababab'], ['repo:github.com/acme/pay', 'pay'],
    ['service:arn:aws:ecs:eu-west-1:1:service/prod/pay-api', 'pay-api'],
  ])('%s is known as %s', (text, name) => expect(shortName(text)).toBe(name));

  it('names the place by what the class of flaw has', () => {
    const base = { location: null, component: null, asset: 'repo:github.com/acme/pay' };
    expect(place({ ...base, location: { path: 'a.ts', startLine: 3 } })).toBe('a.ts:3');
    expect(place({ ...base, location: { url: 'https://x/y', method: 'GET', parameter: 'q' } })).toBe('GET https://x/y (q)');
    expect(place({ ...base, component: { purl: 'pkg:npm/a@1' } })).toBe('a@1');
    expect(place(base)).toBe('pay');
  });
});

describe('FAULTS 58: links from reports', () => {
  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', ' javascript:alert(1)', '/relative', 'not a url', ''])(
    '%s is no link', (text) => expect(safeUrl(text)).toBeUndefined());
  it('web addresses are', () => expect(safeUrl('https://nvd.nist.gov/vuln/detail/CVE-2021-23337')).toBe('https://nvd.nist.gov/vuln/detail/CVE-2021-23337'));
});
