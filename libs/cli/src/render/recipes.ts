import type { Recipe, RecipeRun } from '../api/answers.js';
import { plain, type Paint } from '../terminal.js';
import { columns, count, paragraphs } from './lines.js';

/** A table of recipes. Pure. */
export function renderRecipes(recipes: readonly Recipe[], paint: Paint): string {
  const [head = '', ...lines] = columns([['RECIPE', 'CLASSES', 'PURPOSE'], ...recipes.map((one) => [one.name, one.classes.join(', ') || 'all', one.purpose].map(plain))]);
  return paragraphs([paint.bold(head), ...lines]);
}

/** What a run would do, or did, with its examples. Pure. */
export function renderRun({ kind, examined, merges, splits, unchanged, ambiguous, examples }: RecipeRun, paint: Paint): string {
  const verb = kind === 'apply' ? 'were' : 'would be';
  const did = merges + splits === 0 ? 'nothing changes' : `${count(merges, 'merge')} and ${count(splits, 'split')} ${verb} made`;
  return paragraphs([
    paint.bold(`${count(examined, 'finding')} examined: ${did}; ${unchanged} unchanged`),
    ambiguous > 0 && `${count(ambiguous, 'result')} ${ambiguous === 1 ? 'fits' : 'fit'} several findings and ${ambiguous === 1 ? 'stays' : 'stay'} where ${ambiguous === 1 ? 'it is' : 'they are'}`,
    ...examples.flatMap(({ kind: what, findings, why }) => [
      `  ${what}  ${plain(findings.map((one) => one.id).join(' ← '))}  ${plain(findings[0]?.title ?? '')}`,
      paint.dim(`         ${plain(why.recipe)}: ${plain(why.rule)} (${why.fields.map(plain).join(', ')}), confidence ${why.confidence}`),
    ]),
  ]);
}
