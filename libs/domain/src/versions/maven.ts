import { compareDigits, compareLists, compareText, isDigits, sign, type Comparison, type VersionOrder } from './order.js';

interface Token {
  readonly dot: boolean;
  /** Digits, or a qualifier in lower case without aliases. */
  readonly value: string;
}

const ALIASES: Readonly<Record<string, string>> = { cr: 'rc', ga: '', final: '', release: '' };
/** Before a number only: `1a` is a qualifier of its own, `1a1` is `1-alpha-1`. */
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };
const KNOWN = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];

/** Dots, hyphens and changes between digits and letters separate; an empty token is 0. */
function tokens(text: string): Token[] {
  const parts = text.toLowerCase().split(/([.-])/);
  const found: Token[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const runs = parts[index]?.match(/\d+|\D+/g) ?? ['0'];
    runs.forEach((run, at) => {
      const digits = isDigits(run);
      const next = runs[at + 1];
      const qualifier = (next === undefined ? undefined : SHORT[run]) ?? ALIASES[run] ?? run;
      // A qualifier is bound by a hyphen whatever is written; so is what a change of digits and letters begins.
      found.push({ dot: digits && at === 0 && parts[index - 1] === '.', value: digits ? run : qualifier });
    });
  }
  return found;
}

const isNull = ({ value }: Token): boolean => value === '' || /^0+$/.test(value);

/** Without null values (0, final, ga) at the end and before each hyphen: `1.0.0-foo.0` is `1-foo`. */
function trimmed(all: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (const token of all) {
    if (!token.dot) dropNulls(kept);
    kept.push(token);
  }
  dropNulls(kept);
  return kept;
}

/** The first token stays: it is the version itself. */
function dropNulls(list: Token[]): void {
  for (let last = list.at(-1); list.length > 1 && last !== undefined && isNull(last); last = list.at(-1)) list.pop();
}

/** `-qualifier` before `-number` before `.number`. */
const kind = ({ dot, value }: Token): number => (!isDigits(value) ? 0 : dot ? 2 : 1);

function compareTokens(a: Token | undefined, b: Token | undefined): Comparison {
  if (a === undefined || b === undefined) return a === undefined ? (b === undefined ? 0 : sign(-beyond(b))) : beyond(a);
  if (kind(a) !== kind(b)) return sign(kind(a) - kind(b));
  return isDigits(a.value) ? compareDigits(a.value, b.value) : compareQualifiers(a.value, b.value);
}

/** A token against the null value that pads the other version: 0 for a number, the release for a qualifier. */
const beyond = ({ value }: Token): Comparison => (isDigits(value) ? compareDigits(value, '0') : compareQualifiers(value, ''));

/** Known qualifiers in their order, the unknown ones after them by name. */
function compareQualifiers(a: string, b: string): Comparison {
  const rank = (qualifier: string): number => (KNOWN.includes(qualifier) ? KNOWN.indexOf(qualifier) : KNOWN.length);
  return sign(rank(a) - rank(b)) || compareText(a, b);
}

/**
 * Maven (maven.apache.org/pom.html, "Version Order Specification"), with its later reading that `.x` is `-x` for every
 * qualifier. Any text is a version there; here it must hold a digit and nothing
 * that belongs to ranges, properties or comparisons.
 */
export const mavenOrder: VersionOrder<readonly Token[]> = {
  parse: (text) => (/^[\p{L}\p{N}._+~!@#:-]+$/u.test(text) && /\d/.test(text) ? trimmed(tokens(text)) : undefined),
  compare: (a, b) => compareLists<Token | undefined>(a, b, undefined, compareTokens),
};
