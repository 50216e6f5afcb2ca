import type { FindingDraft } from '@throughline/contracts';
import { expanded, type Aliases } from '../aliases/aliases.js';
import { aliasIds, namedIds } from './advisories.js';
import { fingerprint } from './fingerprint.js';
import { packageBase, repositoryPath } from './normalize.js';
import { strong, type Identity, type IdentityKey, type Recipe } from './recipe.js';

const ID = 'package/1';
/** Kind of the key that only a feed gives: the id that stands for the alias set of the result's ids. */
export const FEED_KEY = 'feed';

/**
 * A known flaw in a package: (asset, package without version, alias). One strong key for each id that the result names,
 * and one for the id that stands for their alias set where feeds know one, so that Trivy's CVE and Grype's GHSA of the
 * same flaw meet. The group holds only what the result names: an alias that comes later moves no occurrence. Fails when:
 * a package is named differently by two tools (source and binary package); a result bundles several CVEs (see
 * advisories.ts); no feed and no result names both ids.
 */
export const packageRecipe: Recipe = {
  id: 'package',
  version: 1,
  classes: ['sca', 'container'],
  identify(draft: FindingDraft, assetId: string, feeds: Aliases): Identity | undefined {
    const component = draft.component;
    const name = component === null ? '' : component.purl === '' ? component.name : packageBase(component.purl);
    if (component === null || name === '') return undefined;
    const ids = aliasIds(draft.identifiers, draft.rule.id);
    const key = (kind: string, id: string): IdentityKey => ({ ...strong(ID, 'alias', fingerprint(ID, assetId, name, id)), kind, subject: id });
    const keys = ids.map((id) => key('alias', id));
    const group = fingerprint(ID, 'at', assetId, draft.rule.tool, name, ids[0] ?? '', repositoryPath(component.filePath));
    const said = namedIds(draft.identifiers);
    const all = expanded(ids, said, feeds);
    if (all === ids) return { recipe: ID, group, multiset: false, keys: () => keys };
    const [canonical = ''] = all;
    if (!ids.includes(canonical)) keys.push(key(FEED_KEY, canonical));
    return { recipe: ID, group, multiset: false, keys: () => keys, aliases: all.filter((id) => !said.includes(id)) };
  },
};
