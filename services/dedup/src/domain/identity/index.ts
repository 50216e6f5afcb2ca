import type { FindingDraft } from '@throughline/contracts';
import { NO_ALIASES, type Aliases } from '../aliases/aliases.js';
import { codeRecipe } from './code.recipe.js';
import { packageRecipe } from './package.recipe.js';
import type { Identity, Recipe } from './recipe.js';
import { resourceRecipe } from './resource.recipe.js';
import { secretRecipe } from './secret.recipe.js';
import { webRecipe } from './web.recipe.js';

export * from './fingerprint.js';
export { FEED_KEY } from './package.recipe.js';
export type { Identity, IdentityKey, Recipe, Strength } from './recipe.js';

/** In order of preference: the first recipe of the draft's class that can identify it does; the last takes everything. */
export const RECIPES: readonly Recipe[] = [packageRecipe, secretRecipe, webRecipe, resourceRecipe, codeRecipe];

/** How this draft is recognised on this asset. */
export function identify(draft: FindingDraft, assetId: string, aliases: Aliases = NO_ALIASES): Identity {
  for (const recipe of RECIPES) {
    if (!recipe.classes.includes(draft.class)) continue;
    const identity = recipe.identify(draft, assetId, aliases);
    if (identity !== undefined) return identity;
  }
  return codeRecipe.identify(draft, assetId, aliases) as Identity;
}
