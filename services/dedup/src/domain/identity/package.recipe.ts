import type { FindingDraft } from '@throughline/contracts';
import { aliasIds } from './advisories.js';
import { fingerprint } from './fingerprint.js';
import { packageBase, repositoryPath } from './normalize.js';
import { strong, type Identity, type Recipe } from './recipe.js';

const ID = 'package/1';

/**
 * A known flaw in a package: (asset, package without version, alias). One strong key for each alias, so that Trivy's
 * CVE and Grype's GHSA of the same flaw meet as soon as one result names both. Fails when: a package is named
 * differently by two tools (source and binary package); a result bundles several CVEs (see advisories.ts).
 */
export const packageRecipe: Recipe = {
  id: 'package',
  version: 1,
  classes: ['sca', 'container'],
  identify(draft: FindingDraft, assetId: string): Identity | undefined {
    const component = draft.component;
    const name = component === null ? '' : component.purl === '' ? component.name : packageBase(component.purl);
    if (component === null || name === '') return undefined;
    const aliases = aliasIds(draft.identifiers, draft.rule.id);
    const keys = aliases.map((alias) => strong(ID, 'alias', fingerprint(ID, assetId, name, alias)));
    const group = fingerprint(ID, 'at', assetId, draft.rule.tool, name, aliases[0] ?? '', repositoryPath(component.filePath));
    return { recipe: ID, group, multiset: false, keys: () => keys };
  },
};
