import type { Unit } from '@throughline/persistence';
import { IDENTITY_AMBIGUOUS, IDENTITY_CONFLICT, type Known } from '../domain/evolve.js';
import { storedKeys } from '../domain/stored-keys.js';
import { loadKeyOwners, loadKnown } from './finding.repository.js';

const MAX = 20;

/** A finding that might be the same as the one that is flagged, for a person to decide. */
export interface CandidateRow {
  readonly finding: string;
  readonly flag: string;
}

/** Why a finding is flagged, as findings: those it was not joined with, and those that its results fit as well. */
export async function candidatesOf(unit: Unit, { finding, occurrences }: Known): Promise<readonly CandidateRow[]> {
  const ambiguous = finding.flags.includes(IDENTITY_AMBIGUOUS) ? await namedWith(unit, finding.findingId, finding.assetId) : [];
  const conflicting = finding.flags.includes(IDENTITY_CONFLICT) ? await sharingKeys(unit, { finding, occurrences }) : [];
  return [...ambiguous.map((id) => ({ finding: id, flag: IDENTITY_AMBIGUOUS })), ...conflicting.map((id) => ({ finding: id, flag: IDENTITY_CONFLICT }))];
}

/** Findings that an ambiguity names together with this one, whichever of them it was kept with. */
async function namedWith(unit: Unit, findingId: string, assetId: string): Promise<readonly string[]> {
  const rows = await unit.query<{ finding_id: string; evidence: string }>(
    `select j.finding_id, j.evidence from identity_join j join finding f on f.finding_id = j.finding_id
     where f.asset_id = $2 and j.rule = 'ambiguous' and (j.finding_id = $1 or strpos(j.evidence, $1::text) > 0) and j.undone_at is null order by j.at desc limit 50`,
    [findingId, assetId],
  );
  const named = rows.flatMap((row) => (row.finding_id === findingId ? row.evidence.split(' ') : [row.finding_id]));
  return [...new Set(named)].filter((id) => id !== '' && id !== findingId).slice(0, MAX);
}

/** Owners of keys that its results would give, and flagged findings of the asset whose results would give its own. */
async function sharingKeys(unit: Unit, { finding, occurrences }: Known): Promise<readonly string[]> {
  const keys = storedKeys(occurrences, finding.class, finding.assetId).map((one) => one.key);
  const owners = [...(await loadKeyOwners(unit, [finding.tenantId], keys)).values()].map((one) => one.findingId);
  const flagged = await unit.query<{ finding_id: string }>('select finding_id from finding where asset_id = $1 and $2 = any(flags) and finding_id <> $3 order by finding_id limit 50', [finding.assetId, IDENTITY_CONFLICT, finding.findingId]);
  const own = new Set(finding.keys);
  const rivals = [...(await loadKnown(unit, flagged.map((row) => row.finding_id))).values()]
    .filter((one) => storedKeys(one.occurrences, one.finding.class, one.finding.assetId).some((key) => own.has(key.key))).map((one) => one.finding.findingId);
  return [...new Set([...owners, ...rivals])].filter((id) => id !== finding.findingId).slice(0, MAX);
}
