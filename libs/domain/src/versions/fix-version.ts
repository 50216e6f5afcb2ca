import { compareVersions } from './compare.js';

/** What is installed somewhere, and the versions in which one flaw of it is repaired: one for each line of releases. */
export interface FixNeed {
  readonly installed: string;
  readonly fixed: readonly string[];
}

/** The numbers that a version begins with, after epoch and `v`. */
function releaseOf(version: string): readonly string[] {
  const numbers = /^(?:\d+[:!])?(?:v|go)?(\d+(?:\.\d+)*)/i.exec(version)?.[1] ?? '';
  return numbers === '' ? [] : numbers.split('.');
}

function sharedNumbers(a: string, b: string): number {
  const [left, right] = [releaseOf(a), releaseOf(b)];
  const different = left.findIndex((number, index) => number !== right[index]);
  return different < 0 ? left.length : different;
}

function ascending(ecosystem: string, versions: Iterable<string>): readonly string[] {
  return [...new Set(versions)].filter((one) => compareVersions(ecosystem, one, one) === 0).sort((a, b) => compareVersions(ecosystem, a, b) ?? 0);
}

/**
 * The lowest fixed version above the installed one, which is the one of its own line of releases where that was repaired
 * (1.26.17 and not 2.0.6 for 1.26.3). Undefined when no fixed version can be compared and is above.
 */
export function lowestFix(ecosystem: string, installed: string, fixed: readonly string[]): string | undefined {
  return ascending(ecosystem, fixed).find((one) => compareVersions(ecosystem, one, installed) === 1);
}

/**
 * Whether a version repairs a flaw: it is a fixed version, or not below the one of its own line of releases, which is
 * the one that shares most numbers with it (of equals the highest: 1.4 comes after the fixes 1.2.5 and 1.3.2, 1.3.1 does
 * not).
 */
function repairs(ecosystem: string, version: string, fixed: readonly string[]): boolean {
  if (fixed.includes(version)) return true;
  const lines = ascending(ecosystem, fixed);
  const nearest = Math.max(...lines.map((one) => sharedNumbers(one, version)));
  const decisive = lines.findLast((one) => sharedNumbers(one, version) === nearest);
  return decisive !== undefined && (compareVersions(ecosystem, version, decisive) ?? -1) >= 0;
}

/**
 * The lowest version that repairs all flaws and is above all that is installed: usually the highest of the lowest fixes,
 * and a higher one where that belongs to a line of releases in which another flaw was repaired later. A fixed version that
 * is not above the installed one proves nothing: the flaw was found there. Undefined when there is none, or when something
 * cannot be compared.
 */
export function commonFix(ecosystem: string, needs: readonly FixNeed[]): string | undefined {
  if (needs.length === 0 || needs.some(({ installed, fixed }) => lowestFix(ecosystem, installed, fixed) === undefined)) return undefined;
  return ascending(ecosystem, needs.flatMap(({ fixed }) => fixed)).find((version) => needs.every(({ installed, fixed }) =>
    compareVersions(ecosystem, version, installed) === 1 && repairs(ecosystem, version, fixed.filter((one) => compareVersions(ecosystem, one, installed) === 1))));
}
