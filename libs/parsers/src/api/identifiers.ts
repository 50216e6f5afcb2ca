/** Vulnerability ids with an unmistakable shape, in any text. Bounded repetition keeps them linear. */
const VULNERABILITY = /\b(?:CVE-\d{4}-\d{4,10}|GHSA(?:-[0-9a-z]{4}){3}|(?:PYSEC|GO|RUSTSEC|OSV|MAL|GSD)-\d{4}-\d{1,10}|(?:DSA|DLA|RHSA|ELSA|ALAS\d?|USN)-\d{1,6}[:-]\d{1,6}(?:-\d{1,4})?|SNYK-[A-Z0-9]{2,20}-[A-Z0-9_]{1,80}-\d{1,12}|TEMP-\d{7}-[0-9A-F]{6})\b/gi;
const WEAKNESS = /\bCWE[-_ :]?0{0,3}(\d{1,4})\b/gi;

/** CVE, GHSA, OSV and vendor ids in the texts: upper case, without duplicates, in order of appearance. */
export function vulnerabilityIds(...sources: readonly string[]): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    if (!source.includes('-')) continue;
    for (const match of source.matchAll(VULNERABILITY)) found.add(match[0].toUpperCase());
  }
  return [...found];
}

/** `CWE-79` of `CWE-79: Cross-site …`, `external/cwe/cwe-079`, `79`, `cwe 79`; sorted by number, without duplicates. */
export function weaknessIds(...sources: readonly (string | number)[]): string[] {
  const found = new Set<number>();
  for (const source of sources) {
    const text = String(source);
    if (/^\d{1,4}$/.test(text)) found.add(Number(text));
    else if (/cwe/i.test(text)) for (const match of text.matchAll(WEAKNESS)) found.add(Number(match[1]));
  }
  found.delete(0);
  return [...found].sort((left, right) => left - right).map((id) => `CWE-${id}`);
}
