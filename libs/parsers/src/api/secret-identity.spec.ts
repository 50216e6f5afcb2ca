import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testContext } from './conformance-io.js';
import { flaggedSecret, secretInSnippet } from './redact.js';
import { bareSecret, isMasked, secretFromSha1, sha1OfSecret } from './secret-identity.js';
import { flaggedText } from './text.js';

describe('the identity of a secret', () => {
  const VALUE = 'mN8$wq2Zr5Lp';
  const SHA1 = 'b53593971a1b93ad91cafc7b7540b86a528ec5cd'; // detect-secrets 1.5.0 of `password = "mN8$wq2Zr5Lp"`

  it.each([VALUE, ` ${VALUE}\n`, `"${VALUE}"`, `'${VALUE}'`, `\`${VALUE}\``, `" ${VALUE} "`])('is the value, however %j is quoted', (said) => {
    expect(sha1OfSecret(said)).toBe(SHA1);
    expect(testContext.hashSecret(bareSecret(said))).toEqual(testContext.hashSecretSha1(SHA1));
  });

  it('keeps what quotes only one side, and knows one kind of line end', () => {
    expect(bareSecret('"half')).toBe('"half');
    expect(bareSecret('""')).toBe('""');
    expect(bareSecret('a\r\nb\rc')).toBe('a\nb\nc');
  });

  it('is a part of what was said', () => fc.assert(fc.property(fc.string(), (value) => {
    const bare = bareSecret(value);
    expect(bareSecret(` ${bare} `).length).toBeLessThanOrEqual(bare.length);
    expect(value.includes('\r') || value.includes(bare)).toBe(true);
  })));

  it.each(['ghp', 'BEGIN RSA PRIVATE KEY', 'glpat', '', 'a1_'])('is not the digest of %j, which detect-secrets gives of every secret of a kind', (shared) => {
    expect(secretFromSha1('x', sha1OfSecret(shared))).toBeNull();
  });

  it('is no text that is no digest', () => {
    expect(secretFromSha1('x', 'REDACTED')).toBeNull();
    expect(secretFromSha1('x', SHA1.toUpperCase())).toEqual({ type: 'x', sha1: SHA1 });
  });

  it.each(['AKIA****************', 'REDACTED', '[REDACTED:x:1]', 'xoxb-12...', 'sk_live_\u2026', '\u2022\u2022\u2022\u2022', 'hidden', 'xxxxxxxx'])('is not known of a mask: %s', (mask) => {
    expect(isMasked(mask)).toBe(true);
    expect(secretInSnippet('x', mask).secret).toBeNull();
  });
});

describe('the value in flagged lines', () => {
  const AWS = 'AKIAZ5QHWX7RNB2KDM6P';
  const GITHUB = 'ghp_Qw3Er5Ty7Ui9Op1As2Df4Gh6Jk8Lz0Xc5Vb7';
  const value = (snippet: string, startColumn = 0, endColumn = 0): string | undefined => secretInSnippet('t', snippet, flaggedText(snippet, startColumn, endColumn)).secret?.value;

  it.each<[string, string, number, number, string]>([
    ['a bare value', GITHUB, 6, 67, GITHUB],
    ['an address with its password, which is the value', 'https://svc:Xy7hJ2kQ9w@db.internal/app', 0, 0, 'https://svc:Xy7hJ2kQ9w@db.internal/app'],
    ['a value that ends like an assignment', 'mN8wq2Zr5LpTq==', 0, 0, 'mN8wq2Zr5LpTq=='],
    ['a value with a colon', '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', 0, 0, '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'],
    ['the one that the columns mean, over lines that end in a line end', `a\n b ${GITHUB} ${AWS}\n`, 1, 45, GITHUB],
    ['the only one in a line', `const key = '${AWS}';`, 0, 0, AWS],
    ['an assignment without spaces', `KEY=${AWS}`, 0, 0, AWS],
    ['the one that the columns mean', `${GITHUB} and ${AWS}`, 46, 66, AWS],
    ['what the columns mean when nothing has a known shape', 'set pin to 4711-0815 now', 12, 21, '4711-0815'],
  ])('%s', (_name, snippet, start, end, expected) => expect(value(snippet, start, end)).toBe(expected));

  it.each([['nothing says which part', 'set pin to 4711-0815 now'], ['several may be meant', `${GITHUB} and ${AWS}`]])('is not known when %s, and the lines are hidden all the same', (_why, snippet) => {
    expect(secretInSnippet('t', snippet)).toEqual({ secret: null, alsoSecret: [{ type: 't', value: snippet }] });
  });

  it.each<[string, string | undefined]>([
    ["'s3cr3t_pw!'", 's3cr3t_pw!'], ['"password"', undefined], ["connect('db1.internal', password)", undefined], ["'a1b2c3d4e5' + 'f6a7b8c9d0'", undefined], ['', undefined],
  ])('of a rule about hard-coded credentials is the literal that %s is', (flagged, expected) => expect(flaggedSecret(flagged)?.value).toBe(expected));

  it('is within its lines whatever the columns say', () => fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), (lines, start, end) => {
    expect(lines.includes(flaggedText(lines, start, end))).toBe(true);
  })));
});
