import { apkOrder } from './apk.js';
import { composerOrder } from './composer.js';
import { debOrder } from './deb.js';
import { gemOrder } from './gem.js';
import { mavenOrder } from './maven.js';
import type { Comparison, VersionOrder } from './order.js';
import { pypiOrder } from './pypi.js';
import { rpmOrder } from './rpm.js';
import { cargoOrder, golangOrder, npmOrder, nugetOrder } from './semver.js';

/** A version longer than this is no version: it is refused before any grammar reads it. */
const LONGEST = 256;

type Compare = (a: string, b: string) => Comparison | undefined;

function comparing<Parsed>({ parse, compare }: VersionOrder<Parsed>): Compare {
  return (a, b) => {
    const left = a.length > LONGEST ? undefined : parse(a);
    const right = b.length > LONGEST ? undefined : parse(b);
    return left === undefined || right === undefined ? undefined : compare(left, right);
  };
}

const ORDERS = new Map<string, Compare>([
  ['npm', comparing(npmOrder)], ['cargo', comparing(cargoOrder)], ['golang', comparing(golangOrder)], ['nuget', comparing(nugetOrder)],
  ['pypi', comparing(pypiOrder)], ['maven', comparing(mavenOrder)], ['gem', comparing(gemOrder)], ['composer', comparing(composerOrder)],
  ['deb', comparing(debOrder)], ['rpm', comparing(rpmOrder)], ['apk', comparing(apkOrder)],
]);

/** Types of package URLs whose versions can be compared. */
export const VERSIONED_ECOSYSTEMS: readonly string[] = [...ORDERS.keys()];

/**
 * Two versions in their ecosystem's own order. `ecosystem` is the type of the package URL (`npm`, `deb`, …). Undefined
 * when they cannot be compared: an ecosystem without a known order, or text that is no version there. Never a guess.
 */
export function compareVersions(ecosystem: string, a: string, b: string): Comparison | undefined {
  return ORDERS.get(ecosystem)?.(a, b);
}
