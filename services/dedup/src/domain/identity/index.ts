import type { FindingDraft } from '@throughline/contracts';
import { codeRecipe } from './code.recipe.js';
import { packageRecipe } from './package.recipe.js';
import type { Identity, Recipe } from './recipe.js';
import { resourceRecipe } from './resource.recipe.js';
import { secretRecipe } from './secret.recipe.js';
import { webRecipe } from './web.recipe.js';

export * from './fingerprint.js';
export type { Identity, IdentityKey, Recipe, Strength } from './recipe.js';

/** In order of preference: the first recipe of the draft's class that can identify it does; the last takes everything. */
export const RECIPES: readonly Recipe[] = [packageRecipe, secretRecipe, webRecipe, resourceRecipe, codeRecipe];

/** How this draft is recognised on this asset. */
export function identify(draft: FindingDraft, assetId: string): Identity {
  for (const recipe of RECIPES) {
    if (!recipe.classes.includes(draft.class)) continue;
    const identity = recipe.identify(draft, assetId);
    if (identity !== undefined) return identity;
  }
  return codeRecipe.identify(draft, assetId) as Identity;
}
