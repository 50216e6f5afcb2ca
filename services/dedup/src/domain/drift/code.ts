import { normalizedSnippet } from '../identity/normalize.js';
import type { View } from '../near/view.js';
import { tokensOf, type Token } from './tokens.js';
import type { Weights } from './weights.js';

/** A flagged piece of code, taken apart. */
export interface Code {
  /** Without white space and line numbers; '' when the tool gave none. Equal texts are equal code. */
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Lines around the flagged ones, for tools that print some; equal surroundings are evidence of their own. */
  readonly around: readonly Token[];
}

const NUMBERED = /^\s*(\d+)(?:[\s:|](.*)|)$/s;
/** Longer code is compared by its beginning: 3,000 characters of a snippet rarely have more. */
const MAX_TOKENS = 600;

export function codeOf(view: View): Code {
  const { flagged, around } = split(view);
  const text = normalizedSnippet(flagged);
  return { text, tokens: text === '' ? [] : tokensOf(flagged).slice(0, MAX_TOKENS), around: around === '' ? [] : tokensOf(around).slice(0, MAX_TOKENS) };
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

/** Tokens and how much they say together. */
export interface Bag {
  readonly weights: ReadonlyMap<string, number>;
  readonly total: number;
}

export function bagOf(tokens: readonly Token[], weights: Weights): Bag {
  const weighed = new Map<string, number>();
  let total = 0;
  for (const token of tokens) {
    const weight = weights.of(token);
    weighed.set(token.key, (weighed.get(token.key) ?? 0) + weight);
    total += weight;
  }
  return { weights: weighed, total };
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

/**
 * How many names one piece of code has instead of the other's, each replaced by one other everywhere: `run(a, a)` and
 * `run(b, b)` differ in one name, `run(a, b)` in none that could be renamed. Undefined when more than names differs.
 */
export function renamedNames(a: readonly Token[], b: readonly Token[]): number | undefined {
  if (a.length !== b.length || a.length < 2) return undefined;
  const forth = new Map<string, string>();
  const back = new Map<string, string>();
  for (const [index, { key, kind }] of a.entries()) {
    const other = b[index] as Token;
    if (key !== other.key && !(kind === 'name' && other.kind === 'name')) return undefined;
    if (kind !== 'name') continue;
    if ((forth.get(key) ?? other.key) !== other.key || (back.get(other.key) ?? key) !== key) return undefined;
    forth.set(key, other.key);
    back.set(other.key, key);
  }
  return [...forth].filter(([key, other]) => key !== other).length;
}
