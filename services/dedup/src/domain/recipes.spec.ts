import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { RECIPES } from './identity/index.js';
import { recipesPage } from './recipes-page.js';
import { nameOf, RECIPE_DECLARATIONS } from './recipes.js';

describe('recipes', () => {
  it('are declared as they are: each with its version and classes, in the order in which they are asked', () => {
    const declared = RECIPE_DECLARATIONS.filter((one) => one.kind === 'key').map(({ id, version, classes }) => ({ id, version, classes }));
    expect(declared).toEqual(RECIPES.map(({ id, version, classes }) => ({ id, version, classes })));
  });

  it('have names of their own, a source and failure modes', () => {
    expect(new Set(RECIPE_DECLARATIONS.map(nameOf)).size).toBe(RECIPE_DECLARATIONS.length);
    for (const one of RECIPE_DECLARATIONS) expect([one.source.length, one.failureModes.length, one.madeOf.length].every((count) => count > 0)).toBe(true);
  });

  it('are printed in docs/reference/recipes.md (run tools/generate-recipes.mjs after a build when this fails)', () => {
    expect(readFileSync(join(import.meta.dirname, '../../../../docs/reference/recipes.md'), 'utf8')).toBe(recipesPage(RECIPE_DECLARATIONS));
  });
});
