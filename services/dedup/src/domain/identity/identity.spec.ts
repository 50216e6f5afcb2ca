import { describe, expect, it } from '@jest/globals';
import type { FindingDraft } from '@throughline/contracts';
import fc from 'fast-check';
import { aliasIds } from './advisories.js';
import { identify, RECIPES } from './index.js';
import { normalizedSnippet, packageBase, repositoryPath, routeTemplate, stableText } from './normalize.js';

const ASSET = '00000000-0000-0000-0000-00000000000a';
const place = { path: 'src/a.js', startLine: 10, endLine: 10, startColumn: 1, endColumn: 9, snippet: 'eval(input)', symbol: '', url: '', method: '', parameter: '', resource: '' };
const base: FindingDraft = {
  ordinal: 0, class: 'sast', title: 't', description: '', severity: { original: '', normalized: 'high', rule: '' }, cvss: [], rule: { tool: 'semgrep', id: 'r', name: '', helpUri: '' },
  identifiers: [], weaknesses: ['CWE-95'], component: null, location: place, codeFlow: [], fingerprints: {}, secret: null, suppressions: [], references: [], remediation: '',
  reachability: '', detectedAt: '', attributes: {},
};
const component = { purl: 'pkg:npm/lodash@4.17.4', name: 'lodash', version: '4.17.4', ecosystem: 'npm', fixedVersions: [], dependencyPath: [], filePath: 'package-lock.json', layer: '' };
const samples: readonly FindingDraft[] = [
  base,
  { ...base, fingerprints: { 'matchBasedId/v1': 'abcdef0123456789' } },
  { ...base, location: { ...place, snippet: '' }, fingerprints: { own: 'abcdef0123456789' } },
  { ...base, location: { ...place, snippet: '' } },
  { ...base, class: 'sca', component, identifiers: ['CVE-2019-10744', 'GHSA-JF85-CPCP-J695'] },
  { ...base, class: 'secrets', secret: { type: '', hash: 'ab', keyVersion: 1 } },
  { ...base, class: 'dast', location: { ...place, url: 'https://shop.example/users/17?x=1', method: 'GET', parameter: 'q' } },
  { ...base, class: 'iac', location: { ...place, resource: 'aws_s3_bucket.data' } },
];
const keysOf = (draft: FindingDraft, ordinal = 0): string[] => identify(draft, ASSET).keys(ordinal).map((one) => `${one.kind} ${one.key}`);

describe('identity recipes', () => {
  it('give these very keys: a change needs a new recipe version and a re-clustering, not an edit', () => {
    expect(samples.map((sample) => [identify(sample, ASSET).recipe, identify(sample, ASSET).group, ...keysOf(sample)])).toMatchSnapshot();
    expect(RECIPES.map((recipe) => `${recipe.id}/${recipe.version}`)).toEqual(['package/1', 'secret/2', 'web/1', 'resource/1', 'code/1']);
  });

  it('never depend on titles, descriptions, severities, times, lines, versions or layers', () => {
    fc.assert(fc.property(fc.constantFrom(...samples), fc.string(), fc.nat(), fc.nat(), (sample, text, line, n) => {
      const changed: FindingDraft = {
        ...sample, ordinal: n, title: text, description: text, severity: { original: text, normalized: 'low', rule: text }, detectedAt: text, references: [text], remediation: text,
        attributes: { text }, weaknesses: [text],
        location: sample.location && { ...sample.location, startLine: line, endLine: line + 3, startColumn: n, endColumn: n },
        component: sample.component && { ...sample.component, purl: `pkg:npm/lodash@${n}.0.0?arch=x`, version: `${n}`, layer: text, fixedVersions: [text] },
      };
      expect(identify(changed, ASSET).group).toBe(identify(sample, ASSET).group);
      expect(keysOf(changed)).toEqual(keysOf(sample));
    }));
  });

  it('differ by asset, and C9: two findings that share only a CWE share no key', () => {
    for (const sample of samples) expect(identify(sample, 'other').keys(0)[0]?.key).not.toBe(identify(sample, ASSET).keys(0)[0]?.key);
    const elsewhere = { ...base, location: { ...place, path: 'src/b.js' } };
    expect(keysOf(elsewhere).filter((key) => keysOf(base).includes(key))).toEqual([]);
  });

  it('C4: a CVE here and its GHSA there meet through a result that names both', () => {
    const trivy = { ...base, class: 'container', component, identifiers: ['CVE-2019-10744'] };
    const grype = { ...trivy, rule: { ...base.rule, tool: 'grype' }, component: { ...component, purl: 'pkg:npm/lodash@4.17.4?foo=bar' }, identifiers: ['ghsa-jf85-cpcp-j695', 'CVE-2019-10744'] };
    expect(keysOf(grype)).toEqual(expect.arrayContaining(keysOf(trivy)));
  });

  it('ordinals tell equal code apart; a constant is no fingerprint', () => {
    expect(keysOf(base, 0)).not.toEqual(keysOf(base, 1));
    const bare = { ...base, location: { ...place, snippet: '' } };
    expect(keysOf({ ...bare, fingerprints: { scanFileHash: 'f196e70ba8d8dace' } })).toEqual(keysOf(bare));
    expect(keysOf({ ...base, fingerprints: { 'matchBasedId/v1': 'requires login', primaryLocationStartColumnFingerprint: '4' } })).toEqual(keysOf(base));
  });
});

describe('normalized text', () => {
  it.each([
    ['/home/runner/work/pay/pay/src/a.js', 'src/a.js'], ['C:\\a\\1\\s\\src\\a.js', 'src/a.js'], ['.\\src\\a.js', 'src/a.js'], ['file:///builds/acme/pay/src/a.js', 'src/a.js'],
    ['./src//a.js', 'src/a.js'], ['src/a.js', 'src/a.js'],
  ])('path %s is %s', (path, expected) => { expect(repositoryPath(path)).toBe(expected); });

  it('snippets ignore white space, CRLF and printed line numbers; a brace says nothing', () => {
    expect(normalizedSnippet('12 if (x)\r\n13   eval(y)\r\n')).toBe(normalizedSnippet('41 if (x)\n42 eval(y)'));
    expect(normalizedSnippet('if (x) {\n  eval(y)\n}')).toBe('if(x){eval(y)}');
    expect(normalizedSnippet('  }\n')).toBe('');
    expect(normalizedSnippet('return 3')).toBe('return3');
  });

  it('routes lose identifiers, queries, schemes and default ports', () => {
    expect(routeTemplate('https://Shop.example:443/users/17/orders/9f1c2b3a-1111-4222-8333-444455556666?x=1#f')).toBe('shop.example/users/{}/orders/{}');
    expect(routeTemplate('http://shop.example/users/me/')).toBe('shop.example/users/me');
  });

  it('packages lose version, qualifiers and sub-path, never their scope', () => {
    expect(packageBase('pkg:npm/%40scope/name@1.2.3?a=b#c')).toBe('pkg:npm/%40scope/name');
    expect(packageBase('pkg:npm/@scope/name')).toBe('pkg:npm/@scope/name');
    expect(packageBase('pkg:PyPI/Foo_Bar@1')).toBe('pkg:pypi/foo-bar');
  });

  it('C3: times and pod hashes are masked; FAULTS 51: in linear time', () => {
    expect(stableText('pod pay-7d9f8b6c5-kwxzt failed at 2026-01-02T03:04:05Z')).toBe(stableText('pod pay-66b4d9c7f-ab1cd failed at 2027-11-12T13:14:15Z'));
    const from = performance.now();
    for (const unit of ['a', 'a-', 'a1', '-']) stableText(unit.repeat(100_000));
    expect(performance.now() - from).toBeLessThan(500);
  });

  it('an errata that bundles CVEs is no alias; several CVEs are none of each other', () => {
    expect(aliasIds(['CVE-2024-1', 'RHSA-2024:1'], 'x')).toEqual(['CVE-2024-1']);
    expect(aliasIds(['ALAS2-2024-1'], 'x')).toEqual(['ALAS2-2024-1']);
    expect(aliasIds(['CVE-2024-2', 'CVE-2024-1'], 'x')).toEqual(['CVE-2024-1+CVE-2024-2']);
    expect(aliasIds(['CVE-2024-2', 'CVE-2024-1', 'ghsa-a'], 'x')).toEqual(['GHSA-A']);
    expect(aliasIds([], 'npm-118')).toEqual(['NPM-118']);
  });
});
