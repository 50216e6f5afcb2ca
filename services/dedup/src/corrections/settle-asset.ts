import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { settle } from '../domain/aliases/settle.js';
import { namedIds } from '../domain/identity/advisories.js';
import type { Asset } from '../domain/model.js';
import type { Policy } from '../domain/policy.js';
import { findingsKnownBy } from '../persistence/alias-cursor.repository.js';
import { loadPast } from '../persistence/alias-merge.repository.js';
import { edgesReached, loadAliases } from '../persistence/alias.repository.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { loadRuns } from '../persistence/ledger.repository.js';
import { saveSettled } from './save-settled.js';

export interface SettlingAsset {
  readonly asset: Asset;
  /** Ids of which feeds say something else than before. */
  readonly ids: readonly string[];
  readonly policy: Policy;
  readonly at: Date;
  readonly newId: () => string;
}

/** Settles the findings of one asset that are known by these ids. The caller holds the asset's lock. */
export async function settleAsset(unit: Unit, tenant: TenantId, { asset, ids, policy, at, newId }: SettlingAsset): Promise<void> {
  const known = await loadKnown(unit, await findingsKnownBy(unit, tenant, ids, [asset.assetId]));
  const findings = [...known.values()].filter((one) => one.occurrences.length > 0);
  if (findings.length === 0) return;
  const { past, apart, merges } = await loadPast(unit, findings.map((one) => one.finding.findingId));
  const named = [...new Set(findings.flatMap((one) => one.occurrences.flatMap(({ content }) => namedIds(content.identifiers))))];
  const runs = (await loadRuns(unit, [asset])).get(asset.assetId) ?? [];
  const settled = settle({ findings, past, apart, aliases: await loadAliases(unit, named) }, { asset, runs, policy, at: at.toISOString() }, newId);
  const edges = settled.merges.length === 0 ? [] : await edgesReached(unit, named);
  await saveSettled(unit, { tenant, asset, findings, settled, past, merges, edges, at, newId });
}
