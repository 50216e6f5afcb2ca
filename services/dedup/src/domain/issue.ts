import { derivedId } from '@throughline/contracts';
import { canonicalId } from './identity/advisories.js';
import { packageBase } from './identity/normalize.js';
import type { Asset, FullOccurrence } from './model.js';

/**
 * The issue of a finding: the same flaw along the chain. For a flaw in a package: its canonical id (of what results name
 * and of the `aliases` that feeds give), the package without version, and the lineage group of its asset (repository,
 * images and services of the same code share one). Every other finding is an issue of its own.
 */
export function issueIdOf(tenantId: string, findingId: string, asset: Asset, occurrences: readonly FullOccurrence[], aliases: readonly string[] = []): string {
  const packaged = occurrences.filter((one) => one.content.component !== null && one.content.identifiers.length > 0);
  if (packaged.length === 0) return derivedId(tenantId, 'issue', findingId);
  const component = packaged.map((one) => one.content.component).find((one) => one !== null);
  const name = component?.purl ? packageBase(component.purl) : component?.name ?? '';
  const flaw = canonicalId([...packaged.flatMap((one) => one.content.identifiers), ...aliases]);
  return derivedId(tenantId, 'issue', `${asset.lineageRoot}|${name}|${flaw}`);
}

/** The asset that stands for a lineage: the repository, else the first by text; the asset itself when it has none. */
export function lineageRoot(urn: string, lineage: readonly string[]): string {
  const all = [...new Set([urn, ...lineage])].sort();
  return all.find((one) => one.startsWith('repo:')) ?? all[0] ?? urn;
}
