import type { Unit } from '@throughline/persistence';
import { auditMessage, problem, type Caller } from '@throughline/service-kit';
import { lockAsset } from '../consumers/identity-lock.js';
import { relevant } from '../domain/compose.js';
import { assetOfFinding } from '../persistence/correction.repository.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { saveRequest } from '../persistence/rescan.repository.js';
import { notFound } from './correct-identity.js';

export interface Verifying {
  readonly caller: Caller;
  readonly reason: string;
  readonly now: Date;
}

/**
 * Asks the scopes that may still hold a finding about it: the next complete scan of each that comes after this decides,
 * however often the policy asks otherwise. Returns the names of the scopes.
 */
export async function verify(unit: Unit, findingId: string, { caller, reason, now }: Verifying): Promise<readonly string[]> {
  const asset = await assetOfFinding(unit, findingId);
  if (asset === undefined) throw notFound(findingId);
  await lockAsset(unit, caller.tenantId, asset.urn);
  const known = (await loadKnown(unit, [findingId])).get(findingId);
  if (known === undefined) throw notFound(findingId);
  const { status } = known.finding;
  if (status === 'fixed' || status === 'retired') throw problem(409, 'nothing_to_verify', `Finding ${findingId} is ${status}: a scan that shows it again opens it, and nobody needs to ask.`);
  const scopes = new Map(relevant(known.finding, known.occurrences).map(({ scope }) => [scope.scopeId, scope.name]));
  await saveRequest(unit, { tenantId: caller.tenantId, findingId, assetId: asset.assetId, scopeIds: [...scopes.keys()], by: caller.name, reason, at: now.toISOString() });
  const names = [...scopes.values()].sort();
  unit.announce(auditMessage(caller, 'finding.rescan-requested', findingId, { reason, after: { scopes: names } }, now));
  return names;
}
