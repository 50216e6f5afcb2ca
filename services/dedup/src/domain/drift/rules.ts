import type { View } from '../near/view.js';
import { codeOf } from './code.js';
import { compare } from './fact.js';
import { ruleKey, type DriftQuestion } from './question.js';
import { solve } from './solve.js';

/** Share of the results of both rules that are at the same places, for one to be the other's new name. */
const MIN_SHARE = 0.5;
const MARGIN = 0.2;

/**
 * Rules that a tool renamed: the old one shows nothing any more, the new one showed nothing before, and they flag the
 * same code on the same lines. Old key to new key. Two rules that name different weaknesses are never one.
 */
export function renamedRules({ fresh, gone, knownRules, shownRules }: DriftQuestion): ReadonlyMap<string, string> {
  const now = Map.groupBy(fresh, ruleKey);
  const before = Map.groupBy(gone, ruleKey);
  const came = [...now].filter(([rule]) => !before.has(rule) && knownRules?.has(rule) !== true).sort(byKey);
  const went = [...before].filter(([rule]) => !now.has(rule) && shownRules?.has(rule) !== true).sort(byKey);
  if (came.length === 0 || went.length === 0) return new Map();
  const newPlaces = came.map(([, views]) => places(views));
  const oldPlaces = went.map(([, views]) => places(views));
  const edges = newPlaces.flatMap((places, row) => oldPlaces.map((others, column) => ({ row, column, worth: share(places, others) - MIN_SHARE })))
    .filter(({ row, column, worth }) => worth >= 0 && compatible(came[row]?.[1] ?? [], went[column]?.[1] ?? [])).map((edge) => ({ ...edge, worth: edge.worth + MARGIN }));
  return new Map(solve(edges).pairs.filter((pair) => pair.margin >= MARGIN).map(({ row, column }) => [went[column]?.[0] ?? '', came[row]?.[0] ?? '']));
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => compare(a, b);

/** What a rule flags in which file, by code, or by line where there is none; each with its number. */
function places(views: readonly View[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const view of views) {
    const place = `${view.path}|${codeOf(view).text || view.startLine}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}

function share(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [place, count] of a) common += Math.min(count, b.get(place) ?? 0);
  const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return common / Math.max(total(a), total(b));
}

function compatible([now]: readonly View[], [before]: readonly View[]): boolean {
  if (now === undefined || before === undefined || now.tool !== before.tool || now.class !== before.class) return false;
  return now.weaknesses.length === 0 || before.weaknesses.length === 0 || now.weaknesses.some((one) => before.weaknesses.includes(one));
}
