import type { FindingDraft } from '@throughline/contracts';
import { fingerprint } from './fingerprint.js';
import { routeTemplate } from './normalize.js';
import { strong, type Identity, type Recipe } from './recipe.js';

const ID = 'web/1';

/**
 * A flaw that a running application shows: (asset, tool, rule, method, route template, parameter). Requests to the same
 * route with other ids are occurrences. Across tools nothing is merged here: equal weakness on an equal route is a
 * candidate for issue correlation, not an identity.
 */
export const webRecipe: Recipe = {
  id: 'web',
  version: 1,
  classes: ['dast'],
  identify(draft: FindingDraft, assetId: string): Identity | undefined {
    const location = draft.location;
    if (location === null || location.url === '') return undefined;
    const { tool, id } = draft.rule;
    const group = fingerprint(ID, assetId, tool, id, location.method.toUpperCase(), routeTemplate(location.url), location.parameter);
    const key = strong(ID, 'route', fingerprint(ID, 'route', group));
    return { recipe: ID, group, multiset: false, keys: () => [key] };
  },
};
