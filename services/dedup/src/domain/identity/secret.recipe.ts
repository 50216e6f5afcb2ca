import type { FindingDraft } from '@throughline/contracts';
import { fingerprint } from './fingerprint.js';
import { repositoryPath } from './normalize.js';
import { strong, type Identity, type Recipe } from './recipe.js';

const ID = 'secret/2';

/**
 * A secret is its value, known here only as a keyed hash: (asset, key version, hash), whatever tool or rule saw it and
 * wherever it lies; each place is an occurrence. A code scanner's hard-coded credential is one, when it flags exactly the value. Fails when the tenant's key is rotated (a new version is a new hash)
 * and when a tool masks the value: then the code recipe applies.
 *
 * Version 2: the hash is over the SHA-1 of the value, so that tools which give only that (detect-secrets, Checkov) meet
 * those that give the value. Nothing was released with version 1, so stored hashes are not carried over.
 */
export const secretRecipe: Recipe = {
  id: 'secret',
  version: 2,
  classes: ['secrets', 'sast'],
  identify(draft: FindingDraft, assetId: string): Identity | undefined {
    const secret = draft.secret;
    if (secret === null || secret.hash === '') return undefined;
    const key = strong(ID, 'value', fingerprint(ID, assetId, secret.keyVersion, secret.hash));
    const group = fingerprint(ID, 'at', assetId, draft.rule.tool, secret.keyVersion, secret.hash, repositoryPath(draft.location?.path ?? ''));
    return { recipe: ID, group, multiset: false, keys: () => [key] };
  },
};
