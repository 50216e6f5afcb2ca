import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { component, finding } from '../../test/builders.js';
import { covers, decisionOf, inForce, type ExceptionInForce } from './exception.js';
import { fixOf, packageOf, upgradeOf } from './fix.js';
import { coversPath } from './owner.js';
import { DEFAULT_SLA_POLICY, slaOf, type SlaInput } from './sla.js';

const location = { path: 'src/db.ts', startLine: 10, endLine: 10, startColumn: 0, endColumn: 0, snippet: '', symbol: '', url: '', method: '', parameter: '', resource: '' };

describe('the fix of a finding', () => {
  it('is one upgrade for two CVEs and two versions of a package in a repository, whatever the purl\'s qualifiers', () => {
    const a = fixOf(finding());
    expect(fixOf(finding({ identifiers: ['CVE-2'], component: component({ purl: 'pkg:npm/lodash@4.17.15?vcs_url=x#sub', version: '4.17.15' }) })).key).toBe(a.key);
    expect(fixOf(finding({ repository: 'github.com/acme/web' })).key).not.toBe(a.key);
    expect(packageOf('pkg:npm/%40angular/core@17.0.0')).toBe('pkg:npm/%40angular/core');
    expect(packageOf('pkg:npm/@angular/core')).toBe('pkg:npm/@angular/core');
    expect(packageOf('pkg:deb/debian/openssl@3.0?arch=amd64')).toBe('pkg:deb/debian/openssl');
  });

  it('names the lowest version of the same line of releases that repairs the finding (B3)', () => {
    const detail = (purl: string, version: string, fixedVersions: string[]) => fixOf(finding({ component: component({ purl, version, fixedVersions }) })).detail;
    expect(detail('pkg:pypi/urllib3@1.26.3', '1.26.3', ['2.0.6', '1.26.17'])).toBe('1.26.3 → 1.26.17');
    expect(detail('pkg:deb/debian/openssl@3.0.11-1', '3.0.11-1~deb12u1', ['3.0.11-1~deb12u10', '3.0.11-1~deb12u2'])).toBe('3.0.11-1~deb12u1 → 3.0.11-1~deb12u2');
    expect(detail('pkg:hex/plug@1.0', '1.0', ['1.1', '2.0'])).toBe('1.0 → 1.1 or 2.0');
    expect(detail('pkg:npm/lodash', '', ['4.17.21'])).toBe('installed version unknown → 4.17.21');
    expect(detail('pkg:npm/left-pad@1.0.0', '1.0.0', [])).toBe('1.0.0 → no fixed version known');
  });

  it('of all findings of a package is the version that repairs them all, and says which it cannot', () => {
    const need = (version: string, fixedVersions: string[], findings = 1) => ({ purl: 'pkg:npm/lodash@1', version, fixedVersions, findings });
    expect(upgradeOf([need('4.17.11', ['4.17.12'], 2), need('4.17.11', ['4.17.21']), need('4.17.5', ['4.17.19'])]))
      .toEqual({ installed: ['4.17.11', '4.17.5'], target: '4.17.21', withoutFix: 0, detail: '4.17.11, 4.17.5 → 4.17.21' });
    expect(upgradeOf([need('4.17.11', ['4.17.12'], 2), need('4.17.11', [])]))
      .toMatchObject({ target: '4.17.12', withoutFix: 1, detail: '4.17.11 → 4.17.12 (no fixed version known for 1 of 3 findings)' });
    expect(upgradeOf([need('4.17.11', ['4.17.12']), need('4.17.11', ['see advisory'])])).toMatchObject({ target: null, detail: '4.17.11 → 4.17.12 or see advisory' });
  });

  it('does not move with the line', () => {
    const at = (startLine: number) => fixOf(finding({ class: 'sast', component: null, location: { ...location, startLine }, weaknesses: ['CWE-89'] }));
    expect(at(10).key).toBe(at(99).key);
    expect(at(10)).toMatchObject({ kind: 'code', title: 'Fix CWE-89 in src/db.ts' });
  });

  it('is one rotation for a secret in many files (C10)', () => {
    const secret = { type: 'aws-access-key', hash: 'ab', keyVersion: 1 };
    const fixes = ['a.env', 'b.env'].map((path) => fixOf(finding({ class: 'secrets', component: null, secret, location: { ...location, path } })));
    expect(new Set(fixes.map((fix) => fix.key)).size).toBe(1);
    expect(fixes[0]?.title).toBe('Rotate the aws-access-key in github.com/acme/pay');
  });

  it('names resource and endpoint', () => {
    expect(fixOf(finding({ class: 'iac', component: null, location: { ...location, path: 'main.tf', resource: 'aws_s3_bucket.logs' }, rules: [{ tool: 'checkov', id: 'CKV_AWS_20', name: '', helpUri: '' }] })))
      .toMatchObject({ kind: 'resource', title: 'Tighten aws_s3_bucket.logs: CKV_AWS_20' });
    expect(fixOf(finding({ class: 'dast', component: null, location: { ...location, path: '', url: 'https://pay.example/search?q=1', method: 'GET' }, weaknesses: ['CWE-79'] })))
      .toMatchObject({ kind: 'endpoint', title: 'Fix CWE-79 at GET pay.example/search' });
  });
});

describe('the SLA clock', () => {
  const start = '2026-11-01T00:00:00.000Z';
  const input = (overrides: Partial<SlaInput> = {}): SlaInput => ({
    band: 'attend', environment: 'production', exposed: 'no', deployed: 'yes', kevDue: '', status: 'open', decision: '', baseline: false, start, at: start, ...overrides,
  });
  const first = slaOf(DEFAULT_SLA_POLICY, input(), null);

  it('gives days by band, exposure and environment, with its reason (J1)', () => {
    expect(first).toMatchObject({ dueAt: '2026-12-01T00:00:00.000Z', step: 'running', reason: 'attend: 30 days (policy default-1)', nextStepAt: '2026-11-23T12:00:00.000Z' });
    expect(slaOf(DEFAULT_SLA_POLICY, input({ band: 'act', exposed: 'yes' }), null).dueAt).toBe('2026-11-04T00:00:00.000Z');
    expect(slaOf(DEFAULT_SLA_POLICY, input({ band: 'act', environment: 'staging' }), null).dueAt).toBe('2026-11-15T00:00:00.000Z');
    expect(slaOf(DEFAULT_SLA_POLICY, input({ band: 'defer' }), null)).toMatchObject({ dueAt: '', step: 'none' });
  });

  it('is never later than CISA\'s date, unless nothing is deployed (J2)', () => {
    expect(slaOf(DEFAULT_SLA_POLICY, input({ kevDue: '2026-11-03' }), null).dueAt).toBe('2026-11-03T23:59:59.000Z');
    expect(slaOf(DEFAULT_SLA_POLICY, input({ kevDue: '2030-01-01' }), null).dueAt).toBe('2026-12-01T00:00:00.000Z');
    expect(slaOf(DEFAULT_SLA_POLICY, input({ kevDue: '2021-12-24', deployed: 'no', band: 'defer' }), null).dueAt).toBe('');
  });

  it('a shorter term starts when the score rose, a longer one counts from the start (J3)', () => {
    const risen = slaOf(DEFAULT_SLA_POLICY, input({ band: 'act', at: '2026-11-20T00:00:00.000Z' }), first);
    expect(risen.dueAt).toBe('2026-11-27T00:00:00.000Z');
    expect(slaOf(DEFAULT_SLA_POLICY, input({ band: 'act', at: '2026-11-30T00:00:00.000Z' }), first).dueAt).toBe('2026-12-01T00:00:00.000Z');
    expect(slaOf(DEFAULT_SLA_POLICY, input({ at: '2026-11-25T00:00:00.000Z' }), risen).dueAt).toBe('2026-12-01T00:00:00.000Z');
  });

  it('a decision stops the clock and gives its time back; across a change of summer time too, as times are UTC (J4)', () => {
    const paused = slaOf(DEFAULT_SLA_POLICY, input({ decision: 'accepted-risk', at: '2026-11-11T00:00:00.000Z' }), first);
    expect(paused).toMatchObject({ step: 'paused', dueAt: '' });
    expect(slaOf(DEFAULT_SLA_POLICY, input({ at: '2026-11-21T00:00:00.000Z' }), paused).dueAt).toBe('2026-12-11T00:00:00.000Z');
  });

  it('awaiting verification shows paused and keeps the date; a returning flaw resumes from its original start (R5)', () => {
    const awaiting = slaOf(DEFAULT_SLA_POLICY, input({ status: 'awaiting-verification', at: '2026-11-11T00:00:00.000Z' }), first);
    expect(awaiting).toMatchObject({ step: 'paused', dueAt: first.dueAt });
    expect(slaOf(DEFAULT_SLA_POLICY, input({ status: 'reopened', at: '2026-11-30T00:00:00.000Z' }), awaiting)).toMatchObject({ step: 'approaching', dueAt: first.dueAt });
  });

  it('steps running, approaching, breached by time alone (J5)', () => {
    expect(['2026-11-02', '2026-11-24', '2026-12-02'].map((at) => slaOf(DEFAULT_SLA_POLICY, input({ at: `${at}T00:00:00.000Z` }), first).step)).toEqual(['running', 'approaching', 'breached']);
  });

  it('a finding that took over an older one is due when that one was', () => {
    const merged = slaOf(DEFAULT_SLA_POLICY, input({ start: '2026-10-28T00:00:00.000Z', at: '2026-11-02T00:00:00.000Z' }), first);
    expect([merged.start, merged.dueAt]).toEqual(['2026-10-28T00:00:00.000Z', new Date(Date.parse(first.dueAt) - (Date.parse(first.start) - Date.parse('2026-10-28T00:00:00.000Z'))).toISOString()]);
  });

  it('judging again at the same time changes nothing', () => {
    fc.assert(fc.property(fc.constantFrom('act', 'attend', 'track', 'defer'), fc.constantFrom('yes', 'no', 'unknown'), fc.constantFrom('', 'accepted-risk'), (band, exposed, decision) => {
      const given = input({ band: band as 'act', exposed: exposed as 'yes', decision: decision as '', at: '2026-11-15T00:00:00.000Z' });
      const once = slaOf(DEFAULT_SLA_POLICY, given, first);
      expect(slaOf(DEFAULT_SLA_POLICY, given, once)).toEqual(once);
    }));
  });
});

describe('exceptions', () => {
  const subject = { findingId: 'f', mergedIds: ['g'], issueId: 'i', fixId: 'x', identifiers: ['CVE-1'], component: 'pkg:npm/a', asset: 'repo:a', repository: 'a', application: 'app', path: 'src/a.ts' };
  const exception = (overrides: Partial<ExceptionInForce> = {}): ExceptionInForce => ({ id: 'e1', decision: 'accepted-risk', scope: { identifier: 'CVE-1' }, startsAt: '2026-03-28T00:00:00Z', expiresAt: '2026-03-29T01:30:00+01:00', ...overrides });

  it('hold from their start to just before their end, as instants (a change of summer time in between moves nothing)', () => {
    expect(inForce(exception(), '2026-03-29T00:29:59.999Z')).toBe(true);
    expect(inForce(exception(), '2026-03-29T00:30:00.000Z')).toBe(false);
  });
  it('cover when every given word holds, and never without one', () => {
    expect(covers({ identifier: 'CVE-1', repository: 'a', path: 'src' }, subject)).toBe(true);
    expect(covers({ identifier: 'CVE-1', repository: 'b' }, subject)).toBe(false);
    expect(covers({ path: 'sr' }, subject)).toBe(false);
    expect(covers({}, subject)).toBe(false);
  });
  it('of a finding hold for the one that took it over', () => {
    expect(covers({ findings: ['g'] }, subject)).toBe(true);
    expect(covers({ findings: ['h'] }, subject)).toBe(false);
  });
  it('the stronger decision is shown when several are in force', () => {
    expect(decisionOf([exception(), exception({ id: 'e2', decision: 'false-positive', scope: { findings: ['f'] } })], subject, '2026-03-28T12:00:00Z')?.id).toBe('e2');
  });
});

describe('owner patterns', () => {
  it.each([
    ['', 'any/file', true], ['*', 'any', true], ['/infra/', 'infra/main.tf', true], ['/infra/', 'src/infra/main.tf', false],
    ['services/pay', 'services/pay/a.ts', true], ['services/pay', 'services/payments/a.ts', false], ['/src/a.ts', '', false], ['', '', true],
  ])('%s over %s: %s', (pattern, path, expected) => expect(coversPath(pattern, path)).toBe(expected));
});
