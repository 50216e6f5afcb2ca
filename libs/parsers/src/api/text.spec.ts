import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { vulnerabilityIds, weaknessIds } from './identifiers.js';
import { normalizePath } from './paths.js';
import { canonicalPurl, purlOf } from './purl.js';
import { severityOf, severityOfScore } from './severity.js';
import { clean, cut, firstSentence, isoTime, oneLine, stripTags } from './text.js';

describe('paths', () => {
  it.each([
    ['src/a.js', 'src/a.js'], ['./src//a.js', 'src/a.js'], ['src\\win\\a.cs', 'src/win/a.cs'], ['file:///home/runner/work/pay/pay/src/a.js', 'src/a.js'], ['file:////src/index.js', 'index.js'],
    ['/github/workspace/app/a.py', 'app/a.py'], ['D:\\a\\pay\\pay\\src\\a.cs', 'src/a.cs'], ['/builds/acme/pay/x.rb', 'x.rb'], ['src/a%20b.js', 'src/a b.js'], ['a/b/../c.js', 'a/c.js'],
    ['../../etc/passwd', '../../etc/passwd'], ['/etc/passwd', '/etc/passwd'], ['C:\\Windows\\win.ini', 'C:/Windows/win.ini'], ['a/../../x', '../x'], ['https://example.com/a?b', 'https://example.com/a?b'], ['100%.txt', '100%.txt'],
  ])('FAULTS 48: %s is the text %s', (raw, path) => expect(normalizePath(raw)).toBe(path));

  it('takes off the roots that the report names', () => {
    expect(normalizePath('file:///build/work/pay/src/a.c', { roots: ['file:///build/work/pay/'] })).toBe('src/a.c');
    expect(normalizePath('/home/damien/dd/docker/setEnv.sh', { roots: ['file:///home/damien/dd'] })).toBe('docker/setEnv.sh');
  });

  it('is stable', () => fc.assert(fc.property(fc.stringMatching(/^[a-z./\\]{0,30}$/), (raw) => expect(normalizePath(normalizePath(raw))).toBe(normalizePath(raw)))));
});

describe('purls', () => {
  it('are equal when they differ in encoding, case or order of qualifiers only', () => {
    expect(canonicalPurl('pkg:PyPI/Django_Rest@3.0')).toBe('pkg:pypi/django-rest@3.0');
    expect(canonicalPurl('pkg:deb/debian/curl@7.50?distro=jessie&arch=i386')).toBe(canonicalPurl('pkg:deb/debian/curl@7.50?arch=i386&distro=jessie'));
    expect(canonicalPurl('pkg:npm/@angular/core@1.0.0')).toBe(canonicalPurl('pkg:npm/%40angular/core@1.0.0'));
    expect(canonicalPurl('not a purl')).toBe('');
  });

  it('are made of what scanners say', () => {
    expect(purlOf('npm', '@babel/core', '7.1.0')).toBe('pkg:npm/%40babel/core@7.1.0');
    expect(purlOf('jar', 'org.apache.tomcat:tomcat', '9.0')).toBe('pkg:maven/org.apache.tomcat/tomcat@9.0');
    expect(purlOf('debian', 'zlib1g', '1:1.2')).toMatch(/^pkg:deb\/debian\/zlib1g@1(:|%3A)1\.2$/);
    expect(purlOf('gomod', 'github.com/acme/pay', 'v1.0.0')).toBe('pkg:golang/github.com/acme/pay@v1.0.0');
    expect(purlOf('', 'x', '1')).toBe('');
  });
});

describe('identifiers', () => {
  it('finds ids in any text, upper case and once', () => {
    expect(vulnerabilityIds('cve-2021-44228 and CVE-2021-44228', 'GHSA-jfh8-c2jp-5v3q', 'RHSA-2021:5137', 'CVE-20-1')).toEqual(['CVE-2021-44228', 'GHSA-JFH8-C2JP-5V3Q', 'RHSA-2021:5137']);
  });

  it('reads weaknesses in the shapes that tools write', () => {
    expect(weaknessIds('CWE-79: Cross-site', 'external/cwe/cwe-089', '22', 'cwe_352', 'no', 0)).toEqual(['CWE-22', 'CWE-79', 'CWE-89', 'CWE-352']);
  });
});

describe('severities', () => {
  it('say the rule that mapped them, and unmapped words stay unknown', () => {
    expect(severityOf('ERROR', { error: 'high' }, 'x.level')).toEqual({ original: 'ERROR', normalized: 'high', rule: 'x.level' });
    expect(severityOf('Moderate', {}, 'x')).toEqual({ original: 'Moderate', normalized: 'medium', rule: 'common-words' });
    expect(severityOf('hoch', {}, 'x')).toEqual({ original: 'hoch', normalized: 'unknown', rule: 'unmapped' });
    expect(severityOf('constructor', {}, 'x').normalized).toBe('unknown');
  });

  it('follow the bands of CVSS', () => expect([10, 9, 8.9, 7, 6.9, 4, 3.9, 0.1, 0].map((score) => severityOfScore(score, '', '').normalized)).toEqual(['critical', 'critical', 'high', 'high', 'medium', 'medium', 'low', 'low', 'info']));
});

describe('texts', () => {
  const tally = { droppedKeys: 0, strippedNuls: 0, cutFields: 0, redacted: 0 };
  it('lose NULs and lone surrogates, counted', () => {
    expect(clean('a\u0000b\u0000\ud800', tally)).toBe('ab\ufffd');
    expect(tally.strippedNuls).toBe(2);
  });

  it('are cut between characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 2, max: 20 }), (value, cap) => {
      const out = cut(value.toWellFormed(), cap);
      expect(out.length).toBeLessThanOrEqual(cap);
      expect(out.isWellFormed()).toBe(true);
    }));
  });

  it('become one line', () => {
    expect(oneLine('a\r\nb\u2028c\u001b[31m  d')).toBe('a b c [31m d');
    expect(firstSentence('This value flows into a query. More text.\nNext')).toBe('This value flows into a query.');
    expect(stripTags('<p>One</p><p>Two <b>bold</b> 1 < 2</p>')).toBe('One\nTwo bold 1 < 2');
  });

  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'], ['2026-01-02T03:04:05.123456789+01:00', '2026-01-02T02:04:05.123Z'], ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
    ['Tue, 5 May 2026 06:07:08', '2026-05-05T06:07:08.000Z'], ['Fr., 30 Sep. 2022 08:40:35', ''], ['yesterday', ''], ['', ''], ['0001-01-01T00:00:00Z', ''], ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ])('reads the time %s as %s', (raw, time) => expect(isoTime(raw)).toBe(time));
});
