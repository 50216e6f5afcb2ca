import { nameOf, type RecipeDeclaration } from './recipes.js';

const KINDS: Readonly<Record<RecipeDeclaration['kind'], string>> = {
  key: 'strong keys', match: 'matching of what no key knows', people: 'people\'s word',
};

/** docs/reference/recipes.md. Pure. */
export function recipesPage(recipes: readonly RecipeDeclaration[]): string {
  return [
    '# Recipes of identity', '',
    '<!-- Generated from services/dedup/src/domain/recipes.ts by tools/generate-recipes.mjs; a spec fails when it is stale. -->', '',
    'How results of scans become findings, class by class. Every key and every join names its recipe and version; a change of what goes into one is a new version, tried with `POST /v1/recipes/dry-run` and applied with `POST /v1/recipes/apply`. Why it is so: [ADR 5](../adr/0005-identity.md). Also at `GET /v1/recipes`.', '',
    '| recipe | classes | works by | several equal results are |', '|---|---|---|---|',
    ...recipes.map((one) => `| [\`${nameOf(one)}\`](#${one.id}${one.version}) | ${classesOf(one)} | ${KINDS[one.kind]} | ${one.equalResults} |`), '',
    ...recipes.flatMap(section),
  ].join('\n');
}

const classesOf = ({ classes }: RecipeDeclaration): string => (classes.length === 0 ? 'all' : classes.join(', '));

function section(one: RecipeDeclaration): readonly string[] {
  return [
    `## ${nameOf(one)}`, '', one.purpose, '', ...one.madeOf.map((line) => `- ${line}`), '', `Source: ${one.source}.`, '', 'Where it fails:', '', ...one.failureModes.map((line) => `- ${line}`), '',
  ];
}
