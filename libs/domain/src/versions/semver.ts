import { compareDigits, compareLists, compareText, isDigits, sign, type Comparison, type VersionOrder } from './order.js';

export interface Semver {
  readonly numbers: readonly string[];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

const NUMBER = '(0|[1-9]\\d*)';
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const BUILD = '(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const FULL = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?${BUILD}$`);

function parse(text: string): Semver | undefined {
  const [, major, minor, patch, prerelease] = FULL.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { numbers: [major, minor, patch], prerelease: prerelease?.split('.') ?? [] };
}

/** Numeric identifiers by value and below all others, the others in ASCII order; fewer identifiers come first. */
export function comparePrerelease(a: readonly string[], b: readonly string[]): Comparison {
  if (a.length === 0 || b.length === 0) return sign(Number(a.length === 0) - Number(b.length === 0));
  return compareLists<string | undefined>(a, b, undefined, (left, right) => {
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    if (isDigits(left) !== isDigits(right)) return isDigits(left) ? -1 : 1;
    return isDigits(left) ? compareDigits(left, right) : compareText(left, right);
  });
}

const compare = (a: Semver, b: Semver): Comparison => compareLists(a.numbers, b.numbers, '0', compareDigits) || comparePrerelease(a.prerelease, b.prerelease);

/** Semantic Versioning 2.0.0, §9–11 (semver.org): build metadata has no precedence. Cargo's manifests accept nothing else. */
export const cargoOrder: VersionOrder<Semver> = { parse, compare };

/** Semantic Versioning as node-semver reads a version: a leading `v` or `=` is no part of it. */
export const npmOrder: VersionOrder<Semver> = { parse: (text) => parse(text.replace(/^[=v\s]+/, '')), compare };

const SHORT = new RegExp(`^${NUMBER}(?:\\.${NUMBER})?$`);
const TOOLCHAIN = new RegExp(`^${NUMBER}\\.${NUMBER}(?:\\.${NUMBER})?(rc|beta)(\\d+)$`);

/**
 * Go modules (go.dev/ref/mod#versions, golang.org/x/mod/semver): semver with `v`, which scanners drop; `v1` and `v1.2`
 * stand for `v1.0.0` and `v1.2.0`; `+incompatible` is build metadata; a pseudo-version is a pre-release whose time
 * orders it. The standard library is versioned as the toolchain: `go1.21rc2` comes before `go1.21.0`.
 */
export const golangOrder: VersionOrder<Semver> = {
  parse(text) {
    const bare = text.replace(/^(?:v|go)/, '');
    const short = SHORT.exec(bare);
    if (short !== null) return { numbers: [short[1] ?? '0', short[2] ?? '0', '0'], prerelease: [] };
    const [, major, minor, patch, kind, number] = TOOLCHAIN.exec(bare) ?? [];
    if (major !== undefined && minor !== undefined && kind !== undefined && number !== undefined) return { numbers: [major, minor, patch ?? '0'], prerelease: [kind, number] };
    return parse(bare);
  },
  compare,
};

const NUGET = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * NuGet (learn.microsoft.com, "Package versioning"): semver with a fourth number; missing numbers are 0, leading zeros do
 * not count, pre-release labels are compared without case.
 */
export const nugetOrder: VersionOrder<Semver> = {
  parse(text) {
    const match = NUGET.exec(text);
    return match === null ? undefined : { numbers: match.slice(1, 5).map((number) => (number as string | undefined) ?? '0'), prerelease: match[5]?.toLowerCase().split('.') ?? [] };
  },
  compare,
};
