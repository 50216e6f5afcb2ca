import { normalizedSnippet } from '../identity/normalize.js';
import type { View } from '../near/view.js';

/** A flagged piece of code, taken apart. */
export interface Code {
  /** Without white space and line numbers; '' when the tool gave none. Equal texts are equal code. */
  readonly text: string;
  readonly tokens: readonly string[];
  /** Lines around the flagged ones, for tools that print some; equal surroundings are evidence of their own. */
  readonly around: readonly string[];
}

const NUMBERED = /^\s*(\d+)(?:[\s:|](.*)|)$/s;
const QUOTES = /["'`]/g;
/** Words (of identifiers, keywords and texts alike), numbers, operators. Brackets, commas and semicolons come and go with formatting. */
const TOKENS = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}[\p{L}\p{N}_.]*|[+\-*/%=<>!&|^~?:.@#]+/gu;
/** Longer code is compared by its beginning: 3,000 characters of a snippet rarely have more. */
const MAX_TOKENS = 600;

export function codeOf(view: View): Code {
  const { flagged, around } = split(view);
  const text = normalizedSnippet(flagged);
  return { text, tokens: text === '' ? [] : tokensOf(flagged), around: around === '' ? [] : tokensOf(around) };
}

/** Spelling of a name is no identity (`userId`, `user_id`), nor are quotes. */
export function tokensOf(text: string): readonly string[] {
  return (text.replace(QUOTES, ' ').match(TOKENS) ?? []).slice(0, MAX_TOKENS).map((token) => token.replace(/(?<=.)_+/g, '').toLowerCase());
}

/** Tools such as Bandit print numbered lines around the flagged ones: the numbers tell which those are. */
function split({ snippet, startLine, endLine }: View): { readonly flagged: string; readonly around: string } {
  const lines = snippet.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const numbers = lines.map((line) => Number(NUMBERED.exec(line)?.[1] ?? Number.NaN));
  const rising = numbers.every((number, index) => number > (index === 0 ? 0 : numbers[index - 1] as number));
  if (!rising || (lines.length === 1 && numbers[0] !== startLine)) return { flagged: snippet, around: '' };
  const parts = Map.groupBy(lines.map((line, index) => ({ text: NUMBERED.exec(line)?.[2] ?? '', own: isWithin(numbers[index] as number, startLine, endLine) })), (line) => line.own);
  const joined = (own: boolean): string => (parts.get(own) ?? []).map((line) => line.text).join('\n');
  return parts.has(true) ? { flagged: joined(true), around: joined(false) } : { flagged: joined(false), around: '' };
}

const isWithin = (line: number, start: number, end: number): boolean => line >= start && line <= Math.max(start, end);

const KEYWORDS = new Set((
  'and as assert async await bool boolean break byte case catch char class const continue def default del do double elif else end enum err error except export extends '
  + 'false final finally float for from func function global go if implements import in int interface is lambda let long map module new nil none not null number object or '
  + 'package pass private protected public raise range readonly require return self short static string struct super switch synchronized this throw throws true try type '
  + 'typeof undefined unless until use using val var void when where while with yield select insert update delete into values set like'
).split(' '));

/** How much it says that two pieces of code share a token. */
const WEIGHT = { word: 1, number: 0.7, keyword: 0.3, rule: 0.35, operator: 0.1 } as const;

/** Weighs tokens for one rule: what all its flaws have in common tells none of them apart. */
export class Weights {
  readonly #ofRule: ReadonlySet<string>;
  readonly #share = new Map<string, number>();

  /** `names`: words of the rule. `sides`: the code before and now, each apart, since an unchanged word is on both. */
  constructor(names: readonly string[], sides: readonly (readonly Code[])[]) {
    this.#ofRule = new Set(names.flatMap((name) => name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2').toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []));
    for (const side of sides) {
      const counts = new Map<string, number>();
      for (const code of side) for (const token of new Set(code.tokens)) counts.set(token, (counts.get(token) ?? 0) + 1);
      // The share of *others* that have it, cautious while there are few.
      for (const [token, count] of counts) this.#share.set(token, Math.max(this.#share.get(token) ?? 0, (count - 1) / (side.length + 1)));
    }
  }

  of(token: string): number {
    return base(token, this.#ofRule) * (1 - 0.75 * (this.#share.get(token) ?? 0));
  }
}

function base(token: string, ofRule: ReadonlySet<string>): number {
  if (/^\p{N}/u.test(token)) return WEIGHT.number;
  if (!/[\p{L}_$]/u.test(token)) return WEIGHT.operator;
  if (KEYWORDS.has(token)) return WEIGHT.keyword;
  return ofRule.has(token) ? WEIGHT.rule : WEIGHT.word;
}

/** Tokens and how much they say together. */
export interface Bag {
  readonly weights: ReadonlyMap<string, number>;
  readonly total: number;
}

export function bagOf(tokens: readonly string[], weightOf: (token: string) => number): Bag {
  const weights = new Map<string, number>();
  let total = 0;
  for (const token of tokens) {
    const weight = weightOf(token);
    weights.set(token, (weights.get(token) ?? 0) + weight);
    total += weight;
  }
  return { weights, total };
}

/** Shared weight of two bags. */
export function overlap(a: Bag, b: Bag): number {
  const [small, large] = a.weights.size <= b.weights.size ? [a.weights, b.weights] : [b.weights, a.weights];
  let shared = 0;
  for (const [token, weight] of small) shared += Math.min(weight, large.get(token) ?? 0);
  return shared;
}

/** Share of what both say that they say alike: 0 to 1. */
export function likeness(a: Bag, b: Bag): number {
  return a.total + b.total === 0 ? 0 : (2 * overlap(a, b)) / (a.total + b.total);
}

/** A part of the other, when the part says enough to be recognized: a wrapped statement's first line, a snippet with more lines. */
export function containment(a: Bag, b: Bag): number {
  const least = Math.min(a.total, b.total);
  return least < 2 ? 0 : overlap(a, b) / least;
}

/** Equal but for names, and the names are replaced one for one: `run(a, a)` and `run(b, b)`, not `run(a, b)`. */
export function isRenamed(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length || a.length < 2) return false;
  const forth = new Map<string, string>();
  const back = new Map<string, string>();
  return a.every((token, index) => {
    const other = b[index] as string;
    if (token !== other && !(isName(token) && isName(other))) return false;
    if (!forth.has(token) && !back.has(other)) { forth.set(token, other); back.set(other, token); }
    return forth.get(token) === other && back.get(other) === token;
  });
}

const isName = (token: string): boolean => /^[\p{L}_$]/u.test(token) && !KEYWORDS.has(token);
