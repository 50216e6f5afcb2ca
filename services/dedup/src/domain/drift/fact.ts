import type { View } from '../near/view.js';
import { bagOf, codeOf, type Bag, type Code } from './code.js';
import { ruleKey } from './question.js';
import { tokensOf } from './tokens.js';
import { Weights } from './weights.js';

/** A view with what comparing it needs, made once. */
export interface Fact {
  readonly view: View;
  /** Finding that a gone one belongs to; '' for a fresh one. */
  readonly findingId: string;
  /** `ruleKey`, or that of the rule it was renamed to: only equal ones are compared. */
  readonly rule: string;
  readonly renamed: boolean;
  readonly code: Code;
  readonly bag: Bag;
  readonly around: Bag;
  /** Rule, and the code without its white space; '' without code. */
  readonly same: string;
  /** Share of the rule's results of its side with this title: a title that all have says nothing. */
  readonly titleShare: number;
  readonly title: Bag;
}

export interface Sides {
  readonly fresh: readonly Fact[];
  readonly gone: readonly Fact[];
}

/** Classes whose identity is no place in a file: packages, routes. They drift by their keys only. */
const PLACELESS: ReadonlySet<string> = new Set(['sca', 'container', 'dast']);

export const drifts = (view: View): boolean => view.path !== '' && !PLACELESS.has(view.class);

/** `renames`: for rules that went, the rule that took their place. */
export function factsOf(fresh: readonly View[], gone: readonly (View & { readonly findingId: string })[], renames: ReadonlyMap<string, string>): Sides {
  const freshRules = Map.groupBy(fresh, ruleKey);
  const goneRules = Map.groupBy(gone, (view) => renames.get(ruleKey(view)) ?? ruleKey(view));
  const sides: { readonly fresh: Fact[]; readonly gone: Fact[] } = { fresh: [], gone: [] };
  for (const [rule, now] of freshRules) {
    const before = goneRules.get(rule) ?? [];
    if (before.length === 0) continue; // nothing to compare with
    const codes = [now.map(codeOf), before.map(codeOf)] as const;
    const weights = new Weights([...new Set([...now, ...before].flatMap((view) => [view.rule, view.ruleName]))], codes.map((side) => side.map((code) => code.tokens)));
    for (const [index, view] of now.entries()) sides.fresh.push(factOf(view, codes[0][index] as Code, rule, weights, now));
    for (const [index, view] of before.entries()) sides.gone.push({ ...factOf(view, codes[1][index] as Code, rule, weights, before), findingId: view.findingId });
  }
  return { fresh: sides.fresh.sort(byContent), gone: sides.gone.sort(byContent) };
}

function factOf(view: View, code: Code, rule: string, weights: Weights, all: readonly View[]): Fact {
  return {
    view, findingId: '', rule, renamed: ruleKey(view) !== rule, code, bag: bagOf(code.tokens, weights), around: bagOf(code.around, weights),
    same: code.text === '' ? '' : `${rule}|${code.text}`,
    titleShare: code.text === '' ? share(all, view.title) : 1, title: bagOf(code.text === '' ? tokensOf(view.title) : [], weights),
  };
}

/** Only the first hundred are asked: enough to tell a constant from a message. */
function share(all: readonly View[], title: string): number {
  const some = all.slice(0, 100);
  return some.filter((other) => other.title === title).length / some.length;
}

/** An order that hangs on what results show, so that neither order of arrival nor names of ids decide anything. */
function byContent(a: Fact, b: Fact): number {
  return compare(a.rule, b.rule) || compare(a.view.path, b.view.path) || a.view.startLine - b.view.startLine || a.view.startColumn - b.view.startColumn
    || compare(a.code.text, b.code.text) || compare(a.view.title, b.view.title) || compare(a.view.symbol, b.view.symbol) || compare(a.view.id, b.view.id);
}

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
