import { compareDigits, compareLists, compareText, sign, type Comparison, type VersionOrder } from './order.js';

/** In the order in which a version may hold them; the end comes last. */
const KINDS = ['first', 'number', 'letter', 'suffix', 'suffix-number', 'commit', 'revision', 'end'] as const;

interface Token {
  readonly kind: typeof KINDS[number];
  readonly value: string;
}

const END: Token = { kind: 'end', value: '' };
const BEFORE = ['alpha', 'beta', 'pre', 'rc'];
const AFTER = ['cvs', 'svn', 'git', 'hg', 'p'];
const SUFFIXES = [...BEFORE, ...AFTER];

const GRAMMAR = new RegExp(`^(?<first>\\d+)(?<numbers>(?:\\.\\d+)*)(?<letter>[a-z]?)(?<suffixes>(?:_(?:${SUFFIXES.join('|')})\\d*)*)(?<commit>~[0-9a-f]+)?(?:-r(?<revision>\\d+))?$`);

function parse(text: string): readonly Token[] | undefined {
  const groups = GRAMMAR.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
  if (groups === undefined) return undefined;
  const numbers = groups['numbers']?.split('.').slice(1) ?? [];
  const suffixes = groups['suffixes']?.split('_').slice(1) ?? [];
  const tokens: Token[] = [{ kind: 'first', value: groups['first'] ?? '' }, ...numbers.map((value) => ({ kind: 'number' as const, value }))];
  if (groups['letter']) tokens.push({ kind: 'letter', value: groups['letter'] });
  for (const suffix of suffixes) {
    const number = /\d+$/.exec(suffix)?.[0];
    tokens.push({ kind: 'suffix', value: suffix.replace(/\d+$/, '') });
    if (number !== undefined) tokens.push({ kind: 'suffix-number', value: number });
  }
  if (groups['commit']) tokens.push({ kind: 'commit', value: groups['commit'] });
  if (groups['revision']) tokens.push({ kind: 'revision', value: groups['revision'] });
  return tokens;
}

const preRelease = ({ kind, value }: Token): boolean => kind === 'suffix' && BEFORE.includes(value);

function compareTokens(a: Token, b: Token): Comparison {
  if (a.kind !== b.kind) {
    if (preRelease(a) || preRelease(b)) return preRelease(a) ? -1 : 1;
    // Who goes on with the kind that comes earlier in a version is newer: 1.0.1 after 1.0a after 1.0_p1 after 1.0.
    return sign(KINDS.indexOf(b.kind) - KINDS.indexOf(a.kind));
  }
  switch (a.kind) {
    // A number with a leading zero is a decimal fraction: 1.06 comes before 1.6.
    case 'number': return a.value.startsWith('0') || b.value.startsWith('0') ? compareText(a.value, b.value) : compareDigits(a.value, b.value);
    case 'suffix': return sign(SUFFIXES.indexOf(a.value) - SUFFIXES.indexOf(b.value));
    case 'first': case 'suffix-number': case 'revision': return compareDigits(a.value, b.value);
    default: return compareText(a.value, b.value);
  }
}

/** Alpine packages: apk-package(5), "Package version"; version.data of apk-tools has its examples. */
export const apkOrder: VersionOrder<readonly Token[]> = { parse, compare: (a, b) => compareLists(a, b, END, compareTokens) };
