/**
 * CWE → kind of flaw. A kind is as fine as a flaw that one edit repairs: views of one place with one kind are one flaw.
 * Variants stand with their base weakness as MITRE's views 1000 (research concepts) and 699 (software development) have
 * it (CWE 4.17). Weaknesses that say only where the trouble is (20, 74, 116, 200, 284, 310, 320, 400, 693, 703, 707, 710)
 * name no kind: equal ones prove nothing.
 */
const KINDS: Readonly<Record<string, string>> = {
  'sql-injection': '89 564',
  'command-injection': '77 78 88',
  'code-injection': '94 95 96',
  'template-injection': '1336',
  'expression-injection': '917',
  'ldap-injection': '90',
  'xpath-injection': '643 652',
  'xml-injection': '91',
  'nosql-injection': '943',
  'log-injection': '117',
  'header-injection': '93 113',
  'format-string': '134',
  xss: '79 80 81 82 83 84 85 86 87',
  'path-traversal': '22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 73 98',
  'unrestricted-upload': '434',
  deserialization: '502',
  ssrf: '918',
  xxe: '611 776 827',
  'open-redirect': '601',
  csrf: '352',
  cors: '942 346',
  clickjacking: '1021',
  'hard-coded-credential': '259 321 798',
  'weak-hash': '327 328 759 760 916',
  'weak-cipher': '327 329 780 1204',
  'weak-key': '326',
  'weak-random': '330 331 332 334 335 336 337 338 339 340 341 342 343',
  'certificate-validation': '295 296 297 298 299 599',
  'signature-verification': '347',
  cleartext: '319 523',
  'cookie-secure': '614',
  'cookie-httponly': '1004',
  'cookie-samesite': '1275',
  redos: '1333 730',
  'debug-enabled': '11 489',
  'bind-all-interfaces': '605 1327',
  'temp-file': '377 378 379',
  permissions: '276 277 278 279 732',
  'prototype-pollution': '1321',
  'mass-assignment': '915',
  'unsafe-reflection': '470',
  'trust-boundary': '501',
  'missing-authentication': '306',
  'missing-authorization': '862 863 639',
  'secret-in-log': '532',
  'search-path': '426 427 428',
  'host-key-verification': '322',
  'cleartext-storage': '312 313 315 316',
  'rate-limit': '307 770',
  'dead-code': '561',
  'unused-value': '563',
  'error-detail': '209 210 211',
  'timing-attack': '208',
  'session-fixation': '384',
  'race-condition': '362 367',
  'directory-listing': '548',
  'subresource-integrity': '353',
  'buffer-overflow': '119 120 121 122 787 788',
  'buffer-overread': '125 126 127',
  'use-after-free': '416',
  'double-free': '415',
  'null-dereference': '476',
  'integer-overflow': '190 191 680',
  'divide-by-zero': '369',
  'memory-leak': '401',
  uninitialized: '456 457 908',
  'swallowed-error': '390 391',
};

const KINDS_OF = new Map<string, string[]>();
for (const [kind, numbers] of Object.entries(KINDS)) {
  for (const number of numbers.split(' ')) KINDS_OF.set(`CWE-${number}`, [...(KINDS_OF.get(`CWE-${number}`) ?? []), kind]);
}

/** Kinds of flaw that these weaknesses name; a weakness between two kinds (327: cipher or hash) names both. */
export function kindsOfWeaknesses(weaknesses: readonly string[]): readonly string[] {
  return [...new Set(weaknesses.flatMap((weakness) => KINDS_OF.get(weakness.trim().toUpperCase()) ?? []))].sort();
}
