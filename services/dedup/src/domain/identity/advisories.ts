/**
 * Which vulnerability ids name one flaw. A vendor's advisory (RHSA, DSA, USN, …) bundles several flaws: as a key it
 * would merge every CVE of an errata. It is used only when the tool gave nothing finer.
 */
const BUNDLES = /^(?:RH[SBE]A|CESA|ELSA|ALSA|RLSA|ALAS\d*\w*|DSA|DLA|DTSA|USN|LSN|GLSA|FEDORA|(?:OPEN)?SUSE|VMSA|MFSA|KB\d|MS\d{2}-|CISA|ICSA)/;

/** Whether an id names an errata that may hold several flaws. */
export const isBundle = (id: string): boolean => BUNDLES.test(id);

const RANK: readonly RegExp[] = [/^CVE-/, /^GHSA-/, /^(?:PYSEC|GO|RUSTSEC|OSV|MAL)-/];

function rank(id: string): number {
  const found = RANK.findIndex((pattern) => pattern.test(id));
  return found < 0 ? RANK.length : found;
}

/** CVE before GHSA before ecosystem databases before the rest, each in order of text. */
export function byAuthority(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** All ids that a result names, most authoritative first. */
export const namedIds = (identifiers: readonly string[]): readonly string[] =>
  [...new Set(identifiers.map((id) => id.trim().toUpperCase()).filter((id) => id !== ''))].sort(byAuthority);

/**
 * The alias keys of one result: ids that each name this one flaw, most authoritative first. Several CVEs in one result
 * are different flaws reported together, so they are no aliases of each other: then the finer of the remaining ids
 * stand, or else the CVEs as one joined key.
 */
export function aliasIds(identifiers: readonly string[], ruleId: string): readonly string[] {
  const all = namedIds(identifiers);
  const fine = all.filter((id) => !BUNDLES.test(id));
  const cves = fine.filter((id) => id.startsWith('CVE-'));
  const rest = fine.filter((id) => !id.startsWith('CVE-'));
  if (cves.length > 1) return rest.length > 0 ? rest : [cves.join('+')];
  if (fine.length > 0) return fine;
  return all.length > 0 ? all.slice(0, 1) : [ruleId.trim().toUpperCase()];
}

/** The id that stands for a set of aliases. */
export function canonicalId(identifiers: readonly string[]): string {
  return [...identifiers].sort(byAuthority)[0] ?? '';
}
