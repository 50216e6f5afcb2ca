import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markerOf, type Ticket } from './destination.js';
import { failureOf } from './http-failure.js';
import { escape, renderMarkdown, renderTitle } from './render.js';

const ticket = (change: Partial<Ticket> = {}): Ticket => ({
  id: 't-1', version: 1, marker: markerOf('t-1'), title: 'Upgrade log4j-core to 2.17.1', fix: { kind: 'upgrade', title: 'Upgrade log4j-core to 2.17.1', detail: 'mvn versions:use-dep-version' }, team: 'payments', ownerSource: 'CODEOWNERS line 2',
  application: 'shop', service: 'pay', repository: 'github.com/acme/pay', band: 'act', score: 97.4, dueAt: '2026-11-25T00:00:00Z', exposure: 'internet', link: 'https://throughline.test/fixes/1', proof: '',
  findings: [{ id: 'f-1', title: 'Log4Shell', severity: 'critical', score: 97.4, band: 'act', status: 'open', where: 'pkg:maven/log4j-core@2.14.1', identifiers: ['CVE-2021-44228'], reasons: ['kev: listed (+22)'] }], ...change,
});

describe('the body of a ticket', () => {
  it('says what, where, why, how it is verified, and carries the marker', () => {
    const body = renderMarkdown(ticket(), 60_000);
    for (const part of ['**Act**', 'risk 97 of 100', 'Upgrade log4j\\-core', 'CVE\\-2021\\-44228', 'kev: listed', 'How it is verified', '<!-- throughline:t-1 -->']) expect(body).toContain(part);
  });

  it('FAULTS 58, 65: no text of a finding can format, tag, mention or run a template', () => {
    const active = fc.constantFrom('<img src=x onerror=alert(1)>', '[a](javascript:alert(1))', '@everyone', '{{constructor.constructor("x")()}}', '${7*7}', '<!-- x -->', '`x`', '| a |', '\u202egnp.exe', 'a\r\nb', '# heading', 'fixes #1');
    fc.assert(fc.property(active, fc.string(), (hostile, noise) => {
      const safe = escape(`${noise}${hostile}${noise}`);
      expect(safe).not.toMatch(/[<>\r\n\u202e]/);
      expect(safe).not.toMatch(/(?<!\\)[[\]`|#{}*_]/);
      expect(safe).not.toMatch(/@(?!\u200b)/);
    }));
  });

  it('keeps the marker when it is cut to what a destination takes', () => {
    const long = ticket({ findings: Array.from({ length: 5_000 }, (_, i) => ({ ...ticket().findings[0]!, id: `f-${i}`, title: 'x'.repeat(300) })) });
    for (const limit of [500, 2_000, 65_536]) {
      const body = renderMarkdown(long, limit);
      expect(body.length).toBeLessThanOrEqual(limit);
      expect(body).toContain('<!-- throughline:t-1 -->');
    }
    expect(renderTitle(ticket({ title: 'x'.repeat(1_000) }), 256)).toHaveLength(256);
  });
});

describe('what a refusal means', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  it.each([
    [401, undefined, 'auth', undefined], [403, undefined, 'auth', undefined], [403, '60', 'retry', 60_000], [404, undefined, 'gone', undefined], [410, undefined, 'gone', undefined],
    [422, undefined, 'rejected', undefined], [429, '30', 'retry', 30_000], [503, 'Sun, 22 Nov 2026 10:00:20 GMT', 'retry', 20_000], [500, 'nonsense', 'retry', undefined],
  ] as const)('%i with retry-after %s: %s', (status, after, kind, wait) => {
    const failure = failureOf(status, 'm', after, now);
    expect([failure.kind, failure.retryAfterMs]).toEqual([kind, wait]);
  });
});
