import type { ChainChanged } from '@throughline/contracts';
import { isUuid, tenantId, type Clock } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import { done, reject, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { fingerprint } from '../domain/identity/index.js';
import { lineageRoot } from '../domain/issue.js';
import { REGROUP } from '../due/regroup-issues.js';
import { RERUN } from '../due/judge-running.js';
import { RETIRE } from '../due/retire-asset.js';
import { saveLineage } from '../persistence/lineage.repository.js';
import { moveAssets } from './move-assets.js';

/**
 * Keeps the lineage group, the running versions, the fate and the names of assets. Findings whose issue or state moves
 * with them are told by due work: an asset may hold tens of thousands, and the batch must not wait for them.
 */
export async function handleChainChanged(records: readonly StreamRecord<ChainChanged>[], unit: Unit, clock: Clock): Promise<readonly Outcome[]> {
  const newest = new Map<string, ChainChanged>();
  for (const { value } of records) {
    const key = `${value.tenantId}|${value.asset}`;
    if (isUuid(value.tenantId) && (newest.get(key)?.version ?? -1) < value.version) newest.set(key, value);
  }
  const lineages = [...newest.values()].map((value) => ({
    tenantId: value.tenantId, urn: value.asset, assetId: fingerprint('asset', value.tenantId, value.asset),
    root: lineageRoot(value.asset, value.lineage), version: value.version,
    running: [...new Set(value.running.flatMap((run) => [run.version, run.commit]))].filter((urn) => urn !== '').sort(),
    decommissionedAt: Number.isNaN(Date.parse(value.decommissionedAt)) ? null : value.decommissionedAt,
  }));
  const moved = await saveLineage(unit, lineages);
  await scheduleDue(unit, ...moved.flatMap(({ tenant, urn, regroup, rerun, fate }) => [...(regroup ? [REGROUP] : []), ...(rerun ? [RERUN] : []), ...(fate ? [RETIRE] : [])].map((kind) => ({
    kind, key: `${tenant}|${urn}`, tenantId: tenantId(tenant), dueAt: clock.now(), payload: { asset: urn, after: '' },
  }))));
  await moveAssets(unit, [...newest.values()], clock.now());
  return records.map(({ value }) => (isUuid(value.tenantId) ? done : reject('invalid_header', 'tenantId is no UUID')));
}
