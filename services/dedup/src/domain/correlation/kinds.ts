import type { View } from '../near/view.js';
import { controlsOf } from './controls.js';
import { kindOfRule } from './rules.js';
import { kindsOfWeaknesses } from './weaknesses.js';
import { kindsOfWords, particularsOf, wordsOf } from './words.js';

/** What says that a view is of a kind: a known rule or control, words of the rule, words of the title, the weakness. */
export type Source = 'rule' | 'words' | 'title' | 'weaknesses';

export type Kinds = ReadonlyMap<string, ReadonlySet<Source>>;

/** Kinds of flaw and the particular algorithms or libraries that one view names. */
export interface Nature {
  readonly kinds: Kinds;
  readonly particulars: readonly string[];
}

/** What a view is about. Words of a rule, or else of its title, outweigh its weakness: tools give weaknesses that are too wide or wrong. */
export function natureOf(view: View): Nature {
  const words = wordsOf(view.rule, view.ruleName);
  const title = wordsOf(view.title);
  return { kinds: kindsOf(view, words, title), particulars: [...new Set(particularsOf(words + title))] };
}

function kindsOf(view: View, words: string, title: string): Kinds {
  if (view.class === 'secrets') return new Map([['hard-coded-credential', new Set<Source>(['rule'])]]);
  const weaknesses = kindsOfWeaknesses(view.weaknesses);
  const coded = kindOfRule(view.tool, view.rule);
  const known = coded === undefined ? controlsOf(view.rule, view.ruleName) : [coded];
  if (known.length > 0) return new Map(known.map((kind) => [kind, sources('rule', kind, weaknesses)]));
  const worded = narrowed(kindsOfWords(words), weaknesses);
  if (worded.length > 0) return new Map(worded.map((kind) => [kind, sources('words', kind, weaknesses)]));
  const titled = narrowed(kindsOfWords(title), weaknesses);
  if (titled.length > 0) return new Map(titled.map((kind) => [kind, sources('title', kind, weaknesses)]));
  return new Map(weaknesses.map((kind) => [kind, new Set<Source>(['weaknesses'])]));
}

const sources = (source: Source, kind: string, weaknesses: readonly string[]): ReadonlySet<Source> => new Set<Source>(weaknesses.includes(kind) ? [source, 'weaknesses'] : [source]);

/** Several kinds by words: those that the weakness confirms, if it confirms any. */
function narrowed(kinds: readonly string[], weaknesses: readonly string[]): readonly string[] {
  const confirmed = kinds.filter((kind) => weaknesses.includes(kind));
  return confirmed.length > 0 ? confirmed : kinds;
}

export interface Meeting {
  readonly kinds: readonly string[];
  /** How far the evidence carries: 1 when both rules say it. */
  readonly weight: number;
  /** Names of the fields that agreed. */
  readonly fields: readonly string[];
}

const RULED: readonly Source[] = ['rule', 'words'];

/** The kinds that two views share, and how sure that is; undefined when they are about different things. */
export function meet(a: Nature, b: Nature): Meeting | undefined {
  const kinds = [...a.kinds.keys()].filter((kind) => b.kinds.has(kind)).sort();
  if (kinds.length === 0 || contradict(a.particulars, b.particulars)) return undefined;
  const judged = kinds.map((kind) => weigh(a.kinds.get(kind) ?? new Set(), b.kinds.get(kind) ?? new Set()));
  const best = judged.reduce((left, right) => (right.weight > left.weight ? right : left));
  return { kinds, ...best };
}

const contradict = (a: readonly string[], b: readonly string[]): boolean => a.length > 0 && b.length > 0 && !a.some((one) => b.includes(one));

function weigh(a: ReadonlySet<Source>, b: ReadonlySet<Source>): Omit<Meeting, 'kinds'> {
  const ruled = RULED.some((source) => a.has(source)) && RULED.some((source) => b.has(source));
  const weak = a.has('weaknesses') && b.has('weaknesses');
  if (ruled) return { weight: 1, fields: weak ? ['rule', 'weaknesses'] : ['rule'] };
  if (weak) return { weight: 0.97, fields: ['weaknesses'] };
  const fields = [...new Set([...a, ...b].map((source) => (source === 'words' ? 'rule' : source)))].sort();
  return { weight: a.has('title') && a.size === 1 || b.has('title') && b.size === 1 ? 0.9 : 0.94, fields };
}
