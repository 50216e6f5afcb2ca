import { newId } from '@throughline/contracts';
import type { Fact } from '@throughline/connectors/api';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { claimEffects, takeSequence } from '../persistence/effect.repository.js';
import { contentOf, keyOf, observationRecords } from './announce.js';

export interface Publication {
  readonly tenantId: TenantId;
  readonly source: string;
  readonly facts: readonly Fact[];
  readonly receivedAt: Date;
  readonly sequence?: number;
  readonly snapshot?: { readonly scope: string; readonly complete: boolean };
  /** False: a later time of the look alone is no news (pulls). */
  readonly timed?: boolean;
}

/**
 * Announces what is new of the facts, in the caller's transaction; the number of facts that were. An inventory is
 * announced whole or not at all, since absence in it has a meaning; the caller decides whether it is new.
 */
export async function publishFacts(unit: Unit, publication: Publication): Promise<number> {
  const { tenantId, source, snapshot, receivedAt } = publication;
  const fresh = await claimFacts(unit, publication);
  const facts = snapshot === undefined ? publication.facts.filter((fact) => fresh.has(keyOf(fact))) : publication.facts;
  if (facts.length === 0 && snapshot === undefined) return 0;
  const sequence = await takeSequence(unit, tenantId, source, publication.sequence);
  const { messages } = observationRecords({ tenantId, observationId: newId(), source, sequence, facts, receivedAt, ...(snapshot && { snapshot: { ...snapshot, last: true } }) });
  unit.announce(...messages);
  return facts.length;
}

/** Keys of the facts that were not announced with this content before; from now on they were. */
export function claimFacts(unit: Unit, { tenantId, source, facts, receivedAt, timed = true }: Omit<Publication, 'snapshot' | 'sequence'>): Promise<ReadonlySet<string>> {
  return claimEffects(unit, tenantId, source, facts.map((fact) => ({ naturalKey: keyOf(fact), content: contentOf(fact, { timed }) })), receivedAt);
}
