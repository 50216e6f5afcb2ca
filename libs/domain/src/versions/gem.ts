import { compareDigits, compareLists, compareText, isDigits, type Comparison, type VersionOrder } from './order.js';

const GRAMMAR = /^\d+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** Zeros at the end of the release and of the pre-release part do not count. */
function canonical(segments: readonly string[]): readonly string[] {
  const first = segments.findIndex((segment) => !isDigits(segment));
  const split = first < 0 ? segments.length : first;
  return [...withoutZeros(segments.slice(0, split)), ...withoutZeros(segments.slice(split))];
}

function withoutZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => !/^0+$/.test(segment)) + 1);
}

/** A word makes a pre-release: it comes before every number. */
function compareSegments(a: string, b: string): Comparison {
  if (isDigits(a) !== isDigits(b)) return isDigits(a) ? 1 : -1;
  return isDigits(a) ? compareDigits(a, b) : compareText(a, b);
}

/** RubyGems: the documentation of Gem::Version (docs.ruby-lang.org); a hyphen stands for `.pre.`. */
export const gemOrder: VersionOrder<readonly string[]> = {
  parse: (text) => (GRAMMAR.test(text) ? canonical(text.replaceAll('-', '.pre.').match(/\d+|[a-z]+/gi) ?? []) : undefined),
  compare: (a, b) => compareLists(a, b, '0', compareSegments),
};
