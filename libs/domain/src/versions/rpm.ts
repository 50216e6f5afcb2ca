import { compareDigits, compareLists, compareText, isDigits, type Comparison, type VersionOrder } from './order.js';

interface RpmVersion {
  readonly epoch: string;
  readonly version: readonly string[];
  /** Undefined when only a version was given: before every release of it. */
  readonly release: readonly string[] | undefined;
}

const GRAMMAR = /^(?:(?<epoch>\d+):)?(?<version>[0-9A-Za-z._+~^]+)(?:-(?<release>[0-9A-Za-z._+~^]+))?$/;

/** Runs of digits and of letters, `~` and `^`; everything else only separates. */
const segments = (text: string): readonly string[] => text.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];

/** `~` before the end, `^` after the end and before any other segment, words before numbers. */
function compareSegments(a: string | undefined, b: string | undefined): Comparison {
  if (a === b) return 0;
  if (a === '~' || b === '~') return a === '~' ? -1 : 1;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  if (a === '^' || b === '^') return a === '^' ? -1 : 1;
  if (isDigits(a) !== isDigits(b)) return isDigits(a) ? 1 : -1;
  return isDigits(a) ? compareDigits(a, b) : compareText(a, b);
}

const compareSide = (a: readonly string[], b: readonly string[]): Comparison => compareLists<string | undefined>(a, b, undefined, compareSegments);

/** RPM packages: rpm-version(7), "rpmvercmp"; no epoch is epoch 0. A version without a digit is a word. */
export const rpmOrder: VersionOrder<RpmVersion> = {
  parse(text) {
    const { epoch, version, release } = (GRAMMAR.exec(text)?.groups ?? {}) as Readonly<Record<string, string | undefined>>;
    if (version === undefined || !/\d/.test(version)) return undefined;
    return { epoch: epoch ?? '0', version: segments(version), release: release === undefined ? undefined : segments(release) };
  },
  compare(a, b) {
    const order = compareDigits(a.epoch, b.epoch) || compareSide(a.version, b.version);
    if (order !== 0 || (a.release === undefined && b.release === undefined)) return order;
    if (a.release === undefined || b.release === undefined) return a.release === undefined ? -1 : 1;
    return compareSide(a.release, b.release);
  },
};
