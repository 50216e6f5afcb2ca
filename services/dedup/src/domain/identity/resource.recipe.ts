import type { FindingDraft } from '@throughline/contracts';
import { fingerprint } from './fingerprint.js';
import { repositoryPath } from './normalize.js';
import { strong, type Identity, type Recipe } from './recipe.js';

const ID = 'resource/1';

/**
 * A misconfigured resource: (asset, tool, rule, resource address or ARN, file). Equal controls of two tools stay two
 * findings until a catalogue of canonical controls maps them.
 */
export const resourceRecipe: Recipe = {
  id: 'resource',
  version: 1,
  classes: ['iac', 'cspm'],
  identify(draft: FindingDraft, assetId: string): Identity | undefined {
    const resource = draft.location?.resource ?? '';
    if (resource === '') return undefined;
    const group = fingerprint(ID, assetId, draft.rule.tool, draft.rule.id, resource, repositoryPath(draft.location?.path ?? ''));
    const key = strong(ID, 'resource', fingerprint(ID, 'resource', group));
    return { recipe: ID, group, multiset: false, keys: () => [key] };
  },
};
